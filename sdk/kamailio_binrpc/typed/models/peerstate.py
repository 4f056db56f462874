# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``peerstate.*``: which peers are registered, and which are in a call."""

from typing import Annotated

from .base import Count, Items, Model, Text, YesNo, wire


class PeerInfo(Model):
    """``peerstate.get_peer``.

    :ivar state: ``NOT_INUSE``, ``INUSE``, ``RINGING`` or ``UNAVAILABLE``.
    """

    peer: str
    state: Text = None
    call_count: Count = 0
    registered: YesNo = False


class Peer(Model):
    """One peer of a list; as :class:`PeerInfo`."""

    name: str
    state: Text = None
    call_count: Count = 0
    registered: YesNo = False


class Peers(Model):
    """``peerstate.list`` and ``peerstate.dump``.

    :ivar state: that of all, None in a dump.
    """

    count: Count = 0
    state: Text = None
    peers: Annotated[tuple[Peer, ...], Items(), wire("Peer")] = ()


class PeerStats(Model):
    """``peerstate.stats``: numbers of peers."""

    total_peers: Count
    incall_peers: Count = 0
    registered_peers: Count = 0
