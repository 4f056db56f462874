# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Methods of corex, in the notation of :mod:`.notation`."""

TEXT = """
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
shm.info -> {name:str,size:int} reads counts
 Name of the shared memory allocator, and its size
shm.stats -> {total:int,free:int,used:int,real_used:int,max_used:int,fragments:int} reads counts
 Use of shared memory
shm.report -> {...}
 Shared memory by kinds of fragments, where the allocator supports it
 %refused=no report callback
shm.rprint file filter -> - repeatable @6.0
 Writes the shared memory that a source file has allocated to a file on the server
 !overwrites the file, whichever it is
 filter: name of a source file of Kamailio, such as dns_cache.c
 %invalid=not provided|refused=cannot open file
"""
