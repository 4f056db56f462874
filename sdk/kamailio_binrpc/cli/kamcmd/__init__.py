# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``pykamcmd``: kamcmd's command line, kept to the byte, without its traps.

What scripts see is kamcmd's: options, typing of arguments, aliases, standard output and exit
status. Where kamcmd hangs or cannot, this does what was meant; ``docs/cli/pykamcmd.md`` lists
those places. Nothing here imports anything that is slow to load: for one call the start of
the interpreter should be most of the cost.
"""
