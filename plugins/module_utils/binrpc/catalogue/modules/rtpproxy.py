# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Methods of rtpproxy, in the notation of :mod:`.notation`."""

TEXT = """
*url: address of the relay as configured, or "all"

rtpproxy.list -> {setid:int,url:str,index:int,disabled:int,weight:int,recheck:int}* reads
 Nodes and their state
rtpproxy.enable url{all|...} enable:int{0|1} -> - repeatable
 Takes a node into use or out of it
"""
