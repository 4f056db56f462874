# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Methods of presence, in the notation of :mod:`.notation`."""

TEXT = """
presence.presentity_list [mode{full|...}] -> {...}* reads
 Published states
presence.cleanup -> str
 Removes expired states and watchers
presence.refreshWatchers uri event type:int [file_uri] [file_name] -> -
 Tells watchers of changed rules or states
 %invalid=empty |invalid=no file uri
presence.updateWatchers uri event -> -
 Updates the watchers of an address
 %= presence.refreshWatchers
"""
