# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``shm.*`` and ``pkg.*``: memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .. import reading
from ..models.core import SharedMemory
from ..models.memory import Allocator, PrivateMemory
from .namespace import Namespace

if TYPE_CHECKING:
    from typing import Literal


class Shm(Namespace):
    """``shm.*``: the memory that all processes share."""

    async def info(self) -> Allocator:
        """Name of the allocator, and its size."""
        return reading.one(await self._call("shm.info"), Allocator)

    async def stats(self) -> SharedMemory:
        """Use of shared memory, in bytes."""
        return reading.one(await self._call("shm.stats"), SharedMemory)


class Pkg(Namespace):
    """``pkg.*``: the private memory of each process."""

    async def info(self) -> Allocator:
        """Name of the allocator, and its size."""
        return reading.one(await self._call("pkg.info"), Allocator)

    async def stats(
        self, by: Literal["pid", "rank", "index"] | None = None, value: int | None = None
    ) -> list[PrivateMemory]:
        """Use of private memory by each process, or by the one with that pid, rank or index."""
        return reading.each(await self._call("pkg.stats", by, value), PrivateMemory)
