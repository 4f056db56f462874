# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``stats.*`` and ``cnt.*``: statistics."""

from __future__ import annotations

from .. import reading
from ..models.stats import Statistic
from .namespace import Namespace


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


class Cnt(Namespace):
    """``cnt.*``: counters, which are the same numbers as the statistics."""

    async def get(self, group: str, counter: str) -> int:
        """Value of a counter."""
        return reading.number(await self._call("cnt.get", group, counter))

    async def grp_get_all(self, group: str) -> dict[str, int]:
        """All counters of a group."""
        return reading.numbers(await self._call("cnt.grp_get_all", group))

    async def grps_list(self) -> list[str]:
        """Groups of counters."""
        return reading.texts(await self._call("cnt.grps_list"))

    async def var_list(self, group: str) -> list[str]:
        """Names of a group's counters."""
        return reading.texts(await self._call("cnt.var_list", group))

    async def help(self, group: str, counter: str) -> str:
        """Description of a counter."""
        return reading.text(await self._call("cnt.help", group, counter))

    async def reset(self, group: str, counter: str) -> None:
        """Set a counter to 0."""
        await self._do("cnt.reset", group, counter)
