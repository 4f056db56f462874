# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Methods of cfgt, in the notation of :mod:`.notation`."""

TEXT = """
cfgt.list -> ({uuid:str,msgid:int}*,str) reads
 Test scenarios in memory
cfgt.mask [mask:int] -> str repeatable
 Sets which steps of the routing script are written down
 %invalid=invalid parameters
cfgt.clean scenario{all|...} -> str
 Ends a scenario and writes its report
 scenario: its identifier; every text that begins with all means all of them
 %invalid=invalid parameters
"""
