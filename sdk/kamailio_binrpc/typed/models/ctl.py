# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``ctl.*``: who can be asked, and who is asking."""

from typing import Annotated

from .base import Port, Row


class Listener(Row):
    """``ctl.listen``: one address on which ctl listens.

    :ivar protocol: binrpc or fifo.
    :ivar transport: unix_stream, unix_dgram, udp, tcp or fifo.
    :ivar name: path or host.
    :ivar port: None for a path.
    """

    protocol: str
    transport: str
    name: str
    port: Annotated[int | None, Port()] = None


class Connection(Row):
    """``ctl.who``: one open stream connection.

    :ivar peer: address of the client, or a text that says that it has none.
    :ivar name: path or host on which ctl listens.
    """

    protocol: str
    transport: str
    peer: str
    peer_port: Annotated[int | None, Port()] = None
    name: str
    port: Annotated[int | None, Port()] = None
