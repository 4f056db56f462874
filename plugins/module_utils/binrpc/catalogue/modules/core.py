# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Methods of the core, in the notation of :mod:`.notation`."""

TEXT = """
*unit: b, k, m or g; bytes unless given

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
core.arg -> str^(@)* reads
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
core.ppdefines_full -> {name:str,type:int,value:str^(name)}* reads @5.2
 Preprocessor definitions with their values
core.shmmem [unit{b|k|m|g}] -> {total:int,free:int,used:int,real_used:int,max_used:int,\
fragments:int} reads counts
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
opened_tls_connections:int,write_queued_bytes:int} reads counts
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
 !!ends the server, or whatever the signal does
"""
