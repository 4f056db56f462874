# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Methods of pv, in the notation of :mod:`.notation`."""

TEXT = """
*name: name of the thing that is asked for

pv.shvGet [name] -> {name:str,type:str,value:any^(name)} reads
 A shared variable; without a name {items:{shv:{name,type,value}*}}
pv.shvSet name type{int|str} value:type^(name) -> str repeatable
 Sets a shared variable that the configuration uses
 %invalid=missing |invalid=unknown parameter type
"""
