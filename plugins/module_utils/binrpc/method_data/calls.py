# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Methods of calls and users: dialogs, registrations, presence, messages, queues, tracing.

:mod:`methods` explains the notation.
"""

TEXT = """
*callid: Call-ID of the dialog
*from_tag: tag of the caller
*to_tag: tag of the callee
*attr: by which attribute to look
*value: what to look for
*table: name of the location table
*aor: address of record
*contact: URI of the contact
*uuid: l_uuid of the registration

dlg.list -> {h_entry:int,h_id:int,ref:int,call-id:str,from_uri:str,to_uri:str,state:int,\
start_ts:int,init_ts:int,end_ts:int,duration:int,timeout:int,lifetime:int,dflags:int,sflags:int,\
iflags:int,caller:{tag:str,contact:str,cseq:str,route_set:str,socket:str},callee:{tag:str,\
contact:str,cseq:str,route_set:str,socket:str},profiles:[...],variables:[...]}*
 All dialogs; state 1 unconfirmed, 2 early, 3 no ACK yet, 4 confirmed, 5 deleted
dlg.list_ctx = dlg.list
 All dialogs, with what other modules attached to them
dlg.dlg_list callid:.str [from_tag:.str] -> {...}*
 One dialog, as in dlg.list
dlg.dlg_list_ctx = dlg.dlg_list
 One dialog, with what other modules attached to it
dlg.list_match key{ruri|furi|turi|callid|start_ts} op{eq|re|sw|gt|lt} value [limit:int] -> {...}*
 Dialogs that match, as in dlg.list
 op: equal, regular expression, starts with; gt and lt for start_ts only
 limit: number of dialogs at most; 0 all
dlg.list_match_ctx = dlg.list_match
 Dialogs that match, with what other modules attached to them
dlg.briefing fields=ftcFT -> {h_entry:int,h_id:int,...}*
 A few fields of each dialog
 fields: letters: f from, t to, c Call-ID, F and T tags, I S E times, s state
dlg.stats_active [own:int{0|1}] -> {starting:int,connecting:int,answering:int,ongoing:int,all:int}
 Number of dialogs by state
 own: 1 counts only those that this server made
dlg.profile_get_size profile:.str [value:.str] -> int
 Number of dialogs in a profile
 value: count only those with this value
dlg.profile_list profile:.str [value:.str] -> {...}*
 Dialogs in a profile, as in dlg.list
 value: list only those with this value
dlg.is_alive callid:.str from_tag:.str to_tag:.str -> str
 "Alive" for a confirmed dialog
dlg.end_dlg h_entry:int h_id:int [headers] -> -
 Ends a dialog by BYE to both sides
 headers: further headers, each ended by CR LF
dlg.terminate_dlg callid:.str from_tag:.str to_tag:.str -> -
 Ends a dialog by BYE to both sides
dlg.set_state callid:.str from_tag:.str to_tag:.str state:int -> str ~
 Sets the state of a dialog; only from 4 confirmed to 5 deleted
dlg.bridge_dlg from to [proxy=.] [body] -> -
 Calls one address and refers it to another
 proxy: outbound proxy; . for none
 body: SDP to offer; . the built-in one, _ none
dlg.dump_file file:.str -> -
 Appends all dialogs to a file on the server
dlgs.briefing -> {count:int,src:str,dst:str,callid:str,state:int}*
 Calls of the dlgs module
dlgs.list -> {...}*
 Calls of the dlgs module, all fields
dlgs.get field{src|dst|data} op{eq|ne|re|sw|fm} value -> {...}
 First call of the dlgs module that matches
dlgs.getall field{src|dst|data} op{eq|ne|re|sw|fm} value -> {...}*
 Calls of the dlgs module that match
dlgs.stats -> {final:{...},active:{...}}
 Counts of the dlgs module
dlgs.count -> {...} @master
 Number of calls of the dlgs module

ul.dump [mode{brief|...}] -> {Domains:[Domain:{Domain:str,Size:int,AoRs:[Info:{AoR:str,\
HashID:int,Contacts:[Contact:{Address:str,Expires:any,Q:float,Call-ID:str,CSeq:int,User-Agent:str,\
Received:str,Path:str,State:str,Flags:int,CFlags:int,Socket:str,Methods:int,Ruid:str,Instance:str,\
Reg-Id:int,Server-Id:int,Tcpconn-Id:int,Keepalive:int,Last-Keepalive:int,KA-Roundtrip:int,\
Last-Modified:int}*]}*],Stats:{Records:int,Max-Slots:int}}*]}
 All registered contacts; brief shows addresses of record only
ul.lookup table aor -> {AoR:str,Contacts:[Contact:{...}*]}
 Contacts of an address of record
ul.add table aor contact expires:int q:float path=. flags:int=0 cflags:int=0 methods:int=-1 \
received=. socket=. -> - ~
 Registers a contact, or renews it
 expires: seconds; 0 is permanent
 q: preference, 0 to 1; -1 for none
 path: . for none
 methods: bit mask of the allowed methods, -1 for all
 received: . for none
 socket: . for none
ul.rm table aor -> - ~
 Removes all contacts of an address of record; also succeeds when there is none
ul.rm_contact table aor contact -> - ~
 Removes a contact
ul.flush -> - ~
 Writes contacts from memory to the database
ul.db_users table -> int
 Number of users in the database
ul.db_contacts table -> int
 Number of contacts in the database
ul.db_expired_contacts table -> int
 Number of expired contacts in the database
nathelper.enable_ping enable:int{0|1} -> - ~
 Switches the pinging of contacts behind NAT

