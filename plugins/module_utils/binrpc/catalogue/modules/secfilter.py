# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Methods of secfilter, in the notation of :mod:`.notation`."""

TEXT = """
secfilter.*
 %invalid=invalid parameters
secfilter.print [list{ua|country|domain|ip|user|dst}] -> str* reads
 Lists of secfilter as text
 !on 5.6 the whole server dies when it is called over jsonrpcs; over ctl it is fine
 +5.7: structs
secfilter.stats -> str* reads
 Counts of blocked and allowed messages as text
 +5.7: structs
secfilter.stats_reset -> str
 Sets those counts to 0
secfilter.add_bl type{ua|country|domain|ip|user} value -> str
 Adds to the list of what is blocked, even when it is there already
secfilter.add_wl type{ua|country|domain|ip|user} value -> str
 Adds to the list of what is allowed, even when it is there already
secfilter.add_dst number:int -> str
 Adds a blocked destination, even when it is there already
secfilter.del_bl type{ua|country|domain|ip|user} value -> str repeatable @6.1
 Deletes from the list of what is blocked
secfilter.del_wl type{ua|country|domain|ip|user} value -> str repeatable @6.1
 Deletes from the list of what is allowed
secfilter.del_dst number:int -> str repeatable @6.1
 Deletes a blocked destination
secfilter.reload -> str repeatable
 Reads the lists from the database
 !rebuilds: what SIP workers read; a second one right after it can crash a busy server
"""
