# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Methods of sctp, in the notation of :mod:`.notation`."""

TEXT = """
sctp.*
 %refused=sctp support
sctp.info -> {opened_connections:int,tracked_connections:int,total_connections:int} reads counts
 Numbers of SCTP associations
sctp.options [socket{default|first|...}] -> {...} reads
 Options of a socket, or those that new sockets get
 socket: address, or address:port
 %invalid=bad param|invalid=bad protocol|absent=not listening|absent=could not find
"""
