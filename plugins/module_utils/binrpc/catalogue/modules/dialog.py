# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Methods of dialog, in the notation of :mod:`.notation`."""

TEXT = """
*callid: Call-ID of the dialog
*from_tag: tag of the caller
*to_tag: tag of the callee
*value: what to look for

dlg.list -> {h_entry:int,h_id:int,ref:int,call-id:str,from_uri:str,to_uri:str,state:int,\
start_ts:int,init_ts:int,end_ts:int,duration:int,timeout:int,lifetime:int,dflags:int,sflags:int,\
iflags:int,caller:{tag:str,contact:str,cseq:str,route_set:str,socket:str},callee:{tag:str,\
contact:str,cseq:str,route_set:str,socket:str},profiles:[...],variables:[...]}* reads
 All dialogs; state 1 unconfirmed, 2 early, 3 no ACK yet, 4 confirmed, 5 deleted
 %empty=not found
dlg.list_ctx = dlg.list
 All dialogs, with what other modules attached to them
dlg.dlg_list callid:.str [from_tag:.str] -> {...,profiles:[...],variables:[...]}* reads
 One dialog, as in dlg.list
dlg.dlg_list_ctx = dlg.dlg_list
 One dialog, with what other modules attached to it
dlg.list_match key{ruri|furi|turi|callid|start_ts} op{eq|re|sw|gt|lt} value [limit:int] -> {...,\
profiles:[...],variables:[...]}* reads
 Dialogs that match, as in dlg.list
 op: equal, regular expression, starts with; gt and lt for start_ts only
 limit: number of dialogs at most; 0 all
 %empty=not found|invalid=matching operator not supported
dlg.list_match_ctx = dlg.list_match
 Dialogs that match, with what other modules attached to them
dlg.briefing fields=ftcFT -> {h_entry:int,h_id:int,...}* reads
 A few fields of each dialog
 fields: letters: f from, t to, c Call-ID, F and T tags, I S E times, s state
dlg.stats_active [own:int{0|1}] -> {starting:int,connecting:int,answering:int,ongoing:int,all:int} \
reads
 Number of dialogs by state
 own: 1 counts only those that this server made
dlg.profile_get_size profile:.str [value:.str] -> int reads
 Number of dialogs in a profile
 value: count only those with this value
dlg.profile_list profile:.str [value:.str] -> {...,profiles:[...],variables:[...]}* reads
 Dialogs in a profile, as in dlg.list
 value: list only those with this value
dlg.is_alive callid:.str from_tag:.str to_tag:.str -> str reads
 "Alive" for a confirmed dialog
 %absent=not in confirmed state|invalid=too few parameters
dlg.end_dlg h_entry:int h_id:int [headers] -> -
 Ends a dialog by BYE to both sides
 headers: further headers, each ended by CR LF
dlg.terminate_dlg callid:.str from_tag:.str to_tag:.str -> -
 Ends a dialog by BYE to both sides
 %absent=couldnt find callid|invalid=need a callid
dlg.set_state callid:.str from_tag:.str to_tag:.str state:int -> str repeatable
 Sets the state of a dialog; only from 4 confirmed to 5 deleted
 %invalid=need the callid|invalid=invalid state value
dlg.bridge_dlg from to [proxy=.] [body] -> -
 Calls one address and refers it to another
 proxy: outbound proxy; . for none
 body: SDP to offer; . the built-in one, _ none
dlg.dump_file file:.str -> -
 Appends all dialogs to a file on the server
"""
