# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Methods of app_sqlang, in the notation of :mod:`.notation`."""

TEXT = """
app_sqlang.*
 %refused=no script file|refused=reload not enabled
app_sqlang.api_list -> {msize:int,methods:[func:{ret:str,module:str,name:str,params:str}*]} reads \
@-5.6
 Functions that Squirrel can call
app_sqlang.reload -> {old:int,new:int} repeatable @-5.6
 Loads the Squirrel script again
"""
