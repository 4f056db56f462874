# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Methods of dialplan, in the notation of :mod:`.notation`."""

TEXT = """
*dpid: number of the dialplan

dialplan.dump dpid:int -> {DPID:int,ENTRIES:[ENTRY:{PRIO:int,MATCHOP:int,MATCHEXP:str,MATCHLEN:int,\
SUBSTEXP:str,REPLEXP:str,ATTRS:str}*]} reads
 Rules of a dialplan
 %absent=dialplan id not matched|absent=no translation|invalid=missing parameter|invalid=empty input
dialplan.translate dpid:int number -> {Output:str,Attributes:str} reads
 What a dialplan makes of a number
 %= dialplan.dump
dialplan.reload -> - repeatable
 Reads all dialplans from the database
 !rebuilds: what SIP workers read; a second one right after it can crash a busy server
 %refused=not ready for reload
"""
