# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Methods of lcr, in the notation of :mod:`.notation`."""

TEXT = """
lcr.dump_gws -> {gw:[{lcr_id:int,gw_index:int,gw_id:int,gw_name:str,scheme:str,ip_addr:str,\
hostname:str,port:int,params:str,transport:str,strip:int,prefix:str,tag:str,flags:int,state:int,\
defunct_until:str}*]} reads
 Gateways of least cost routing
lcr.dump_rules [lcr_id:int] [prefix:.str] -> {rule:[{lcr_id:int,rule_id:int,prefix:str,\
from_uri:str,request_uri:str,stopper:int,gw:[{gw_index:int,priority:int,weight:int}*]}*],\
prefix_len:[int*]} reads
 Rules of least cost routing
 %empty=empty reply
lcr.load_gws lcr_id:int uri_user [caller_uri] [request_uri] -> [{...}*] reads
 Gateways that a call would try
 %invalid=parameter error
lcr.defunct_gw lcr_id:int gw_id:int period:int -> - repeatable
 Takes a gateway out of use for a number of seconds
 %absent=parameter value error|invalid=parameters required
lcr.reload -> - repeatable
 Reads gateways and rules from the database
 !rebuilds: what SIP workers read; with lcr_count above 1 a single one can crash a busy server
"""
