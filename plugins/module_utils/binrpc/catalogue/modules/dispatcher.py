# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Methods of dispatcher, in the notation of :mod:`.notation`."""

TEXT = """
*group: number of the set

dispatcher.*
 %refused=not ready for reload
dispatcher.list [mode{short|full}] -> {NRSETS:int,RECORDS:[SET:{ID:int,TARGETS:[DEST:{URI:str,\
FLAGS:str,PRIORITY:int,ATTRS:{BODY:str,DUID:str,MAXLOAD:int,WEIGHT:int,RWEIGHT:int,SOCKET:str,\
SOCKNAME:str,OBPROXY:str},LATENCY:{AVG:float,STD:float,EST:float,MAX:int,TIMEOUT:int},\
RUNTIME:{DLGLOAD:int},...}*]}*]} reads
 All sets and their destinations
 mode: short leaves ATTRS out, full adds addresses
 +6.0: PROBING_COUNT, OCMIN, OCMAX, OCRATE; 6.1: IDX, IUID, PING_SOCKET
 %empty=no destination sets
dispatcher.set_state state:.str{I|A|D|T|IP|AP|TP|...} group:int uri{all|...} -> str repeatable
 Sets the state of a destination, or of all destinations of a set
 state: A active, I inactive, D disabled, T trying; with P behind it probing too
 uri: URI of the destination in any case of letters, or "all"
 %absent=state update failed|invalid=unknown state
dispatcher.set_duid_state state:.str{I|A|D|T|IP|AP|TP|...} group:int duid{all|...} -> str repeatable
 Sets the state of the destination with that duid, or of all destinations of a set
 state: A active, I inactive, D disabled, T trying; with P behind it probing too
 %= dispatcher.set_state
dispatcher.add group:int uri [flags:int=0] [priority:int=0] [attrs] -> str
 Adds a destination in memory, even when the set has it already
 flags: sum of 1 inactive, 2 trying, 4 disabled, 8 probing, 16 no DNS, 32 no ping (6.0)
 attrs: as in the table: "weight=50;duid=a"
 !rebuilds: all sets; destinations of equal priority change places, in every set
dispatcher.remove group:int uri -> str
 Removes a destination in memory; says Ok when there is none
 uri: exactly as dispatcher.list shows it
 !rebuilds: all sets; destinations of equal priority change places, in every set
dispatcher.reload -> str repeatable
 Reads all sets from the database or file
 !rebuilds: all sets; what was disabled by hand is in service again
dispatcher.ping_active [state:int{0|1}] -> {OldPingState:int} reads() repeatable
 Shows whether destinations are pinged; with 0 or 1 sets it and adds NewPingState
dispatcher.hash slots:int value1 [value2] -> {hashid:int,slot:int} reads
 Hash of one or two values, and the slot it falls into
dispatcher.oclist group:int -> {group:int,uri:str,flags:int,priority:int,ocrate:int,ocidx:int,\
ocseq:int,octime_sec:float,octime_usec:float,ocmin:int,ocmax:int}* reads @6.0
 Overload control of the destinations of a set
"""
