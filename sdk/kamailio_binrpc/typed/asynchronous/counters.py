# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``cnt.*``: counters."""

from __future__ import annotations

from .. import reading
from .namespace import Namespace


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
