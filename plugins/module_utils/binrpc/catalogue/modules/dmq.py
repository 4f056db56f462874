# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Methods of dmq, in the notation of :mod:`.notation`."""

TEXT = """
dmq.list_nodes -> {host:str,port:str,proto:str,resolved_ip:str,status:str,last_notification:int,\
local:int}* reads
 Nodes of the distributed message queue
 +6.1: fail_count
dmq.remove address:.str -> str repeatable
 Removes a node
 address: URI of the node
 %absent=failure
dmq.add address:.str -> str @master
 Adds a node
dmq.change_status address:.str status{active|not_active|disabled} -> str repeatable @master
 Sets the status of a node
"""
