# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Methods of dlgs, in the notation of :mod:`.notation`."""

TEXT = """
*value: what to look for

dlgs.briefing -> {count:int,src:str,dst:str,callid:str,state:int}* reads
 Calls of the dlgs module
dlgs.list -> {...}* reads
 Calls of the dlgs module, all fields
dlgs.get field{src|dst|data} op{eq|ne|re|sw|fm} value -> {...} reads
 First call of the dlgs module that matches
dlgs.getall field{src|dst|data} op{eq|ne|re|sw|fm} value -> {...}* reads
 Calls of the dlgs module that match
dlgs.stats -> {final:{...},active:{...}} reads
 Counts of the dlgs module
dlgs.count field{src|dst|data} op{eq|ne|re|sw|fm} value -> int reads @master
 Number of calls of the dlgs module that match
"""
