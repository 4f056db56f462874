# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``peerstate.*``: which peers are registered, and which are in a call (6.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .. import reading
from ..models.peerstate import PeerInfo, Peers, PeerStats
from .namespace import Namespace

if TYPE_CHECKING:
    from typing import Literal

    State = Literal["NOT_INUSE", "INUSE", "RINGING", "UNAVAILABLE"]


class Peerstate(Namespace):
    """``peerstate.*``: which peers are registered, and which are in a call (6.1)."""

    async def get_peer(self, peer: str) -> PeerInfo:
        """State of a peer, named ``user@host``.

        :raises NotFound: it is not known.
        """
        return reading.one(await self._call("peerstate.get_peer", peer), PeerInfo)

    async def stats(self) -> PeerStats:
        """Numbers of peers."""
        return reading.one(await self._call("peerstate.stats"), PeerStats)

    async def list(self, state: State) -> Peers:
        """Peers in a state."""
        return reading.unwrapped(await self._call("peerstate.list", state), Peers, "Peers")

    async def dump(self) -> Peers:
        """All peers."""
        return reading.unwrapped(await self._call("peerstate.dump"), Peers, "Peers")
