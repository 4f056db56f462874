# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Methods of app_python3s, in the notation of :mod:`.notation`."""

TEXT = """
app_python3s.*
 %refused=no script file|refused=reload not enabled
app_python3s.api_list -> \
{msize:int,methods:[func:{ret:str,module:str,name:str,params:str}*]} reads @5.7
 Functions that Python can call
app_python3s.reload -> {old:int,new:int} repeatable @5.7
 Reloads the Python file
"""
