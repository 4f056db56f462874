# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Methods of debugger, in the notation of :mod:`.notation`."""

TEXT = """
dbg.*
 %refused=not initialized|refused=reset_msgid is 0|absent=no such pid|absent=facility not found
 %invalid= missing|invalid=missing |invalid=unknown
dbg.ls [pid:int] -> {entry:int,pid:int,set:int,state:int,in.pid:int,in.cmd:int}* reads
 State of the debugger per process
dbg.bp command{on|off|release|keep|move|next|show|eval|log} [pid:int] [value] -> str*
 Controls breakpoints of the configuration
 !!"on" stops every worker at its next action, so that no SIP is handled
dbg.trace command{on|off} [pid:int] -> str repeatable
 Switches the tracing of configuration actions
dbg.get_mod_level module -> int reads
 Log level that a module uses
dbg.set_mod_level module level:int -> str repeatable
 Sets the log level of a module; without mod_level_mode it is kept but has no effect
dbg.get_mod_facility module -> str reads
 Log facility that a module uses
dbg.set_mod_facility module facility{LOG_LOCAL0|...} -> str repeatable
 Sets the log facility of a module
dbg.reset_msgid -> str
 Restarts the numbering of SIP messages; the modparam reset_msgid must allow it
"""
