# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Methods of the server itself: core, ctl, settings, counters, memory, transactions, caches.

:mod:`methods` explains the notation.
"""

TEXT = """
*group: group of settings, or group[id] for one instance of it
*var: name of the setting in its group
*unit: b, k, m or g; bytes unless given
*counter: name of the counter
*name: name of the thing that is asked for

system.listMethods -> str*
 Names of all methods of the loaded modules, sorted
system.methodHelp method -> str
 The server's own help text of a method, or "undocumented"
system.methodSignature -> -
 Not implemented by any release: always a fault

ctl.listen -> (str,str,str,str)*
 Addresses on which ctl listens: protocol, transport, name, port (text)
ctl.connections -> int
 Number of open stream connections to ctl, this one included
ctl.who -> (str,str,str,str,str,str)*
 Open stream connections to ctl: protocol, transport, peer, its port, listener, its port

core.version -> str
 Name, version and platform of the server
core.info -> {version:str,id:str,compiler:str,compiled:str,flags:str}
 Version and how it was compiled
core.runinfo -> {name:str,version:str,sourceid:str,compiler:str,compiled:str,time_now:str,\
time_started:str,uptime_secs:int,utime_days:str} @5.6
 Version, times and uptime
core.uptime -> {now:str,up_since:str,uptime:int}
 Time now, time of start, and the seconds between
core.flags -> str
 Compile flags, separated by commas
core.modules -> str* @5.1
 Names of the loaded modules, the last one first
core.arg -> str*
 Command line of the server, one value per word
core.pwd -> str
 Working directory of the server
core.ps -> (int,str)*
 Process ids and descriptions, in turn
core.psx -> {IDX:int,PID:int,DSC:str}*
 Processes: index, process id, description
core.psa -> {index:int,pid:int,status:int,rank:int,description:str}* @5.3
 Processes with status and rank
core.ppdefines -> str* @5.1
 Names defined for the configuration's preprocessor
core.ppdefines_full -> {name:str,type:int,value:str}* @5.2
 Preprocessor definitions with their values
core.shmmem [unit{b|k|m|g}] -> {total:int,free:int,used:int,real_used:int,max_used:int,\
fragments:int}
 Use of shared memory
 +5.7: doubles; up to 5.6 ints, so that 2 GiB and more come out negative
core.sfmalloc [hash:int] -> {...}*
 Fragments of the sf_malloc allocator; only in builds that have it
core.sockets_list -> [socket:{proto:str,address:str,port:str,mcast:str,mhomed:str,\
virtual:str,...}*]
 Sockets on which the server listens for SIP
 +5.7: member af; 6.0: agname
core.aliases_list -> {myself_callbacks:str,aliases:[alias:{proto:str,address:str,port:any}*]}
 Names under which the server knows itself
core.tcp_info -> {readers:int,max_connections:int,max_tls_connections:int,\
opened_connections:int,opened_tls_connections:int,write_queued_bytes:int}
 Number of TCP and TLS connections, and their limits
core.tcp_list -> {id:int,type:str,state:str,timeout:int,lifetime:int,ref_count:int,src_ip:str,\
src_port:int,dst_ip:str,dst_port:int}*
 SIP connections over TCP and TLS
core.tcp_options -> {...}
 TCP settings in force, by name
core.udp4_raw_info -> {udp4_raw:int,udp4_raw_mtu:int,udp4_raw_ttl:int}
 Settings of raw UDP sockets
core.echo [value:.str*] -> str*
 Gives the parameters back as strings
core.echo_delta [value:.str*] -> str* @5.7
 Like core.echo, but refused when called again within rpc_exec_delta seconds
core.prints [value*] -> str*
 Gives back strings
core.printi [value:int*] -> int*
 Gives back integers
core.kill [signal:int] -> -
 Sends a signal (15 unless given) to all processes of the server
 !ends the server, or whatever the signal does

udp.proxy.dump -> {...}* @master
 Peers known for accepting UDP through a proxy
udp.proxy.stats -> {...} @master
 Counts of that table
udp.proxy.clean -> - @master
 Removes outdated entries of that table
udp.proxy.flush -> - @master
 Removes all entries of that table

corex.debug [level:int] -> {debug:int} ~
 Shows the log level; with a number sets it and answers {old,new}
corex.list_sockets -> {PROTO:str,NAME:str,ADDRLIST:{ADDR:str*},PORT:str,MCAST:str,MHOMED:str,\
VIRTUAL:str,SOCKNAME:str,ADVERTISE:str}*
 Sockets on which the server listens for SIP
 +5.8: names of members in lower case
