# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Methods of misctest, in the notation of :mod:`.notation`."""

TEXT = """
mt.lock_test [count:int] -> - @6.1
 Takes and releases a lock that many times, as a test
 !holds ctl until it has ended
 %invalid=must be a positive
mt.mem_alloc size:int [unit{b|k|m|g}] -> -
 Takes memory and keeps it, as a test
 %invalid=bad param
mt.mem_free [size:int] [unit{b|k|m|g}] -> int
 Frees memory that mt.mem_alloc took
 %invalid=bad param
mt.mem_realloc size:int [unit{b|k|m|g}] -> int
 Changes the size of a piece that mt.mem_alloc took
 %invalid=bad param
mt.mem_rnd_alloc min:int max:int total:int [unit{b|k|m|g}] -> -
 Takes memory in pieces of random size
 %invalid=bad param|invalid=invalid
mt.mem_used [unit{b|k|m|g}] -> (int,int) reads
 Pieces and size of what is taken
 %invalid=bad param
mt.mem_test_start min:int max:int total:int min_interval:int max_interval:int time:int \
[unit{b|k|m|g}] -> int
 Starts a test that takes and frees memory
 %invalid=invalid
mt.mem_test_stop id:int -> -
 Stops a test and keeps its numbers
 %absent=not found
mt.mem_test_destroy [id:int] -> -
 Ends a test, or all
 %absent=not found
mt.mem_test_destroy_all -> -
 Ends all tests
mt.mem_test_list [id:int] [unit{b|k|m|g}] -> {...}* reads
 Tests and their numbers
"""
