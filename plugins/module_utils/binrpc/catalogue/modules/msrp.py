# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Methods of msrp, in the notation of :mod:`.notation`."""

TEXT = """
msrp.cmaplist -> {MAP_SIZE:int,CONLIST:{CONDATA:{...}*},CONCOUNT:int} reads
 MSRP connections
 %refused=no connections map
"""
