# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Methods of domain, in the notation of :mod:`.notation`."""

TEXT = """
domain.dump -> {domains:[{domain:str,did:str}*],attributes:[{did:str,attrs:[str*]}*]} reads
 Domains that are served here, and names of their attributes
 %empty=server domain cache empty|refused=cache disabled
domain.reload -> - repeatable
 Reads the domains from the database
 !rebuilds: what SIP workers read; a second one right after it can crash a busy server
 %refused=cache disabled
"""
