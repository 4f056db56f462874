# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``mqueue.*``: queues of the configuration."""

from __future__ import annotations

from .. import reading
from ..models.mqueue import QueueSize
from .namespace import Namespace


class Mqueue(Namespace):
    """``mqueue.*``: queues of the configuration."""

    async def get_sizes(self) -> list[QueueSize]:
        """Number of entries in each queue."""
        return reading.each(await self._call("mqueue.get_sizes"), QueueSize)
