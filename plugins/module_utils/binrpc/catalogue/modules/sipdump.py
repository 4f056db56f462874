# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Methods of sipdump, in the notation of :mod:`.notation`."""

TEXT = """
sipdump.enable [enable:int{0|1}] -> {oldval:int,newval:int} reads() repeatable
 Shows whether SIP is written to files; with a number sets it
"""
