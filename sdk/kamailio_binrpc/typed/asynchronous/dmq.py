# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``dmq.*``: the distributed message queue."""

from __future__ import annotations

from .. import reading
from ..models.dmq import DmqNode
from .namespace import Namespace


class Dmq(Namespace):
    """``dmq.*``: the distributed message queue."""

    async def list_nodes(self) -> list[DmqNode]:
        """The nodes."""
        return reading.each(await self._call("dmq.list_nodes"), DmqNode)

    async def remove(self, address: str) -> None:
        """Remove a node by its URI."""
        await self._do("dmq.remove", address)
