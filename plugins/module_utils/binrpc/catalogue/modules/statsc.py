# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Methods of statsc, in the notation of :mod:`.notation`."""

TEXT = """
statsc.report command{list|diff} [stat{all|...}] [range:int] -> {timestamp:int,stats:[{name:str,\
data:[{timestamp:int,value:int,index:int}*]}*]} reads
 Statistics collected over time
 range: number of latest values; all unless given
 %busy=nothing collected yet|refused=not initialized|invalid=invalid command|invalid=missing command
"""