corex.list_aliases -> {PROTO:str,ADDR:str,PORT:int}*
 Names under which the server knows itself
 +5.8: names of members in lower case
corex.pkg_summary by{idx|pid} value:int -> - ~
 Makes a process write its use of private memory to the log
 by: whether value is the index of the process or its process id
corex.shm_status -> -
 Writes a report of shared memory to the log
corex.shm_summary -> -
 Writes a summary of shared memory to the log
shm.info -> {name:str,size:int}
 Name of the shared memory allocator, and its size
shm.stats -> {total:int,free:int,used:int,real_used:int,max_used:int,fragments:int}
 Use of shared memory
shm.report -> {...}
 Shared memory by kinds of fragments, where the allocator supports it
pkg.info -> {name:str,size:int}
 Name of the private memory allocator, and its size
pkg.stats [by{pid|rank|index}] [value:int] -> {entry:int,pid:int,rank:int,used:int,free:int,\
real_used:int,total_size:int,total_frags:int,desc:str}*
 Use of private memory per process
 by: show only the process with that pid, rank or index
mod.stats module{all|...} memory{all|pkg|shm} -> (str,{...})*
 Memory per module and place in the code
mod.mem_stats = mod.stats @5.6
mod.mem_statsx module{all|...} memory{all|pkg|shm} -> (str,{...})* @5.6
 Memory per module and place in the code, with the number of allocations

modparam.getn module param -> {module:str,param:str,shm:str,value:int} @6.1
 Value of a numeric module parameter
modparam.gets module param -> {module:str,param:str,shm:str,value:str} @6.1
 Value of a text module parameter
modparam.setn module param value:int -> {module:str,param:str,shm:str,ovalue:int,value:int} ~ @6.1
 Sets a numeric module parameter that is kept in shared memory
modparam.list [module] -> {module:str,param:str,typeval:int,type:str,use_func:str,use_shm:str,\
value:any}* @6.1
 Parameters of a module

cfg.get group [var] -> any
 Value of a setting; without a name, a struct of all settings of the group
cfg.list [group] -> str*
 Settings as "group: name"
cfg.help group var -> (str,str)
 Description of a setting, and its type in brackets
 +6.1: one struct {desc,type}
cfg.seti group var value:int -> - ~
 Sets a numeric setting at once
cfg.set_now_int = cfg.seti
cfg.sets group var value -> - ~
 Sets a text setting at once
cfg.set_now_string = cfg.sets
cfg.set group var value:any -> - ~
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
cfg.diff -> {group name:str,group id:int,variable name:str,old value:any,new value:any}*
 Noted values that are not in force yet
cfg.del group var -> - ~
 Removes the value that one instance of a group has of its own, at once
 group: group[id]
cfg.del_delayed group var -> -
 Notes the removal of an instance's own value, for cfg.commit
 group: group[id]
cfg.add_group_inst group -> - ~
 Adds an instance to a group of settings
 group: group[id]
cfg.del_group_inst group -> - ~
 Removes an instance from a group of settings
 group: group[id]
cfg.reset group -> -
 Sets all settings of a group back to their defaults
 !a group that the configuration file declares takes a 5.6 server down

cfgutils.get_config_hash -> str
 Hash of the configuration file as it was at start
cfgutils.check_config_hash -> str
 Whether the configuration file still has that hash
cfgutils.get_gflags -> str
 The global flags, as "0x4 (4)"
cfgutils.is_gflag flag:int -> str
 TRUE or FALSE: are these global flags set?
 flag: bit mask
cfgutils.set_gflag flag:int -> - ~
 Sets global flags
 flag: bit mask
cfgutils.reset_gflag flag:int -> - ~
 Clears global flags
 flag: bit mask
cfgutils.rand_get_prob -> str
 Probability that rand_event uses
cfgutils.rand_set_prob percent:int -> - ~
 Sets the probability that rand_event uses, 0 to 100
cfgutils.rand_reset_prob -> - ~
 Sets the probability back to that of the configuration

cnt.get group [counter] -> any
 Value of a counter; with the group alone, of all its counters
 group: group of counters
cnt.get_raw group counter -> int
 Value of a counter without its callback
 group: group of counters
cnt.grp_get_all group -> {...}
 All counters of a group
 group: group of counters
cnt.get_vars = cnt.grp_get_all
cnt.grps_list -> str*
 Groups of counters
cnt.list_groups = cnt.grps_list
cnt.var_list group -> str*
 Names of a group's counters
 group: group of counters
cnt.list_vars = cnt.var_list
cnt.help group counter -> str
 Description of a counter
 group: group of counters
