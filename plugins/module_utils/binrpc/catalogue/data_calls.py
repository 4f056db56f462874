# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Methods of calls and users: dialogs, registrations, presence, messages, queues, tracing.

:mod:`.notation` explains the notation.
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
dlgs.count -> {...} reads @master
 Number of calls of the dlgs module

ul.*
 %invalid=domain missing in aor
ul.dump [mode{brief|...}] -> {Domains:[Domain:{Domain:str,Size:int,AoRs:[Info:{AoR:str,HashID:int,\
Contacts:[Contact:{Address:str,Expires:any,Q:float,Call-ID:str,CSeq:int,User-Agent:str,\
Received:str,Path:str,State:str,Flags:int,CFlags:int,Socket:str,Methods:int,Ruid:str,Instance:str,\
Reg-Id:int,Server-Id:int,Tcpconn-Id:int,Keepalive:int,Last-Keepalive:int,KA-Roundtrip:int,\
Last-Modified:int}*]}*],Stats:{Records:int,Max-Slots:int}}*]} reads
 All registered contacts; brief shows addresses of record only
ul.lookup table aor -> {AoR:str,Contacts:[Contact:{...}*]} reads
 Contacts of an address of record
 %empty=aor has no contacts
ul.add table aor contact expires:int q:float path=. flags:int=0 cflags:int=0 methods:int=-1 \
received=. socket=. -> - repeatable
 Registers a contact, or renews it
 expires: seconds; 0 is permanent
 q: preference, 0 to 1; -1 for none
 path: . for none
 methods: bit mask of the allowed methods, -1 for all
 received: . for none
 socket: . for none
ul.rm table aor -> - repeatable
 Removes all contacts of an address of record; also succeeds when there is none
ul.rm_contact table aor contact -> - repeatable
 Removes a contact
ul.flush -> - repeatable
 Writes contacts from memory to the database
ul.db_users table -> int reads
 Number of users in the database
 %refused=not supported in db_mode|refused=does not support raw queries
ul.db_contacts table -> int reads
 Number of contacts in the database
 %= ul.db_users
ul.db_expired_contacts table -> int reads
 Number of expired contacts in the database
 %= ul.db_users
nathelper.enable_ping enable:int{0|1} -> - repeatable
 Switches the pinging of contacts behind NAT
 %refused=natping disabled|invalid=no parameter

uac.reg_dump -> {l_uuid:str,l_username:str,l_domain:str,r_username:str,r_domain:str,realm:str,\
auth_username:str,auth_password:str^,auth_ha1:str^,auth_proxy:str,expires:int,flags:int,\
diff_expires:int,timer_expires:int,reg_init:int,reg_delay:int,contact_addr:str,socket:str}* reads
 Registrations with other servers, passwords in clear
 %refused=not enabled|invalid=unsupported filter attribute
uac.reg_info attr{l_uuid|l_username|r_username|auth_username} value:.str -> {l_uuid:str,\
auth_password:str^,auth_ha1:str^,...} reads
 One registration, as in uac.reg_dump
 %= uac.reg_dump
uac.reg_add l_uuid l_username l_domain r_username r_domain realm=. auth_username auth_password^=. \
auth_ha1^=. auth_proxy expires:int flags:int=0 reg_delay:int=0 socket=. contact_addr=. \
[contact_user=.] -> -
 Adds a registration in memory; . stands for "not set"
 flags: 1 disabled
 +master: reads contact_user too
 %invalid=invalid password or ha1
uac.reg_remove uuid -> - repeatable
 Removes a registration from memory
uac.reg_enable attr{l_uuid|l_username|r_username|auth_username} value:.str -> -
 Enables a registration, and registers anew
 %= uac.reg_dump
uac.reg_disable attr{l_uuid|l_username|r_username|auth_username} value:.str -> -
 Disables a registration
 %= uac.reg_dump
uac.reg_register attr{l_uuid|l_username|r_username|auth_username} value:.str -> - @6.0
 Registers at once
 %= uac.reg_dump
uac.reg_unregister attr{l_uuid|l_username|r_username|auth_username} value:.str -> -
 Takes a registration back at the other server
 %= uac.reg_dump
