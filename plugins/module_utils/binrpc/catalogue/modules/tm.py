# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Methods of tm, in the notation of :mod:`.notation`."""

TEXT = """
tm.stats -> {current:int,waiting:int,total:int,total_local:int,rpl_received:int,rpl_generated:int,\
rpl_sent:int,6xx:int,5xx:int,4xx:int,3xx:int,2xx:int,created:int,freed:int,delayed_free:int} \
reads counts
 Number of transactions
tm.list -> {cell:str,tindex:int,tlabel:int,method:str,from:str,to:str,callid:str,cseq:str,\
uas_request:str,tflags:int,outgoings:int,ref_count:int,lifetime:int}* reads
 Transactions under way
tm.hash_stats -> {...} reads counts
 How full the transaction table is; only in builds that count it
 %refused=not supported
tm.clean -> -
 Removes transactions that outlived their time
tm.cancel callid cseq -> (int,str)
 Cancels a transaction under way
 cseq: CSeq header with number and method
 %absent=no such transaction|absent=transaction not found|invalid= expected
 %invalid=invalid transaction id|invalid=read error
tm.reply code:int reason trans_id to_tag [headers=] [body] -> -
 Answers a transaction
 trans_id: index:label
 headers: further headers, each ended by CR LF
 %= tm.cancel
tm.reply_callid code:int reason callid cseq to_tag [headers=] [body] -> -
 Answers the transaction with that Call-ID and CSeq
 %= tm.cancel
tm.t_uac_start method ruri next_hop=. socket=. headers [body] -> -
 Sends a SIP request of its own, without waiting for the answer
 headers: headers, From and To among them, each ended by CR LF
 %refused=not supported by this rpc transport|invalid=too few parameters
 %invalid=invalid |invalid=empty method|invalid=no local socket
tm.t_uac_wait method ruri next_hop=. socket=. headers [body] -> {...}
 Sends a SIP request and waits for the answer; not offered over binrpc (fault 600)
 %= tm.t_uac_start
tm.t_uac_wait_block method ruri next_hop=. socket=. headers [body] -> {code:int,text:str}
 Sends a SIP request and waits for the answer
 !ctl answers no other call until the SIP answer comes or times out
 %= tm.t_uac_start
tm.t_uac_start_noack = tm.t_uac_start @6.1
 Sends a SIP request without waiting for the answer; sends no ACK for its own INVITE
tm.t_uac_wait_noack = tm.t_uac_wait @6.1
 Sends a SIP request and waits for the answer, as tm.t_uac_wait; no ACK for its own INVITE
tm.t_uac_wait_block_noack = tm.t_uac_wait_block @6.1
 Sends a SIP request and waits for the answer; sends no ACK for its own INVITE
tm.t_uac_start_hex method ruri next_hop=. socket=. headers [body] -> - @6.1
 Sends a SIP request whose body is given in hex, without waiting for the answer
 body: two hex digits for each byte
 %= tm.t_uac_start
tm.t_uac_wait_hex method ruri next_hop=. socket=. headers [body] -> {...} @6.1
 Sends a SIP request whose body is given in hex, as tm.t_uac_wait
 body: two hex digits for each byte
 %= tm.t_uac_start
tm.t_uac_wait_block_hex method ruri next_hop=. socket=. headers [body] -> {code:int,text:str} @6.1
 Sends a SIP request whose body is given in hex, and waits for the answer
 body: two hex digits for each byte
 !ctl answers no other call until the SIP answer comes or times out
 %= tm.t_uac_start
tm.t_uac_start_noack_hex = tm.t_uac_start_hex
 Sends a SIP request with a body in hex, without waiting; sends no ACK for its own INVITE
tm.t_uac_wait_noack_hex = tm.t_uac_wait_hex
 Sends a SIP request with a body in hex, as tm.t_uac_wait; sends no ACK for its own INVITE
tm.t_uac_wait_block_noack_hex = tm.t_uac_wait_block_hex
 Sends a SIP request with a body in hex and waits; sends no ACK for its own INVITE
tm.t_uac_attrs attrs method ruri next_hop=. socket=. headers [body] -> - @6.1
 Sends a SIP request with attributes, without waiting for the answer
 attrs: name=value;...
 headers: headers, From and To among them, each ended by CR LF
 %= tm.t_uac_start
tm.retransmit_reply trans_id -> - @6.1
 Sends the last answer of a transaction once more
 trans_id: index:label
 %= tm.cancel
tm.retransmit_reply_callid callid cseq -> - @6.1
 Sends the last answer of the transaction with that Call-ID and CSeq once more
 cseq: CSeq header with number and method
 %= tm.cancel
"""