cnt.reset group counter -> -
 Sets a counter to 0
 group: group of counters
stats.fetch stat{all|...} [more*] -> {...}
 Statistics as texts, in a struct of "group.name"
 stat: all, group: or a name
stats.fetchn stat{all|...} [more*] -> {...}
 Statistics as numbers, in a struct of "group.name"
 stat: all, group: or a name
stats.get_statistics stat{all|...} [more*] -> str*
 Statistics as lines "group:name = value"; nothing for an unknown name
 stat: all, group: or a name
stats.reset_statistics stat{all|...} [more*] -> str*
 Sets statistics to 0
 stat: all, group: or a name
stats.clear_statistics stat{all|...} [more*] -> str*
 Reads statistics and sets them to 0
 stat: all, group: or a name
statsc.report command{list|diff} [stat{all|...}] [range:int] -> {timestamp:int,\
stats:[{name:str,data:[{timestamp:int,value:int,index:int}*]}*]}
 Statistics collected over time
 range: number of latest values; all unless given
sl.stats -> {...}
 Number of stateless replies by code
 +5.7: doubles; ints up to 5.6

tm.stats -> {current:int,waiting:int,total:int,total_local:int,rpl_received:int,\
rpl_generated:int,rpl_sent:int,6xx:int,5xx:int,4xx:int,3xx:int,2xx:int,created:int,freed:int,\
delayed_free:int}
 Number of transactions
tm.list -> {cell:str,tindex:int,tlabel:int,method:str,from:str,to:str,callid:str,cseq:str,\
uas_request:str,tflags:int,outgoings:int,ref_count:int,lifetime:int}*
 Transactions under way
tm.hash_stats -> {...}
 How full the transaction table is; only in builds that count it
tm.clean -> -
 Removes transactions that outlived their time
tm.cancel callid cseq -> (int,str)
 Cancels a transaction under way
 cseq: CSeq header with number and method
tm.reply code:int reason trans_id to_tag [headers=] [body] -> -
 Answers a transaction
 trans_id: index:label
 headers: further headers, each ended by CR LF
tm.reply_callid code:int reason callid cseq to_tag [headers=] [body] -> -
 Answers the transaction with that Call-ID and CSeq
tm.t_uac_start method ruri next_hop=. socket=. headers [body] -> -
 Sends a SIP request of its own, without waiting for the answer
 headers: headers, From and To among them, each ended by CR LF
tm.t_uac_wait method ruri next_hop=. socket=. headers [body] -> {...}
 Sends a SIP request and waits for the answer; not offered over binrpc (fault 600)
tm.t_uac_wait_block method ruri next_hop=. socket=. headers [body] -> {code:int,text:str}
 Sends a SIP request and waits for the answer
 !ctl serves nobody until the SIP answer comes or times out
ts.dump [mode{brief|...}] -> {...}
 Requests that wait for a registration
ts.lookup ruri -> {...}
 Transactions that wait for one address

dbg.ls [pid:int] -> {entry:int,pid:int,set:int,state:int,in.pid:int,in.cmd:int}*
 State of the debugger per process
dbg.bp command{on|off|release|keep|move|next|show|eval|log} [pid:int] [value] -> str*
 Controls breakpoints of the configuration
 !"on" stops every worker at its next action, so that no SIP is handled
dbg.trace command{on|off} [pid:int] -> str ~
 Switches the tracing of configuration actions
dbg.get_mod_level module -> int
 Log level that a module uses
dbg.set_mod_level module level:int -> str ~
 Sets the log level of a module; without mod_level_mode it is kept but has no effect
dbg.get_mod_facility module -> str
 Log facility that a module uses
dbg.set_mod_facility module facility{LOG_LOCAL0|...} -> str ~
 Sets the log facility of a module
dbg.reset_msgid -> str
 Starts the numbering of SIP messages anew; the modparam reset_msgid must allow it
benchmark.timer_list -> {...}*
 Timers of the benchmark module with their sums
benchmark.timer_name_list timer -> {...}
 One timer of the benchmark module
benchmark.enable_global mode:int -> - ~
 Switches all timers: -1 as each is set, 0 off, 1 on
benchmark.enable_timer timer enable:int -> - ~
 Switches one timer: 0 off, 1 on
benchmark.granularity calls:int -> - ~
 Sets after how many calls a timer is logged
benchmark.loglevel level:int -> - ~
 Sets the level at which timers are logged, -1 to 1
jsonrpc.echo [value:any*] -> any*
 Gives strings and integers back
