# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Methods of peerstate, in the notation of :mod:`.notation`."""

TEXT = """
*peer: user@host

peerstate.*
 %absent=peer not found|invalid=parameter required|invalid=invalid state
peerstate.get_peer peer -> {peer:str,state:str,call_count:int,registered:str} reads @6.1
 State of a peer
peerstate.stats -> {total_peers:int,incall_peers:int,registered_peers:int} reads @6.1
 Numbers of peers
peerstate.list state{NOT_INUSE|INUSE|RINGING|UNAVAILABLE} -> {Peers:{count:int,state:str,\
Peer:[{name:str,state:str,call_count:int,registered:str}*]}} reads @6.1
 Peers in a state
peerstate.dump -> {Peers:{count:int,Peer:[{name:str,state:str,call_count:int,\
registered:str}*]}} reads @6.1
 All peers
"""
