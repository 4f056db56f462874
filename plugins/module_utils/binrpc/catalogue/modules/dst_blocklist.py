# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Methods of dst_blocklist, in the notation of :mod:`.notation`."""

TEXT = """
dst_blocklist.*
 %refused=support disabled|invalid=unknown protocol|invalid=malformed ip
 %invalid=failed to add the entry
dst_blocklist.view -> str* reads @5.5
 Blocked destinations as text, five lines each
dst_blocklist.debug -> (str,str,int,int,int)* reads @5.5
 Blocked destinations: protocol, address, port, expiry, flags
dst_blocklist.mem_info -> (int,int) reads counts @5.5
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
"""
