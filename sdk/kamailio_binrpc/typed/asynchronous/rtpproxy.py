# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``rtpproxy.*``: media relays."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .. import reading
from ..models.rtpproxy import RtpproxyNode
from .namespace import Namespace

if TYPE_CHECKING:
    import builtins


class Rtpproxy(Namespace):
    """``rtpproxy.*``: media relays. ``url`` is the address as configured, or ``all``."""

    async def list(self) -> builtins.list[RtpproxyNode]:
        """The nodes and their state."""
        return reading.each(await self._list("rtpproxy.list"), RtpproxyNode)

    async def enable(self, url: str, enable: bool) -> None:
        """Take a node into use or out of it."""
        await self._do("rtpproxy.enable", url, int(enable))
