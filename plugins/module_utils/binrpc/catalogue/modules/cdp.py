# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Methods of cdp, in the notation of :mod:`.notation`."""

TEXT = """
cdp.*
 %invalid=required peer fqdn
cdp.list_peers -> {Realm:str,Identity:str,...} reads
 Diameter peers; the member Peers repeats FQDN and Details
cdp.enable_peer fqdn -> - repeatable
 Takes a Diameter peer into use
cdp.disable_peer fqdn -> - repeatable
 Takes a Diameter peer out of use
"""
