# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Methods of keepalive, in the notation of :mod:`.notation`."""

TEXT = """
keepalive.*
 %invalid=parameter is len less|absent=couldn't get data|absent=couldn't delete data
keepalive.list -> {uri:str,owner:str,last checked:str,last up:str,last down:str,state:int}* reads
 Destinations that are pinged
keepalive.get uri owner -> {uri:str,owner:str,state:int}
 One destination
 !!never returns on 5.6: the ctl process is lost until a restart
keepalive.add uri owner -> str
 Adds a destination
 !!never returns on 5.6: the ctl process is lost until a restart
keepalive.del uri owner -> str
 Removes a destination
 !!never returns on 5.6: the ctl process is lost until a restart
keepalive.flush -> str
 Removes all destinations
 !!never returns on 5.6: the ctl process is lost until a restart
"""
