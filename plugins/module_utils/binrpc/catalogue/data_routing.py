# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Methods of routing: destinations, tables, limits, media relays, access lists, TLS.

:mod:`.notation` explains the notation.
"""

TEXT = """
*table: name of the hash table
*key: name of the item
*expire: seconds from now; 0 never expires
*group: number of the set
*url: address of the relay as configured, or "all"
*pipe: name of the pipe
*tree: name of the tree
*options: one text of options such as "-d domain -p prefix -h host -w 0.5"
*dpid: number of the dialplan

dispatcher.*
 %refused=not ready for reload
dispatcher.list [mode{short|full}] -> {NRSETS:int,RECORDS:[SET:{ID:int,TARGETS:[DEST:{URI:str,\
FLAGS:str,PRIORITY:int,ATTRS:{BODY:str,DUID:str,MAXLOAD:int,WEIGHT:int,RWEIGHT:int,SOCKET:str,\
SOCKNAME:str,OBPROXY:str},LATENCY:{AVG:float,STD:float,EST:float,MAX:int,TIMEOUT:int},\
RUNTIME:{DLGLOAD:int},...}*]}*]} reads
 All sets and their destinations
 mode: short leaves ATTRS out, full adds addresses
 +6.0: PROBING_COUNT, OCMIN, OCMAX, OCRATE; 6.1: IDX, IUID, PING_SOCKET
 %empty=no destination sets
dispatcher.set_state state:.str{I|A|D|T|IP|AP|TP|...} group:int uri{all|...} -> str repeatable
 Sets the state of a destination, or of all destinations of a set
 state: A active, I inactive, D disabled, T trying; with P behind it probing too
 uri: URI of the destination in any case of letters, or "all"
 %absent=state update failed|invalid=unknown state
dispatcher.set_duid_state state:.str{I|A|D|T|IP|AP|TP|...} group:int duid{all|...} -> str repeatable
 Sets the state of the destination with that duid, or of all destinations of a set
 state: A active, I inactive, D disabled, T trying; with P behind it probing too
 %= dispatcher.set_state
dispatcher.add group:int uri [flags:int=0] [priority:int=0] [attrs] -> str
 Adds a destination in memory, even when the set has it already
 flags: sum of 1 inactive, 2 trying, 4 disabled, 8 probing, 16 no DNS, 32 no ping (6.0)
 attrs: as in the table: "weight=50;duid=a"
 !rebuilds all sets: destinations of equal priority change places, in every set
dispatcher.remove group:int uri -> str
 Removes a destination in memory; says Ok when there is none
 uri: exactly as dispatcher.list shows it
 !rebuilds all sets: destinations of equal priority change places, in every set
dispatcher.reload -> str repeatable
 Reads all sets from the database or file
dispatcher.ping_active [state:int{0|1}] -> {OldPingState:int} reads() repeatable
 Shows whether destinations are pinged; with 0 or 1 sets it and adds NewPingState
dispatcher.hash slots:int value1 [value2] -> {hashid:int,slot:int} reads
 Hash of one or two values, and the slot it falls into
dispatcher.oclist group:int -> {...}* reads @6.0
 Overload control of the destinations of a set

htable.*
 %invalid=no htable name
htable.get table key -> {item:{name:str,value:any,flags:int,expire:str}} reads
 One item of a hash table
htable.dump table -> {entry:int,size:int,slot:[{name:str,value:any,type:str}*]}* reads
 All items of a hash table, one struct for each slot in use
htable.listTables -> {name:str,dbtable:str,dbmode:int,expire:int,updateexpire:int,size:int,\
dmqreplicate:int}* reads
 All hash tables and their settings
 %empty=no htables
htable.stats -> {name:str,slots:int,all:int,min:int,max:int}* reads
 How full each hash table is
 %= htable.listTables
htable.sets table key value:.str -> str repeatable
 Sets an item to a text
htable.seti table key value:.int -> str repeatable
 Sets an item to a number
 +5.7.4 and 5.8.0 take a double only, and report "Not enough parameters" for an int
htable.setex table key expire:.int -> str repeatable
 Sets when an item expires
htable.setxs table key value:.str expire:int -> str repeatable
 Sets an item to a text, and when it expires
 %absent=failed to set the item
htable.setxi table key value:.int expire:int -> str repeatable
 Sets an item to a number, and when it expires
 %= htable.setxs
htable.delete table key -> str repeatable
 Deletes an item
