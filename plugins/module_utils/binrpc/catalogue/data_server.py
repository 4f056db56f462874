# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Methods of the server itself: core, ctl, settings, counters, memory, transactions, caches.

:mod:`.notation` explains the notation.
"""

TEXT = """
*group: group of settings, or group[id] for one instance of it
*var: name of the setting in its group
*unit: b, k, m or g; bytes unless given
*counter: name of the counter
*name: name of the thing that is asked for

system.listMethods -> str* reads
 Names of all methods of the loaded modules, sorted
system.methodHelp method -> str reads
 The server's own help text of a method, or "undocumented"
 %absent=command not found
system.methodSignature -> - reads
 Not implemented by any release: always a fault
 %refused=not implemented yet

ctl.*
 %refused=rpc available only over binrpc
ctl.listen -> (str,str,str,str)* reads
 Addresses on which ctl listens: protocol, transport, name, port (text)
ctl.connections -> int reads
 Number of open stream connections to ctl, this one included
ctl.who -> (str,str,str,str,str,str)* reads
 Open stream connections to ctl: protocol, transport, peer, its port, listener, its port
 %empty=no open stream connection

core.*
 %refused=not compiled|refused=support disabled
core.version -> str reads
 Name, version and platform of the server
core.info -> {version:str,id:str,compiler:str,compiled:str,flags:str} reads
 Version and how it was compiled
core.runinfo -> {name:str,version:str,sourceid:str,compiler:str,compiled:str,time_now:str,\
time_started:str,uptime_secs:int,utime_days:str} reads @5.6
 Version, times and uptime
core.uptime -> {now:str,up_since:str,uptime:int} reads
 Time now, time of start, and the seconds between
core.flags -> str reads
 Compile flags, separated by commas
core.modules -> str* reads @5.1
 Names of the loaded modules, the last one first
core.arg -> str* reads
 Command line of the server, one value per word
core.pwd -> str reads
 Working directory of the server
core.ps -> (int,str)* reads
 Process ids and descriptions, in turn
core.psx -> {IDX:int,PID:int,DSC:str}* reads
 Processes: index, process id, description
core.psa -> {index:int,pid:int,status:int,rank:int,description:str}* reads @5.3
 Processes with status and rank
core.ppdefines -> str* reads @5.1
 Names defined for the configuration's preprocessor
core.ppdefines_full -> {name:str,type:int,value:str}* reads @5.2
 Preprocessor definitions with their values
core.shmmem [unit{b|k|m|g}] -> {total:int,free:int,used:int,real_used:int,max_used:int,\
fragments:int} reads
 Use of shared memory
 +5.7: doubles; up to 5.6 ints, so that 2 GiB and more come out negative
 %invalid=bad param
core.sfmalloc [hash:int] -> {...}* reads
 Fragments of the sf_malloc allocator; only in builds that have it
core.sockets_list -> [socket:{proto:str,address:str,port:str,mcast:str,mhomed:str,virtual:str,\
...}*] reads
 Sockets on which the server listens for SIP
 +5.7: member af; 6.0: agname
core.aliases_list -> {myself_callbacks:str,aliases:[alias:{proto:str,address:str,port:any}*]} reads
 Names under which the server knows itself
core.tcp_info -> {readers:int,max_connections:int,max_tls_connections:int,opened_connections:int,\
opened_tls_connections:int,write_queued_bytes:int} reads
 Number of TCP and TLS connections, and their limits
core.tcp_list -> {id:int,type:str,state:str,timeout:int,lifetime:int,ref_count:int,src_ip:str,\
src_port:int,dst_ip:str,dst_port:int}* reads
 SIP connections over TCP and TLS
core.tcp_options -> {...} reads
 TCP settings in force, by name
core.udp4_raw_info -> {udp4_raw:int,udp4_raw_mtu:int,udp4_raw_ttl:int} reads
 Settings of raw UDP sockets
core.echo [value:.str*] -> str* reads
 Gives the parameters back as strings
core.echo_delta [value:.str*] -> str* reads @5.7
 Like core.echo, but refused when called again within rpc_exec_delta seconds
core.prints [value*] -> str* reads
 Gives back strings
core.printi [value:int*] -> int* reads
 Gives back integers
core.kill [signal:int] -> -
 Sends a signal (15 unless given) to all processes of the server
 !ends the server, or whatever the signal does

