# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Methods of userblocklist, in the notation of :mod:`.notation`."""

TEXT = """
userblocklist.*
 %invalid=needed (
userblocklist.dump_blocklist -> {prefix:str,allowlist:str}* reads
 Prefixes of the global list
userblocklist.reload_blocklist -> str repeatable
 Reads the global list from the database
userblocklist.check_blocklist prefix:.str -> {prefix:str,blocklisted:str} reads
 Does the global list block this number?
userblocklist.check_allowlist prefix:.str -> {prefix:str,allowlisted:str} reads
 Does the global list allow this number?
userblocklist.check_userblocklist prefix:.str user:.str [domain:.str] -> {prefix:str,user:str,\
domain:str,blocklisted:str} reads
 Does a user's list block this number?
userblocklist.check_userallowlist prefix:.str user:.str [domain:.str] -> {prefix:str,user:str,\
domain:str,allowlisted:str} reads
 Does a user's list allow this number?
"""