htable.flush table -> str
 Deletes all items of a hash table
htable.reload table -> str repeatable
 Replaces the items of a hash table by those of the database
 %refused=no htable db_url|refused=no database htable
htable.store table -> str
 Writes the items of a hash table to the database
 %= htable.reload
htable.dmqsync [table] -> str @5.8
 Sends the items to the other DMQ nodes
htable.dmqresync table -> str @5.8
 Empties a hash table and asks the other DMQ nodes for its items

permissions.addressDump -> {table:int,group:int,item:{ip:str,port:int,tag:str}}* reads
 Single addresses by group
 %empty=no address table
permissions.subnetDump -> {id:int,group:int,item:{ip:str,mask:int,port:int,tag:str}}* reads
 Subnets by group
 %empty=no subnet table
permissions.domainDump -> {(table:int,group:int,item:{domain_name:str,port:int,tag:str})*} reads
 Domain names by group: one struct in which the three members repeat
 %empty=no domain list table
permissions.trustedDump -> {(table:int,item:{ip:str,proto:int,pattern:str,ruri_pattern:str,tag:str,\
priority:int})*} reads
 Trusted peers: one struct in which the two members repeat
 %empty=no trusted table
permissions.addressReload -> str repeatable
 Reads addresses, subnets and domain names from the database
permissions.trustedReload -> str repeatable
 Reads trusted peers from the database
permissions.testUri basename uri contact -> str reads
 Allowed or Denied: what the allow and deny files say of a registration
permissions.allowUri = permissions.testUri

domain.dump -> {domains:[{domain:str,did:str}*],attributes:[{did:str,attrs:[str*]}*]} reads
 Domains that are served here, and names of their attributes
 %empty=server domain cache empty|refused=cache disabled
domain.reload -> - repeatable
 Reads the domains from the database
 %refused=cache disabled
mtree.*
 %empty=empty tree list|empty=no mtrees defined|absent=no tree|absent=can not find
mtree.summary [tree] -> {table:str,item:{ttype:int,memsize:int,nrnodes:int,nritems:int,\
reload_count:int,reload_time:int}}* reads
 Size of each tree
 +5.7: reload_count and reload_time are doubles
mtree.list [tree:.str] -> {tname:str,tprefix:str,tvalue:[str*]}* reads
 Prefixes of a tree with their values
mtree.match tree:.str number mode:int{0|2} -> (str,{PREFIX:str,TVALUE:str})* reads
 Looks a number up in a tree
 mode: 0 longest prefix, 2 all prefixes
mtree.reload [tree{.|...}] -> str repeatable
 Reads trees whose name starts so (. is all) from the database
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
 Takes a gateway out of use for so many seconds
 %absent=parameter value error|invalid=parameters required
lcr.reload -> - repeatable
 Reads gateways and rules from the database
drouting.reload -> str repeatable
 Reads routing data from the database
 ?cannot initialize database connection
 ?failed to load routing data
dialplan.dump dpid:int -> {DPID:int,ENTRIES:[ENTRY:{PRIO:int,MATCHOP:int,MATCHEXP:str,MATCHLEN:int,\
SUBSTEXP:str,REPLEXP:str,ATTRS:str}*]} reads
 Rules of a dialplan
 %absent=dialplan id not matched|absent=no translation|invalid=missing parameter|invalid=empty input
dialplan.translate dpid:int number -> {Output:str,Attributes:str} reads
 What a dialplan makes of a number
 %= dialplan.dump
dialplan.reload -> - repeatable
 Reads all dialplans from the database
 %refused=not ready for reload
pdt.list [domain] [prefix:.str] [target] -> {(SDOMAIN:str,RECORDS:{ENTRY:{DOMAIN:str,\
PREFIX:str}*})*} reads
 Prefixes and the domains they lead to
 %empty=no records|invalid=error reading parameters|invalid=bad prefix
pdt.reload -> - repeatable
 Reads prefixes from the database
pdb.*
 %refused=active field not initialized
pdb.status -> {active:int,status:str} reads
 Whether requests to the number database are on
pdb.activate -> - repeatable
 Switches requests to the number database on
pdb.deactivate -> - repeatable
 Switches requests to the number database off
matrix.reload -> str repeatable
 Reads the matrix from the database
prefix_route.dump -> str* reads
 Prefixes and their routes
prefix_route.reload -> str repeatable
 Reads prefixes from the database
cr.*
 %refused=not running in config file mode|invalid=get argument failed|invalid=get options failed
 %absent=update options failed