udp.proxy.dump -> {...}* reads @master
 Peers known for accepting UDP through a proxy
udp.proxy.stats -> {...} reads @master
 Counts of that table
udp.proxy.clean -> - @master
 Removes outdated entries of that table
udp.proxy.flush -> - @master
 Removes all entries of that table

corex.debug [level:int] -> {debug:int} reads() repeatable
 Shows the log level; with a number sets it and answers {old,new}
corex.list_sockets -> {PROTO:str,NAME:str,ADDRLIST:{ADDR:str*},PORT:str,MCAST:str,MHOMED:str,\
VIRTUAL:str,SOCKNAME:str,ADVERTISE:str}* reads
 Sockets on which the server listens for SIP
 +5.8: names of members in lower case
corex.list_aliases -> {PROTO:str,ADDR:str,PORT:int}* reads
 Names under which the server knows itself
 +5.8: names of members in lower case
corex.pkg_summary by{idx|pid} value:int -> - repeatable
 Makes a process write its use of private memory to the log
 by: whether value is the index of the process or its process id
 %invalid=not provided|invalid=unsupported selector|invalid=out of range
corex.shm_status -> - reads
 Writes a report of shared memory to the log
corex.shm_summary -> -
 Writes a summary of shared memory to the log
shm.info -> {name:str,size:int} reads
 Name of the shared memory allocator, and its size
shm.stats -> {total:int,free:int,used:int,real_used:int,max_used:int,fragments:int} reads
 Use of shared memory
shm.report -> {...}
 Shared memory by kinds of fragments, where the allocator supports it
 %refused=no report callback
pkg.info -> {name:str,size:int} reads
 Name of the private memory allocator, and its size
pkg.stats [by{pid|rank|index}] [value:int] -> {entry:int,pid:int,rank:int,used:int,free:int,\
real_used:int,total_size:int,total_frags:int,desc:str}* reads
 Use of private memory per process
 by: show only the process with that pid, rank or index
 %invalid=invalid filter type|invalid=one more parameter
mod.*
 %invalid= needed
mod.stats module{all|...} memory{all|pkg|shm} -> (str,{...})* reads
 Memory per module and place in the code
mod.mem_stats = mod.stats @5.6
mod.mem_statsx module{all|...} memory{all|pkg|shm} -> (str,{...})* reads @5.6
 Memory per module and place in the code, with the number of allocations

modparam.*
 %refused=not acceptable here
modparam.getn module param -> {module:str,param:str,shm:str,value:int} reads @6.1
 Value of a numeric module parameter
modparam.gets module param -> {module:str,param:str,shm:str,value:str} reads @6.1
 Value of a text module parameter
modparam.setn module param value:int -> {module:str,param:str,shm:str,ovalue:int,value:int} \
repeatable @6.1
 Sets a numeric module parameter that is kept in shared memory
modparam.list [module] -> {module:str,param:str,typeval:int,type:str,use_func:str,use_shm:str,\
value:any}* reads @6.1
 Parameters of a module

cfg.*
 %invalid=wrong group syntax
cfg.get group [var] -> any reads
 Value of a setting; without a name, a struct of all settings of the group
 %absent=failed to get the variable|refused=not readable via rpc
 %invalid=failed to get the parameters
cfg.list [group] -> str* reads
 Settings as "group: name"
cfg.help group var -> (str,str) reads
 Description of a setting, and its type in brackets
 +6.1: one struct {desc,type}
 %absent=failed to get the variable
cfg.seti group var value:int -> - repeatable
 Sets a numeric setting at once
cfg.set_now_int = cfg.seti
cfg.sets group var value -> - repeatable
 Sets a text setting at once
cfg.set_now_string = cfg.sets
cfg.set group var value:any -> - repeatable
 Sets a setting at once, text or number
cfg.set_delayed_int group var value:int -> -
 Notes a new value for a numeric setting, for cfg.commit
cfg.set_delayed_string group var value -> -
 Notes a new value for a text setting, for cfg.commit
cfg.set_delayed group var value:any -> -
 Notes a new value for a setting, for cfg.commit
cfg.commit -> -
 Puts the noted values in force
cfg.rollback -> -
 Forgets the noted values
cfg.diff -> {group name:str,group id:int,variable name:str,old value:any,new value:any}* reads
 Noted values that are not in force yet
