# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Methods of modparam, in the notation of :mod:`.notation`."""

TEXT = """
modparam.*
 %refused=not acceptable here
modparam.getn module param -> {module:str,param:str,shm:str,value:int} reads @6.1
 Value of a numeric module parameter
modparam.gets module param -> {module:str,param:str,shm:str,value:str^(param)} reads @6.1
 Value of a text module parameter
modparam.setn module param value:int -> {module:str,param:str,shm:str,ovalue:int,value:int} \
repeatable @6.1
 Sets a numeric module parameter that is kept in shared memory
modparam.list [module] -> {module:str,param:str,typeval:int,type:str,use_func:str,use_shm:str,\
value:any^(param)}* reads @6.1
 Parameters of a module
"""
