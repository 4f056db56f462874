# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Methods of app_lua, in the notation of :mod:`.notation`."""

TEXT = """
app_lua.*
 %refused=no script file|refused=reload not enabled
app_lua.api_list -> {msize:int,methods:[func:{ret:str,module:str,name:str,params:str}*]} reads
 Functions that Lua can call
app_lua.list -> str* reads
 Loaded Lua files
app_lua.reload [index:int] -> {old:int,new:int} repeatable
 Reloads a Lua file
"""
