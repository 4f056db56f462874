# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``rtpengine.*``: media relays."""

from __future__ import annotations

from .. import reading
from ..models.rtpengine import RtpengineNode, RtpengineStatus
from .namespace import Namespace


class Rtpengine(Namespace):
    """``rtpengine.*``: media relays. ``url`` is the address as configured, or ``all``."""

    async def show(self, url: str = "all") -> list[RtpengineNode]:
        """Return the state of the nodes. The server recreates its sockets to them."""
        return reading.each(await self._list("rtpengine.show", url), RtpengineNode)

    async def ping(self, url: str) -> list[RtpengineStatus]:
        """Ask a node for an answer; see its ``ok``."""
        return reading.each(await self._call("rtpengine.ping", url), RtpengineStatus)

    async def enable(self, url: str, enable: bool) -> list[RtpengineStatus]:
        """Take a node into use or out of it. It may answer that it failed: see ``ok``."""
        reply = await self._call("rtpengine.enable", url, int(enable))
        return reading.each(reply, RtpengineStatus)

    async def reload(self) -> None:
        """Read the nodes from the database."""
        await self._do("rtpengine.reload")

    async def get_hash_total(self) -> int:
        """Number of calls in the hash table."""
        return reading.number(await self._call("rtpengine.get_hash_total"))