uac.reg_dump -> {l_uuid:str,l_username:str,l_domain:str,r_username:str,r_domain:str,realm:str,\
auth_username:str,auth_password:str,auth_ha1:str,auth_proxy:str,expires:int,flags:int,\
diff_expires:int,timer_expires:int,reg_init:int,reg_delay:int,contact_addr:str,socket:str}*
 Registrations with other servers, passwords in clear
uac.reg_info attr{l_uuid|l_username|r_username|auth_username} value:.str -> {l_uuid:str,...}
 One registration, as in uac.reg_dump
uac.reg_add l_uuid l_username l_domain r_username r_domain realm=. auth_username \
auth_password=. auth_ha1=. auth_proxy expires:int flags:int=0 reg_delay:int=0 socket=. \
contact_addr=. [contact_user=.] -> -
 Adds a registration in memory; . stands for "not set"
 flags: 1 disabled
 +master: reads contact_user too
uac.reg_remove uuid -> - ~
 Removes a registration from memory
uac.reg_enable attr{l_uuid|l_username|r_username|auth_username} value:.str -> -
 Enables a registration, and registers anew
uac.reg_disable attr{l_uuid|l_username|r_username|auth_username} value:.str -> -
 Disables a registration
uac.reg_register attr{l_uuid|l_username|r_username|auth_username} value:.str -> - @6.0
 Registers at once
uac.reg_unregister attr{l_uuid|l_username|r_username|auth_username} value:.str -> -
 Takes a registration back at the other server
uac.reg_refresh uuid -> -
 Reads one registration from the database
uac.reg_reload -> - ~
 Reads all registrations from the database
uac.reg_active mode:int{0|1} -> {omode:int,nmode:int} ~
 Switches registering as a whole
keepalive.list -> {uri:str,owner:str,last checked:str,last up:str,last down:str,state:int}*
 Destinations that are pinged
keepalive.get uri owner -> {uri:str,owner:str,state:int}
 One destination
 !never returns on 5.6: the ctl process is lost until a restart
keepalive.add uri owner -> str
 Adds a destination
 !never returns on 5.6: the ctl process is lost until a restart
keepalive.del uri owner -> str
 Removes a destination
 !never returns on 5.6: the ctl process is lost until a restart
keepalive.flush -> str
 Removes all destinations
 !never returns on 5.6: the ctl process is lost until a restart

dmq.list_nodes -> {host:str,port:str,proto:str,resolved_ip:str,status:str,last_notification:int,\
local:int}*
 Nodes of the distributed message queue
 +6.1: fail_count
dmq.remove address:.str -> str ~
 Removes a node
 address: URI of the node
dmq.add address:.str -> str @master
 Adds a node
dmq.change_status address:.str status{active|not_active|disabled} -> str ~ @master
 Sets the status of a node
mqueue.get_sizes -> {name:str,size:int}*
 Number of entries in each queue
mqueue.get_size queue -> {name:str,size:int}
 Number of entries in a queue
mqueue.fetch queue -> {key:str,val:str}
 Takes the oldest entry out of a queue
 !consumes the entry: whoever should have got it does not
siptrace.status command{on|off|check} -> str ~
 Switches SIP tracing, or shows it: Enabled or Disabled
sipcapture.status command{on|off|check} -> str ~
 Switches SIP capturing, or shows it: Enabled or Disabled
sipdump.enable [enable:int{0|1}] -> {oldval:int,newval:int} ~
 Shows whether SIP is written to files; with a number sets it

presence.presentity_list [mode{full|...}] -> {...}*
 Published states
presence.cleanup -> str
 Removes expired states and watchers
presence.refreshWatchers uri event type:int [file_uri] [file_name] -> -
 Tells watchers of changed rules or states
presence.updateWatchers uri event -> -
 Updates the watchers of an address
pua.cleanup -> -
 Removes expired publications
rls.cleanup -> -
 Removes expired list subscriptions
imc.list_rooms -> {room:str,members:int,owner:str}*
 Rooms for messages
imc.list_members room -> {room:str,members:[str*],count:int}
 Members of a room
 room: URI of the room
msrp.cmaplist -> {MAP_SIZE:int,CONLIST:{CONDATA:{...}*},CONCOUNT:int}
 MSRP connections
mohqueue.debug queue enable:int{0|1} -> - ~
 Switches debugging of a queue of calls
mohqueue.drop_call queue callid{*|...} -> -
 Ends a queued call, or all
call_obj.list duration:int [limit:int] -> str*
 Call objects older than so many seconds
call_obj.stats -> str*
 Number of call objects in use
call_obj.free object -> -
 Frees a call object by its number
call_obj.free_all -> -
 Frees all call objects
sca.all_appearances -> str*
 Shared call appearances
sca.all_subscriptions -> str*
 Subscriptions to shared call appearances
sca.subscription_count event{call-info|line-seize} -> str
 Number of subscriptions
sca.show_subscription aor event{call-info|line-seize} [contact] -> str*
 Subscriptions of an address of record
sca.show_appearance -> -
 Not implemented: always a fault
sca.subscribers -> -
 Not implemented: always a fault
sca.deactivate_subscription -> -
 Not implemented: always a fault
sca.deactivate_all_subscriptions -> str*
 Ends all subscriptions
sca.seize_appearance aor owner -> str
 Seizes a line
sca.update_appearance aor index:int state{idle|...} [uri] -> -
 Sets the state of an appearance
sca.release_appearance aor index:int -> -
 Frees an appearance
"""
