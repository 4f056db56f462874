# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``pkg.*``, ``stats.*``: memory and statistics."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .. import reading
from ..models.kex import Allocator, PrivateMemory, Statistic
from .namespace import Namespace

if TYPE_CHECKING:
    from typing import Literal


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


class Stats(Namespace):
    """``stats.*``: statistics. What to give: ``all``, ``group:`` or a name, one or several."""

    async def fetch(self, *stats: str) -> dict[str, int]:
        """Values by ``group.name``; without a parameter all."""
        return reading.numbers(await self._call("stats.fetch", *(stats or ("all",))))

    async def get_statistics(self, *stats: str) -> list[Statistic]:
        """Values; without a parameter all. A name that is not known gives nothing."""
        return reading.each(
            await self._call("stats.get_statistics", *(stats or ("all",))), Statistic
        )

    async def reset_statistics(self, *stats: str) -> None:
        """Set statistics to 0."""
        await self._do("stats.reset_statistics", *stats)