cr.dump_routes -> {routes:[{carrier:str,id:int,domains:[{domain:str,id:int,data:[{...,\
backup_for:[...]}*]}*]}*]} reads
 Routing tree of carrierroute; the member prefix occurs twice
cr.reload_routes -> - repeatable
 Reads the routing tree anew
cr.add_host options -> str
 Adds a host to the routing file; not with a database
cr.delete_host options -> str repeatable
 Deletes a host from the routing file; not with a database
cr.replace_host options -> str
 Replaces a host in the routing file; not with a database
cr.activate_host options -> str repeatable
 Activates a host in the routing file; not with a database
cr.deactivate_host options -> str repeatable
 Deactivates a host in the routing file; not with a database
userblocklist.*
 %invalid=needed (
userblocklist.dump_blocklist -> {prefix:str,allowlist:str}* reads
 Prefixes of the global list
userblocklist.reload_blocklist -> str repeatable
 Reads the global list from the database
userblocklist.check_blocklist prefix:.str -> {prefix:str,blocklisted:str} reads
 Does the global list block this number?
userblocklist.check_allowlist prefix:.str -> {prefix:str,allowlisted:str} reads
 Does the global list allow this number?
userblocklist.check_userblocklist prefix:.str user:.str [domain:.str] -> {prefix:str,user:str,\
domain:str,blocklisted:str} reads
 Does a user's list block this number?
userblocklist.check_userallowlist prefix:.str user:.str [domain:.str] -> {prefix:str,user:str,\
domain:str,allowlisted:str} reads
 Does a user's list allow this number?
regex.reload -> - repeatable
 Reads the file of patterns anew
 %refused=group matching not enabled
geoip2.reload -> - repeatable
 Opens the GeoIP2 database anew

secfilter.*
 %invalid=invalid parameters
secfilter.print [list{ua|country|domain|ip|user|dst}] -> str* reads
 Lists of secfilter as text
 !on 5.6 the whole server dies when it is called over jsonrpcs; over ctl it is fine
 +5.7: structs
secfilter.stats -> str* reads
 Counts of blocked and allowed messages as text
 +5.7: structs
secfilter.stats_reset -> str
 Sets those counts to 0
secfilter.add_bl type{ua|country|domain|ip|user} value -> str
 Adds to the list of what is blocked, even when it is there already
secfilter.add_wl type{ua|country|domain|ip|user} value -> str
 Adds to the list of what is allowed, even when it is there already
secfilter.add_dst number:int -> str
 Adds a blocked destination, even when it is there already
secfilter.del_bl type{ua|country|domain|ip|user} value -> str repeatable @6.1
 Deletes from the list of what is blocked
secfilter.del_wl type{ua|country|domain|ip|user} value -> str repeatable @6.1
 Deletes from the list of what is allowed
secfilter.del_dst number -> str repeatable @6.1
 Deletes a blocked destination
secfilter.reload -> str repeatable
 Reads the lists from the database
pike.*
 %invalid=bad argument
pike.list [filter{ALL|HOT|WARM}] -> {max_hits:int,list:[{ip_addr:str,leaf_hits_prev:int,\
leaf_hits_curr:int,expires:int,status:str}*],number_of_rows:int} reads
 Addresses that send much
pike.top = pike.list

pl.*
 %absent=unknown pipe|invalid=unknown algorithm|invalid=out of range
pl.list [pipe] -> {name:str,algorithm:str,limit:int,counter:int,last_counter:int,\
unused_intervals:int}* reads
 Pipes, or one pipe, of pipelimit
pl.get_pipes -> str* reads
 Pipes of pipelimit as text
pl.stats -> str* reads
 Load of the pipes as text
pl.set_pipe pipe algorithm{NOP|RED|TAILDROP|FEEDBACK|NETWORK} limit:int -> - repeatable
 Sets algorithm and limit of a pipe
pl.reset_pipe pipe -> - @5.7
 Sets the counter of a pipe to 0
pl.rm_pipe pipe -> - repeatable @5.7
 Removes a pipe
pl.get_pid -> str reads
 Parameters of the feedback controller
pl.set_pid ki:float kp:float kd:float -> - repeatable
 Sets the parameters of the feedback controller
pl.push_load load:float -> - repeatable
 Sets the load that the feedback algorithm sees, 0 to 1
rl.*
 %absent=unknown pipe|invalid=unknown algorithm|invalid=out of range|absent=invalid pipe
 %refused=max_queues reached
rl.get_pipes -> str* reads
 Pipes of ratelimit as text
rl.get_queues -> str* reads
 Queues of ratelimit as text
rl.stats -> str* reads
 Load of the pipes as text
rl.set_pipe pipe:int algorithm{NOP|RED|TAILDROP|FEEDBACK|NETWORK} limit:int -> - repeatable
 Sets algorithm and limit of a pipe
 pipe: number of the pipe
rl.set_queue queue:int method pipe:int -> - repeatable
 Sets the method and pipe of a queue
 method: SIP method, or *
 pipe: number of the pipe
rl.get_pid -> str reads
 Parameters of the feedback controller
rl.set_pid ki:float kp:float kd:float -> - repeatable
 Sets the parameters of the feedback controller
rl.push_load load:float -> - repeatable
 Sets the load that the feedback algorithm sees, 0 to 1
rl.set_dbg mode:int{0|1} -> - repeatable
 Switches monitoring in the log

rtpengine.*
 %empty=no sets loaded|refused=no database url
rtpengine.show url{all|...} -> {url:str,set:int,index:int,weight:int,disabled:any,\
recheck_ticks:any,...}* reads
 State of a node, or of all
 !builds the sockets to the nodes anew
 +newer releases: active, and disabled and recheck_ticks always ints
rtpengine.ping url{all|...} -> {url:str,status:str} reads
 Asks a node for an answer: success or fail
rtpengine.enable url{all|...} enable:int{0|1} -> {url:str,status:str} repeatable
 Takes a node into use or out of it: enable, disable or fail
rtpengine.reload [ping:int] -> str repeatable
 Reads the nodes from the database
 +5.8: parameter ping
rtpengine.get_hash_total -> int reads
 Number of calls in the hash table
rtpproxy.list -> {setid:int,url:str,index:int,disabled:int,weight:int,recheck:int}* reads
 Nodes and their state
rtpproxy.enable url{all|...} enable:int{0|1} -> - repeatable
 Takes a node into use or out of it

tls.reload -> str repeatable
 Reads the TLS configuration and certificates anew
 !takes seconds where there are many domains, and ctl serves nobody meanwhile
 %refused=no tls configuration file
tls.info -> {max_connections:int,opened_connections:int,clear_text_write_queued_bytes:int} reads
 Number of TLS connections
tls.list -> {id:int,timeout:int,src_ip:str,src_port:int,dst_ip:str,dst_port:int,cipher:str,\
ct_wq_size:int,enc_rd_buf:int,flags:int,state:str}* reads
 TLS connections
 +5.7: sni, timestamp; 6.1: dom
tls.options -> {...} reads
 TLS settings, by name
tls.domains -> {...}* reads @master
 TLS domains; in tls_wolfssl only
tls.kill id:int -> str @5.8
 Ends a TLS connection
 id: as in tls.list
 ?TLS connection id not found
ws.*
 %absent=unknown connection id
ws.dump [order{id_hash|used_desc|used_asc|...}] -> {...} reads
 WebSocket connections
ws.enable -> - repeatable
 Accepts new WebSocket connections
ws.disable -> - repeatable
 Refuses new WebSocket connections
ws.close id:int -> -
 Closes a WebSocket connection
ws.ping id:int -> -
 Sends a ping on a WebSocket connection
ws.pong id:int -> -
 Sends a pong on a WebSocket connection
auth_xkeys_.list -> {KID:str,KEYS:[KEY:{NAME:str,VALUE:str,EXPIRES:int}*]}^* reads
 Shared keys of auth_xkeys, in clear
 %empty=no keys
auth_xkeys_.set kid:.str name value^ expire:int -> -
 Adds a shared key
 !on 5.6 the whole server dies when its configuration has no key
autheph.dump_secrets -> str^* reads
 Secrets of auth_ephemeral, in clear, as lines "ID n: secret"
autheph.add_secret secret^ -> str
 Adds a secret; the numbers of the others change
autheph.rm_secret id:int -> str
 Removes a secret; the numbers of the others change
 %absent=failed removing secret
cdp.*
 %invalid=required peer fqdn
cdp.list_peers -> {Realm:str,Identity:str,...} reads
 Diameter peers; the member Peers repeats FQDN and Details
cdp.enable_peer fqdn -> - repeatable
 Takes a Diameter peer into use
cdp.disable_peer fqdn -> - repeatable
 Takes a Diameter peer out of use
"""
