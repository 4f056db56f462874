# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Methods of permissions, in the notation of :mod:`.notation`."""

TEXT = """
permissions.addressDump -> {table:int,group:int,item:{ip:str,port:int,tag:str}}* reads
 Single addresses by group
 %empty=no address table
permissions.subnetDump -> {id:int,group:int,item:{ip:str,mask:int,port:int,tag:str}}* reads
 Subnets by group
 %empty=no subnet table
permissions.domainDump -> {(table:int,group:int,item:{domain_name:str,port:int,tag:str})*} reads
 Domain names by group: one struct in which the three members repeat
 %empty=no domain list table
permissions.trustedDump -> {(table:int,item:{ip:str,proto:int,pattern:str,ruri_pattern:str,tag:str,\
priority:int})*} reads
 Trusted peers: one struct in which the two members repeat
 %empty=no trusted table
permissions.addressReload -> str repeatable
 Reads addresses, subnets and domain names from the database
 !rebuilds: what SIP workers read; a second one right after it can crash a busy server
permissions.trustedReload -> str repeatable
 Reads trusted peers from the database
 !rebuilds: what SIP workers read; a second one right after it can crash a busy server
permissions.testUri basename uri contact -> str reads
 Allowed or Denied: what the allow and deny files say of a registration
permissions.allowUri = permissions.testUri
"""
