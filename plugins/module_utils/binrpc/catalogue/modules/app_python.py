# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Methods of app_python, in the notation of :mod:`.notation`."""

TEXT = """
app_python.*
 %refused=no script file|refused=reload not enabled
app_python.api_list -> {msize:int,methods:[func:{ret:str,module:str,name:str,params:str}*]} reads
 Functions that Python can call
app_python.reload -> {old:int,new:int} repeatable
 Reloads the Python file
"""
