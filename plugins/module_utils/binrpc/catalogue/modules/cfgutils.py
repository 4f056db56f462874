# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Methods of cfgutils, in the notation of :mod:`.notation`."""

TEXT = """
cfgutils.*
 %refused=no hash file|invalid=invalid percent
cfgutils.get_config_hash -> str reads
 Hash of the configuration file as it was at start
cfgutils.check_config_hash -> str reads
 Whether the configuration file still has that hash
cfgutils.get_gflags -> str reads
 The global flags, as "0x4 (4)"
cfgutils.is_gflag flag:int -> str reads
 TRUE or FALSE: are these global flags set?
 flag: bit mask
cfgutils.set_gflag flag:int -> - repeatable
 Sets global flags
 flag: bit mask
cfgutils.reset_gflag flag:int -> - repeatable
 Clears global flags
 flag: bit mask
cfgutils.rand_get_prob -> str reads
 Probability that rand_event uses
cfgutils.rand_set_prob percent:int -> - repeatable
 Sets the probability that rand_event uses, 0 to 100
cfgutils.rand_reset_prob -> - repeatable
 Sets the probability back to that of the configuration
"""
