# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Methods of pike, in the notation of :mod:`.notation`."""

TEXT = """
pike.*
 %invalid=bad argument
pike.list [filter{ALL|HOT|WARM}] -> {max_hits:int,list:[{ip_addr:str,leaf_hits_prev:int,\
leaf_hits_curr:int,expires:int,status:str}*],number_of_rows:int} reads
 Addresses that send much
pike.top = pike.list
"""
