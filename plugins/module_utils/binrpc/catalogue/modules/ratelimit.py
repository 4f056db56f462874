# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Methods of ratelimit, in the notation of :mod:`.notation`."""

TEXT = """
rl.*
 %absent=unknown pipe|invalid=unknown algorithm|invalid=out of range|absent=invalid pipe
 %refused=max_queues reached
rl.get_pipes -> str* reads
 Pipes of ratelimit as text
rl.get_queues -> str* reads
 Queues of ratelimit as text
rl.stats -> str* reads
 Load of the pipes as text
rl.set_pipe pipe:int algorithm{NOP|RED|TAILDROP|FEEDBACK|NETWORK} limit:int -> - repeatable
 Sets algorithm and limit of a pipe
 pipe: number of the pipe
rl.set_queue queue:int method pipe:int -> - repeatable
 Sets the method and pipe of a queue
 method: SIP method, or *
 pipe: number of the pipe
rl.get_pid -> str reads
 Parameters of the feedback controller
rl.set_pid ki:float kp:float kd:float -> - repeatable
 Sets the parameters of the feedback controller
rl.push_load load:float -> - repeatable
 Sets the load that the feedback algorithm sees, 0 to 1
rl.set_dbg mode:int{0|1} -> - repeatable
 Switches monitoring in the log
"""
