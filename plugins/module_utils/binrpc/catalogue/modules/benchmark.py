# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Methods of benchmark, in the notation of :mod:`.notation`."""

TEXT = """
benchmark.*
 %absent=register timer failure|invalid=invalid timer name
benchmark.timer_list -> {...}* reads
 Timers of the benchmark module with their sums
benchmark.timer_name_list timer -> {...} reads
 One timer of the benchmark module
benchmark.enable_global mode:int -> - repeatable
 Switches all timers: -1 as each is set, 0 off, 1 on
benchmark.enable_timer timer enable:int -> - repeatable
 Switches one timer: 0 off, 1 on
benchmark.granularity calls:int -> - repeatable
 Sets after how many calls a timer is logged
benchmark.loglevel level:int -> - repeatable
 Sets the level at which timers are logged, -1 to 1
"""