cfg.del group var -> - repeatable
 Removes the value that one instance of a group has of its own, at once
 group: group[id]
cfg.del_delayed group var -> -
 Notes the removal of an instance's own value, for cfg.commit
 group: group[id]
cfg.add_group_inst group -> - repeatable
 Adds an instance to a group of settings
 group: group[id]
cfg.del_group_inst group -> - repeatable
 Removes an instance from a group of settings
 group: group[id]
cfg.reset group -> -
 Sets all settings of a group back to their defaults
 !a group that the configuration file declares takes a 5.6 server down
 %= cfg.help

cfgutils.*
 %refused=no hash file|invalid=invalid percent
cfgutils.get_config_hash -> str reads
 Hash of the configuration file as it was at start
cfgutils.check_config_hash -> str reads
 Whether the configuration file still has that hash
cfgutils.get_gflags -> str reads
 The global flags, as "0x4 (4)"
cfgutils.is_gflag flag:int -> str reads
 TRUE or FALSE: are these global flags set?
 flag: bit mask
cfgutils.set_gflag flag:int -> - repeatable
 Sets global flags
 flag: bit mask
cfgutils.reset_gflag flag:int -> - repeatable
 Clears global flags
 flag: bit mask
cfgutils.rand_get_prob -> str reads
 Probability that rand_event uses
cfgutils.rand_set_prob percent:int -> - repeatable
 Sets the probability that rand_event uses, 0 to 100
cfgutils.rand_reset_prob -> - repeatable
 Sets the probability back to that of the configuration

cnt.*
 %absent=non-existent counter|absent=no description for|invalid=name required
cnt.get group [counter] -> any reads
 Value of a counter; with the group alone, of all its counters
 group: group of counters
cnt.get_raw group counter -> int reads
 Value of a counter without its callback
 group: group of counters
cnt.grp_get_all group -> {...} reads
 All counters of a group
 group: group of counters
cnt.get_vars = cnt.grp_get_all
cnt.grps_list -> str* reads
 Groups of counters
cnt.list_groups = cnt.grps_list
cnt.var_list group -> str* reads
 Names of a group's counters
 group: group of counters
cnt.list_vars = cnt.var_list
cnt.help group counter -> str reads
 Description of a counter
 group: group of counters
cnt.reset group counter -> -
 Sets a counter to 0
 group: group of counters
stats.*
 %refused=stats support not enabled|invalid=please provide
stats.fetch stat{all|...} [more*] -> {...} reads
 Statistics as texts, in a struct of "group.name"
 stat: all, group: or a name
stats.fetchn stat{all|...} [more*] -> {...} reads
 Statistics as numbers, in a struct of "group.name"
 stat: all, group: or a name
stats.get_statistics stat{all|...} [more*] -> str* reads
 Statistics as lines "group:name = value"; nothing for an unknown name
 stat: all, group: or a name
stats.reset_statistics stat{all|...} [more*] -> str*
 Sets statistics to 0
 stat: all, group: or a name
stats.clear_statistics stat{all|...} [more*] -> str*
 Reads statistics and sets them to 0
 stat: all, group: or a name
statsc.report command{list|diff} [stat{all|...}] [range:int] -> {timestamp:int,stats:[{name:str,\
data:[{timestamp:int,value:int,index:int}*]}*]} reads
 Statistics collected over time
 range: number of latest values; all unless given
 %busy=nothing collected yet|refused=not initialized|invalid=invalid command|invalid=missing command
sl.stats -> {...} reads
 Number of stateless replies by code
 +5.7: doubles; ints up to 5.6

tm.stats -> {current:int,waiting:int,total:int,total_local:int,rpl_received:int,rpl_generated:int,\
rpl_sent:int,6xx:int,5xx:int,4xx:int,3xx:int,2xx:int,created:int,freed:int,delayed_free:int} reads
 Number of transactions
tm.list -> {cell:str,tindex:int,tlabel:int,method:str,from:str,to:str,callid:str,cseq:str,\
uas_request:str,tflags:int,outgoings:int,ref_count:int,lifetime:int}* reads
 Transactions under way
tm.hash_stats -> {...} reads
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
 !ctl serves nobody until the SIP answer comes or times out
 %= tm.t_uac_start
