# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Methods of imc, in the notation of :mod:`.notation`."""

TEXT = """
imc.list_rooms -> {room:str,members:int,owner:str}* reads
 Rooms for messages
imc.list_members room -> {room:str,members:[str*],count:int} reads
 Members of a room
 room: URI of the room
 %absent=room not found|invalid=room name
"""
