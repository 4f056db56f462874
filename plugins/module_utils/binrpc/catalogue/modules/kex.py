# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Methods of kex, in the notation of :mod:`.notation`."""

TEXT = """
pkg.info -> {name:str,size:int} reads
 Name of the private memory allocator, and its size
pkg.stats [by{pid|rank|index}] [value:int] -> {entry:int,pid:int,rank:int,used:int,free:int,\
real_used:int,total_size:int,total_frags:int,desc:str}* reads
 Use of private memory per process
 by: show only the process with that pid, rank or index
 %invalid=invalid filter type|invalid=one more parameter
mod.*
 %invalid= needed
mod.stats module{all|...} memory{all|pkg|shm} -> (str,{...})* reads counts
 Memory per module and place in the code
mod.mem_stats = mod.stats @5.6
mod.mem_statsx module{all|...} memory{all|pkg|shm} -> (str,{...})* reads counts @5.6
 Memory per module and place in the code, with the number of allocations
stats.*
 %refused=stats support not enabled|invalid=please provide
stats.fetch stat{all|...} [more*] -> {...} reads
 Statistics as texts, in a struct of "group.name"
 stat: all, group: or a name
stats.fetchn stat{all|...} [more*] -> {...} reads counts
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
"""
