# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Methods of app_ruby, in the notation of :mod:`.notation`."""

TEXT = """
app_ruby.*
 %refused=no script file|refused=reload not enabled
app_ruby.api_list -> {msize:int,methods:[func:{ret:str,module:str,name:str,params:str}*]} reads
 Functions that Ruby can call
app_ruby.reload -> {old:int,new:int} repeatable
 Loads the Ruby script again
"""
