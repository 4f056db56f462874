# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Methods of uid_gflags, in the notation of :mod:`.notation`."""

TEXT = """
gflags.*
 %invalid=flag number
gflags.set flag:int -> - repeatable
 Sets a global flag
 flag: 0 to 31
gflags.reset flag:int -> - repeatable
 Clears a global flag
 flag: 0 to 31
gflags.is_set flag:int -> int reads
 Whether a global flag is set
 flag: 0 to 31
gflags.dump -> int* reads
 All 32 global flags
gflags.flush -> - repeatable
 Writes the flags to the database
global.reload -> - repeatable
 Reads global attributes from the database again
"""
