# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Methods of app_jsdt, in the notation of :mod:`.notation`."""

TEXT = """
app_jsdt.*
 %refused=no script file|refused=reload not enabled
app_jsdt.api_list -> {msize:int,methods:[func:{ret:str,module:str,name:str,params:str}*]} reads
 Functions that JavaScript can call
app_jsdt.reload -> {old:int,new:int} repeatable
 Reloads the JavaScript file
"""
