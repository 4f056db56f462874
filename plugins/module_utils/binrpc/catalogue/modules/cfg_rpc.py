# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Methods of cfg_rpc, in the notation of :mod:`.notation`."""

TEXT = """
*group: group of settings, or group[id] for one instance of it
*var: name of the setting in its group

cfg.*
 %invalid=wrong group syntax
cfg.get group [var] -> any^(var) reads
 Value of a setting; without a name, a struct of all settings of the group
 %absent=failed to get the variable|refused=not readable via rpc
 %invalid=failed to get the parameters
cfg.list [group] -> str* reads
 Settings as "group: name"
cfg.help group var -> (str,str) reads
 Description of a setting, and its type in brackets
 +6.1: one struct {desc,type}
 %absent=failed to get the variable
cfg.seti group var value:int^(var) -> - repeatable
 Sets a numeric setting at once
cfg.set_now_int = cfg.seti
cfg.sets group var value^(var) -> - repeatable
 Sets a text setting at once
cfg.set_now_string = cfg.sets
cfg.set group var value:any^(var) -> - repeatable
 Sets a setting at once, text or number
cfg.set_delayed_int group var value:int^(var) -> -
 Notes a new value for a numeric setting, for cfg.commit
cfg.set_delayed_string group var value^(var) -> -
 Notes a new value for a text setting, for cfg.commit
cfg.set_delayed group var value:any^(var) -> -
 Notes a new value for a setting, for cfg.commit
cfg.commit -> -
 Puts the noted values in force
cfg.rollback -> -
 Forgets the noted values
cfg.diff -> {group name:str,group id:int,variable name:str,old value:any^(variable name),\
new value:any^(variable name)}* reads
 Noted values that are not in force yet
cfg.del group var -> - repeatable
 Removes the value that one instance of a group has of its own, at once
 group: group[id]
cfg.del_delayed group var -> -
 Notes the removal of an instance's own value, for cfg.commit
 group: group[id]
cfg.add_group_inst group -> - repeatable
 Adds an instance to a group of settings
 group: group[id]
cfg.del_group_inst group -> - repeatable
 Removes an instance from a group of settings
 group: group[id]
cfg.reset group -> -
 Sets all settings of a group back to their defaults
 !!a group that the configuration file declares takes a 5.6 server down
 %= cfg.help
"""
