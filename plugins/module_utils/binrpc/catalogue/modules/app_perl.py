# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Methods of app_perl, in the notation of :mod:`.notation`."""

TEXT = """
app_perl.get_reset_cycles -> {reset_cycles:int} reads
 After how many calls the interpreter of a process starts again
app_perl.set_reset_cycles cycles:int -> - repeatable
 Sets after how many calls the interpreter of a process starts again
 cycles: 0 never
"""
