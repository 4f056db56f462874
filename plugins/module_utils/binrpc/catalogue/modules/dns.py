# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Methods of dns, in the notation of :mod:`.notation`."""

TEXT = """
*name: name of the thing that is asked for

dns.*
 %refused=dns cache support disabled|refused=permanent entries cannot|invalid=invalid type
 %invalid=failed to add the entry
dns.lookup type{A|AAAA|SRV|NAPTR|CNAME|TXT|EBL|PTR} name -> {name:str,type:str,size_bytes:int,\
reference_counter:int,permanent:str,expires:int,last_used:int,negative_entry:str,records:[{...}*]} \
repeatable
 Records of a name, from the DNS cache or a name server
 !asks the name servers where the cache has nothing: ctl answers no other call meanwhile
dns.view -> {name:str,type:str,size_bytes:int,reference_counter:int,permanent:str,expires:int,\
last_used:int,negative_entry:str,records:[{...}*]}* reads
 All entries of the DNS cache
dns.debug -> (str,int,int,int,int,int,int)* reads
 Entries of the DNS cache: name, type, size, references, expiry, last use, flags
dns.debug_all -> (str,int,int,int,int,int,int,int,str,str,int)* reads
 Records of the DNS cache, eleven values each
dns.mem_info -> (int,int) reads counts
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
 !!permanent entries come back only with a restart, or one by one
dns.get_server_state -> int reads
 Whether the name servers count as reachable; special builds only
dns.set_server_state state:int -> - repeatable
 Sets whether the name servers count as reachable; special builds only
dns.stats_get [stat] [reset:int] -> {...}
 Counts of the DNS cache; special builds only
"""