ts.dump [mode{brief|...}] -> {...} reads
 Requests that wait for a registration
ts.lookup ruri -> {...} reads
 Transactions that wait for one address
 %invalid=no ruri to lookup

dbg.*
 %refused=not initialized|refused=reset_msgid is 0|absent=no such pid|absent=facility not found
 %invalid= missing|invalid=missing |invalid=unknown
dbg.ls [pid:int] -> {entry:int,pid:int,set:int,state:int,in.pid:int,in.cmd:int}* reads
 State of the debugger per process
dbg.bp command{on|off|release|keep|move|next|show|eval|log} [pid:int] [value] -> str*
 Controls breakpoints of the configuration
 !"on" stops every worker at its next action, so that no SIP is handled
dbg.trace command{on|off} [pid:int] -> str repeatable
 Switches the tracing of configuration actions
dbg.get_mod_level module -> int reads
 Log level that a module uses
dbg.set_mod_level module level:int -> str repeatable
 Sets the log level of a module; without mod_level_mode it is kept but has no effect
dbg.get_mod_facility module -> str reads
 Log facility that a module uses
dbg.set_mod_facility module facility{LOG_LOCAL0|...} -> str repeatable
 Sets the log facility of a module
dbg.reset_msgid -> str
 Starts the numbering of SIP messages anew; the modparam reset_msgid must allow it
benchmark.*
 %absent=register timer failure|invalid=invalid timer name
benchmark.timer_list -> {...}* reads
 Timers of the benchmark module with their sums
benchmark.timer_name_list timer -> {...} reads
 One timer of the benchmark module
benchmark.enable_global mode:int -> - repeatable
 Switches all timers: -1 as each is set, 0 off, 1 on
benchmark.enable_timer timer enable:int -> - repeatable
 Switches one timer: 0 off, 1 on
benchmark.granularity calls:int -> - repeatable
 Sets after how many calls a timer is logged
benchmark.loglevel level:int -> - repeatable
 Sets the level at which timers are logged, -1 to 1
jsonrpc.echo [value:any*] -> any* reads
 Gives strings and integers back
pv.shvGet [name] -> {name:str,type:str,value:any} reads
 A shared variable; without a name {items:{shv:{name,type,value}*}}
pv.shvSet name type{int|str} value:type -> str repeatable
 Sets a shared variable that the configuration uses
 %invalid=missing |invalid=unknown parameter type
evrexec.run event [data] -> -
 Runs an event route of the configuration
 event: name of the event route, as evrexec:name
 !does whatever the configuration's event route does
 %absent=event route not found

dns.*
 %refused=dns cache support disabled|refused=permanent entries cannot|invalid=invalid type
 %invalid=failed to add the entry
dns.lookup type{A|AAAA|SRV|NAPTR|CNAME|TXT|EBL|PTR} name -> {name:str,type:str,size_bytes:int,\
reference_counter:int,permanent:str,expires:int,last_used:int,negative_entry:str,records:[{...}*]} \
repeatable
 Records of a name, from the DNS cache or a name server
 !asks the name servers where the cache has nothing: ctl serves nobody meanwhile
dns.view -> {name:str,type:str,size_bytes:int,reference_counter:int,permanent:str,expires:int,\
last_used:int,negative_entry:str,records:[{...}*]}* reads
 All entries of the DNS cache
dns.debug -> (str,int,int,int,int,int,int)* reads
 Entries of the DNS cache: name, type, size, references, expiry, last use, flags
dns.debug_all -> (str,int,int,int,int,int,int,int,str,str,int)* reads
 Records of the DNS cache, eleven values each
dns.mem_info -> (int,int) reads
 Memory used by the DNS cache, and its limit
dns.add_a name ttl:int ip flags:int=0 -> - repeatable
 Adds an address to the DNS cache
dns.add_aaaa = dns.add_a
dns.add_srv name ttl:int priority:int weight:int port:int target flags:int=0 -> - repeatable
 Adds a service record to the DNS cache
dns.delete_a name -> - repeatable
 Removes a name's records of this type from the DNS cache
dns.delete_aaaa = dns.delete_a
dns.delete_cname = dns.delete_a
dns.delete_ebl = dns.delete_a
dns.delete_naptr = dns.delete_a
dns.delete_ptr = dns.delete_a
dns.delete_srv = dns.delete_a
dns.delete_txt = dns.delete_a
dns.delete_all -> {status:str}
 Empties the DNS cache, permanent entries excepted
