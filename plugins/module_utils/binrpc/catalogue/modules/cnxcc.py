# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Methods of cnxcc, in the notation of :mod:`.notation`."""

TEXT = """
cnxcc.active_clients -> str reads
 Clients with calls that are charged, in one text
cnxcc.check_client client -> str reads
 Calls of a client and what they have cost, in one text; empty without calls
 %absent=not found
cnxcc.kill_call callid -> -
 Ends a call
 %absent=callid not found
cnxcc.stats -> {info:str,active:int,dropped:int,total:int} reads counts
 Numbers of calls that are charged
"""
