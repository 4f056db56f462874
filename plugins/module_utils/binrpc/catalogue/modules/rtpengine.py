# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Methods of rtpengine, in the notation of :mod:`.notation`."""

TEXT = """
*url: address of the relay as configured, or "all"

rtpengine.*
 %empty=no sets loaded|refused=no database url
rtpengine.show url{all|...} -> {url:str,set:int,index:int,weight:int,disabled:any,\
recheck_ticks:any,...}* reads
 State of a node, or of all
 !recreates the sockets to the nodes
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
"""
