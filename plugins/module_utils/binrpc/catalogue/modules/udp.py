# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Methods of udp, in the notation of :mod:`.notation`."""

TEXT = """
udp.proxy.dump -> {...}* reads @master
 Peers known for accepting UDP through a proxy
udp.proxy.stats -> {...} reads @master
 Counts of that table
udp.proxy.clean -> - @master
 Removes outdated entries of that table
udp.proxy.flush -> - @master
 Removes all entries of that table
"""