dns.delete_all_force -> {status:str}
 Empties the DNS cache, permanent entries included
dns.get_server_state -> int reads
 Whether the name servers count as reachable; special builds only
dns.set_server_state state:int -> - repeatable
 Sets whether the name servers count as reachable; special builds only
dns.stats_get [stat] [reset:int] -> {...}
 Counts of the DNS cache; special builds only

dst_blocklist.*
 %refused=support disabled|invalid=unknown protocol|invalid=malformed ip
 %invalid=failed to add the entry
dst_blocklist.view -> str* reads @5.5
 Blocked destinations as text, five lines each
dst_blocklist.debug -> (str,str,int,int,int)* reads @5.5
 Blocked destinations: protocol, address, port, expiry, flags
dst_blocklist.mem_info -> (int,int) reads @5.5
 Memory used by the blocked destinations, and its limit
dst_blocklist.add ip port:int proto:int flags:int=0 -> - repeatable @5.5
 Blocks a destination
 proto: 1 udp, 2 tcp, 3 tls, 4 sctp
dst_blocklist.delete_all -> - @5.5
 Unblocks all destinations
dst_blocklist.stats_get [stat] [reset:int] -> {...} @5.5
 Counts of the blocked destinations; special builds only
dst_blacklist.* = dst_blocklist.*
dst_blacklist.view = dst_blocklist.view @-5.4
dst_blacklist.debug = dst_blocklist.debug @-5.4
dst_blacklist.mem_info = dst_blocklist.mem_info @-5.4
dst_blacklist.add = dst_blocklist.add @-5.4
dst_blacklist.delete_all = dst_blocklist.delete_all @-5.4

db_text.dump -> str
 Writes changed tables of db_text to their files
 ?Dump failed
db_text.query sql -> str*
 Runs an SQL statement on db_text
 !can change any table
 ?invalid connection
 ?error executing sql statement
 ?error opening stream
dbcl.list_clusters -> {cluster:str}* reads
 Database clusters
 %empty=clusters not found
dbcl.list_connections cluster -> {connection:str,url:str,flags:int,state:str,ticks:int,ref:int}* \
reads
 Connections of a database cluster; urls hold passwords
dbcl.enable_connection cluster connection -> str repeatable
 Takes a database connection back into use
dbcl.disable_connection cluster connection seconds:int -> str repeatable
 Takes a database connection out of use for a time
 !on 5.6.3 dbcl.enable_connection was refused as long as that time lasted
 %refused=cannot disable last active
flatstore.rotate -> -
 Makes all processes open their flat files anew
flatstore.k_rotate = flatstore.rotate
app_jsdt.*
 %refused=no script file|refused=reload not enabled
app_jsdt.api_list -> {msize:int,methods:[func:{ret:str,module:str,name:str,params:str}*]} reads
 Functions that JavaScript can call
app_jsdt.reload -> {old:int,new:int} repeatable
 Loads the JavaScript file anew
app_lua.* = app_jsdt.*
app_lua.api_list = app_jsdt.api_list
 Functions that Lua can call
app_lua.list -> str* reads
 Loaded Lua files
app_lua.reload [index:int] -> {old:int,new:int} repeatable
 Loads a Lua file anew
app_python.* = app_jsdt.*
app_python.api_list = app_jsdt.api_list
 Functions that Python can call
app_python.reload = app_jsdt.reload
 Loads the Python file anew
xhttp_prom.*
 %invalid=required |invalid=identifier|absent=failed to
xhttp_prom.metric_list_print -> str reads
 The metrics, as Prometheus reads them
xhttp_prom.counter_inc name number:int [label1] [label2] [label3] -> -
 Adds to a counter of the configuration
xhttp_prom.counter_reset name [label1] [label2] [label3] -> -
 Sets a counter of the configuration to 0
xhttp_prom.gauge_set name number:float [label1] [label2] [label3] -> - repeatable
 Sets a gauge of the configuration
xhttp_prom.gauge_reset name [label1] [label2] [label3] -> -
 Sets a gauge of the configuration to 0
xhttp_prom.histogram_observe name number:float [label1] [label2] [label3] -> -
 Adds an observation to a histogram of the configuration
"""
