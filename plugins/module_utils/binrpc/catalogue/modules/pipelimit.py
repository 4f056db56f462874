# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Methods of pipelimit, in the notation of :mod:`.notation`."""

TEXT = """
*pipe: name of the pipe

pl.*
 %absent=unknown pipe|invalid=unknown algorithm|invalid=out of range
pl.list [pipe] -> {name:str,algorithm:str,limit:int,counter:int,last_counter:int,\
unused_intervals:int}* reads
 Pipes, or one pipe, of pipelimit
pl.get_pipes -> str* reads
 Pipes of pipelimit as text
pl.stats -> str* reads
 Load of the pipes as text
pl.set_pipe pipe algorithm{NOP|RED|TAILDROP|FEEDBACK|NETWORK} limit:int -> - repeatable
 Sets algorithm and limit of a pipe
pl.reset_pipe pipe -> - @5.7
 Sets the counter of a pipe to 0
pl.rm_pipe pipe -> - repeatable @5.7
 Removes a pipe
pl.get_pid -> str reads
 Parameters of the feedback controller
pl.set_pid ki:float kp:float kd:float -> - repeatable
 Sets the parameters of the feedback controller
pl.push_load load:float -> - repeatable
 Sets the load that the feedback algorithm sees, 0 to 1
"""
