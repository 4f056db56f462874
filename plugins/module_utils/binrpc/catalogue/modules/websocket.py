# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Methods of websocket, in the notation of :mod:`.notation`."""

TEXT = """
ws.*
 %absent=unknown connection id
ws.dump [order{id_hash|used_desc|used_asc|...}] -> {...} reads
 WebSocket connections
ws.enable -> - repeatable
 Accepts new WebSocket connections
ws.disable -> - repeatable
 Refuses new WebSocket connections
ws.close id:int -> -
 Closes a WebSocket connection
ws.connect address port:int path [protocol] [timeout:int] -> any @master
 Opens a WebSocket connection to a server
ws.ping id:int -> -
 Sends a ping on a WebSocket connection
ws.pong id:int -> -
 Sends a pong on a WebSocket connection
"""
