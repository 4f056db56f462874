# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Methods of counters, in the notation of :mod:`.notation`."""

TEXT = """
*counter: name of the counter

cnt.*
 %absent=non-existent counter|absent=no description for|invalid=name required
cnt.get group [counter] -> any reads counts
 Value of a counter; with the group alone, of all its counters
 group: group of counters
cnt.get_raw group counter -> int reads counts
 Value of a counter without its callback
 group: group of counters
cnt.grp_get_all group -> {...} reads counts
 All counters of a group
 group: group of counters
cnt.get_vars = cnt.grp_get_all
cnt.grps_list -> str* reads
 Groups of counters
cnt.list_groups = cnt.grps_list
cnt.var_list group -> str* reads
 Names of a group's counters
 group: group of counters
cnt.list_vars = cnt.var_list
cnt.help group counter -> str reads
 Description of a counter
 group: group of counters
cnt.reset group counter -> -
 Sets a counter to 0
 group: group of counters
"""