uac.reg_refresh uuid -> -
 Reads one registration from the database
uac.reg_reload -> - repeatable
 Reads all registrations from the database
uac.reg_active mode:int{0|1} -> {omode:int,nmode:int} repeatable
 Switches registering as a whole
 %refused=not initialized|invalid=missing parameter
keepalive.*
 %invalid=parameter is len less|absent=couldn't get data|absent=couldn't delete data
keepalive.list -> {uri:str,owner:str,last checked:str,last up:str,last down:str,state:int}* reads
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
local:int}* reads
 Nodes of the distributed message queue
 +6.1: fail_count
dmq.remove address:.str -> str repeatable
 Removes a node
 address: URI of the node
 %absent=failure
dmq.add address:.str -> str @master
 Adds a node
dmq.change_status address:.str status{active|not_active|disabled} -> str repeatable @master
 Sets the status of a node
mqueue.get_sizes -> {name:str,size:int}* reads
 Number of entries in each queue
mqueue.get_size queue -> {name:str,size:int} reads
 Number of entries in a queue
 %invalid=no queue name|invalid=invalid queue name
mqueue.fetch queue -> {key:str,val:str}
 Takes the oldest entry out of a queue
 !consumes the entry: whoever should have got it does not
 %empty=empty queue|invalid=no queue name|invalid=invalid queue name
siptrace.status command{on|off|check} -> str reads(check) repeatable
 Switches SIP tracing, or shows it: Enabled or Disabled
 %invalid=bad parameter
sipcapture.status command{on|off|check} -> str reads(check) repeatable
 Switches SIP capturing, or shows it: Enabled or Disabled
 %= siptrace.status
sipdump.enable [enable:int{0|1}] -> {oldval:int,newval:int} reads() repeatable
 Shows whether SIP is written to files; with a number sets it

presence.presentity_list [mode{full|...}] -> {...}* reads
 Published states
presence.cleanup -> str
 Removes expired states and watchers
presence.refreshWatchers uri event type:int [file_uri] [file_name] -> -
 Tells watchers of changed rules or states
 %invalid=empty |invalid=no file uri
presence.updateWatchers uri event -> -
 Updates the watchers of an address
 %= presence.refreshWatchers
pua.cleanup -> -
 Removes expired publications
rls.cleanup -> -
 Removes expired list subscriptions
imc.list_rooms -> {room:str,members:int,owner:str}* reads
 Rooms for messages
imc.list_members room -> {room:str,members:[str*],count:int} reads
 Members of a room
 room: URI of the room
 %absent=room not found|invalid=room name
msrp.cmaplist -> {MAP_SIZE:int,CONLIST:{CONDATA:{...}*},CONCOUNT:int} reads
 MSRP connections
 %refused=no connections map
mohqueue.*
 %invalid=too few parameters|busy=unable to lock
mohqueue.debug queue enable:int{0|1} -> - repeatable
 Switches debugging of a queue of calls
mohqueue.drop_call queue callid{*|...} -> -
 Ends a queued call, or all
call_obj.list duration:int [limit:int] -> str* reads
 Call objects older than so many seconds
 %invalid=requires arguments|invalid=shouldn't be negative
call_obj.stats -> str* reads
 Number of call objects in use
call_obj.free object -> -
 Frees a call object by its number
 %invalid=required object number|invalid=cannot convert|absent=error freeing object
call_obj.free_all -> -
 Frees all call objects
sca.*
 %empty=empty subscription table|empty=no active appearances|absent=no appearances for
 %absent=is not in use|invalid=usage:|invalid=invalid state|invalid=must be > 0
 %refused=not implemented|refused=not yet implemented
sca.all_appearances -> str* reads
 Shared call appearances
sca.all_subscriptions -> str* reads
 Subscriptions to shared call appearances
sca.subscription_count event{call-info|line-seize} -> str reads
 Number of subscriptions
sca.show_subscription aor event{call-info|line-seize} [contact] -> str* reads
 Subscriptions of an address of record
sca.show_appearance -> - reads
 Not implemented: always a fault
sca.subscribers -> - reads
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
