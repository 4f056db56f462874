# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Methods of pdt, in the notation of :mod:`.notation`."""

TEXT = """
pdt.list [domain] [prefix:.str] [target] -> {(SDOMAIN:str,RECORDS:{ENTRY:{DOMAIN:str,\
PREFIX:str}*})*} reads
 Prefixes and the domains they lead to
 %empty=no records|invalid=error reading parameters|invalid=bad prefix
pdt.reload -> - repeatable
 Reads prefixes from the database
"""
