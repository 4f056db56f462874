# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Methods of ims_usrloc_pcscf, in the notation of :mod:`.notation`."""

TEXT = """
ulpcscf.status -> {Domain:str,Size:int,AoRs:{...},...}* reads
 Registered contacts
 !locks the table slot by slot
"""