pv.shvGet [name] -> {name:str,type:str,value:any}
 A shared variable; without a name {items:{shv:{name,type,value}*}}
pv.shvSet name type{int|str} value:type -> str ~
 Sets a shared variable that the configuration uses
evrexec.run event [data] -> -
 Runs an event route of the configuration
 event: name of the event route, as evrexec:name
 !does whatever the configuration's event route does

dns.lookup type{A|AAAA|SRV|NAPTR|CNAME|TXT|EBL|PTR} name -> {name:str,type:str,size_bytes:int,\
reference_counter:int,permanent:str,expires:int,last_used:int,negative_entry:str,records:[{...}*]} ~
 Records of a name, from the DNS cache or a name server
 !asks the name servers where the cache has nothing: ctl serves nobody meanwhile
dns.view -> {name:str,type:str,size_bytes:int,reference_counter:int,permanent:str,expires:int,\
last_used:int,negative_entry:str,records:[{...}*]}*
 All entries of the DNS cache
dns.debug -> (str,int,int,int,int,int,int)*
 Entries of the DNS cache: name, type, size, references, expiry, last use, flags
dns.debug_all -> (str,int,int,int,int,int,int,int,str,str,int)*
 Records of the DNS cache, eleven values each
dns.mem_info -> (int,int)
 Memory used by the DNS cache, and its limit
dns.add_a name ttl:int ip flags:int=0 -> - ~
 Adds an address to the DNS cache
dns.add_aaaa = dns.add_a
dns.add_srv name ttl:int priority:int weight:int port:int target flags:int=0 -> - ~
 Adds a service record to the DNS cache
dns.delete_a name -> - ~
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
dns.get_server_state -> int
 Whether the name servers count as reachable; special builds only
dns.set_server_state state:int -> - ~
 Sets whether the name servers count as reachable; special builds only
dns.stats_get [stat] [reset:int] -> {...}
 Counts of the DNS cache; special builds only

dst_blocklist.view -> str* @5.5
 Blocked destinations as text, five lines each
dst_blocklist.debug -> (str,str,int,int,int)* @5.5
 Blocked destinations: protocol, address, port, expiry, flags
dst_blocklist.mem_info -> (int,int) @5.5
 Memory used by the blocked destinations, and its limit
dst_blocklist.add ip port:int proto:int flags:int=0 -> - ~ @5.5
 Blocks a destination
 proto: 1 udp, 2 tcp, 3 tls, 4 sctp
dst_blocklist.delete_all -> - @5.5
 Unblocks all destinations
dst_blocklist.stats_get [stat] [reset:int] -> {...} @5.5
 Counts of the blocked destinations; special builds only
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
dbcl.list_clusters -> {cluster:str}*
 Database clusters
dbcl.list_connections cluster -> {connection:str,url:str,flags:int,state:str,ticks:int,ref:int}*
 Connections of a database cluster; urls hold passwords
dbcl.enable_connection cluster connection -> str ~
 Takes a database connection back into use
dbcl.disable_connection cluster connection seconds:int -> str ~
 Takes a database connection out of use for a time
 !on 5.6.3 dbcl.enable_connection was refused as long as that time lasted
flatstore.rotate -> -
 Makes all processes open their flat files anew
flatstore.k_rotate = flatstore.rotate
app_jsdt.api_list -> {msize:int,methods:[func:{ret:str,module:str,name:str,params:str}*]}
 Functions that JavaScript can call
app_jsdt.reload -> {old:int,new:int} ~
 Loads the JavaScript file anew
app_lua.api_list = app_jsdt.api_list
 Functions that Lua can call
app_lua.list -> str*
 Loaded Lua files
app_lua.reload [index:int] -> {old:int,new:int} ~
 Loads a Lua file anew
app_python.api_list = app_jsdt.api_list
 Functions that Python can call
app_python.reload = app_jsdt.reload
 Loads the Python file anew
xhttp_prom.metric_list_print -> str
 The metrics, as Prometheus reads them
xhttp_prom.counter_inc name number:int [label1] [label2] [label3] -> -
 Adds to a counter of the configuration
xhttp_prom.counter_reset name [label1] [label2] [label3] -> -
 Sets a counter of the configuration to 0
xhttp_prom.gauge_set name number:float [label1] [label2] [label3] -> - ~
 Sets a gauge of the configuration
xhttp_prom.gauge_reset name [label1] [label2] [label3] -> -
 Sets a gauge of the configuration to 0
xhttp_prom.histogram_observe name number:float [label1] [label2] [label3] -> -
 Adds an observation to a histogram of the configuration
"""
