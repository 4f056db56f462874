# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Methods of presence, in the notation of :mod:`.notation`."""

TEXT = """
presence.presentity_list [mode{full|...}] -> {...}* reads
 Published states
presence.presentity_show mode{full|basic} user domain -> {user:str,domain:str,event:str,\
etag:str,sender:str,expires:int,...}* reads @6.0
 Published states of a user
 mode: full adds the document, and when it was received
presence.watcher_list mode{full|basic} uri -> {pres_uri:str,to_user:str,to_domain:str,\
from_user:str,from_domain:str,watcher_user:str,watcher_domain:str,contact:str,event_id:str,\
callid:str,user_agent:str,expires:int,status:int,version:int,flags:int,...}* reads @6.0
 Watchers of an address
 mode: full adds tags, routes and CSeq numbers
presence.publish_cache_sync -> str repeatable @6.0
 Reads published states from the database into the cache
 !!without a database (publ_cache 2) it ends the process
 %refused=failed to sync
presence.cleanup -> str
 Removes expired states and watchers
presence.refreshWatchers uri event type:int [file_uri] [file_name] -> -
 Tells watchers of changed rules or states
 %invalid=empty |invalid=no file uri
presence.updateWatchers uri event -> -
 Updates the watchers of an address
 %= presence.refreshWatchers
"""
