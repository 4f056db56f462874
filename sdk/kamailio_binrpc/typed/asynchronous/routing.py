# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``mtree.*``, ``domain.*``, ``dialplan.*``, ``lcr.*``, ``drouting.*``: routing data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .. import reading
from ..models.routing import Dialplan as Rules
from ..models.routing import Domains, Gateway, Translation, TreeMatch, TreePrefix, TreeSummary
from ..models.routing import Rules as LcrRules
from .namespace import Namespace

if TYPE_CHECKING:
    import builtins


class Mtree(Namespace):
    """``mtree.*``: trees of prefixes."""

    async def summary(self, tree: str | None = None) -> builtins.list[TreeSummary]:
        """Size of each tree."""
        return reading.each(await self._list("mtree.summary", tree), TreeSummary)

    async def list(self, tree: str | None = None) -> builtins.list[TreePrefix]:
        """Prefixes with their values."""
        return reading.each(await self._list("mtree.list", tree), TreePrefix)

    async def match(
        self, tree: str, number: str, *, every: bool = False
    ) -> builtins.list[TreeMatch]:
        """The longest prefix of a number that the tree has, or every one.

        :raises NotFound: it has none.
        """
        reply = await self._call("mtree.match", tree, number, 2 if every else 0)
        reply[:] = [value for value in reply if not isinstance(value, str)]  # the tree's name
        return reading.each(reply, TreeMatch)

    async def reload(self, tree: str | None = None) -> None:
        """Read the trees whose name starts so from the database; without a name all."""
        await self._do("mtree.reload", tree)


class Domain(Namespace):
    """``domain.*``: domains that are served here."""

    async def dump(self) -> Domains:
        """Domains, and names of their attributes."""
        reply = await self._list("domain.dump")
        return reading.one(reply, Domains) if reply else Domains()

    async def reload(self) -> None:
        """Read the domains from the database."""
        await self._do("domain.reload")


class Dialplan(Namespace):
    """``dialplan.*``: rules that change numbers."""

    async def dump(self, dpid: int) -> Rules:
        """Rules of a dialplan.

        :raises NotFound: there is no such dialplan.
        """
        return reading.one(await self._call("dialplan.dump", dpid), Rules)

    async def translate(self, dpid: int, number: str) -> Translation:
        """What a dialplan makes of a number.

        :raises NotFound: no rule matches.
        """
        return reading.one(await self._call("dialplan.translate", dpid, number), Translation)

    async def reload(self) -> None:
        """Read all dialplans from the database.

        :raises Busy: the last reload is too recent.
        """
        await self._do("dialplan.reload")


class Lcr(Namespace):
    """``lcr.*``: least cost routing."""

    async def dump_gws(self) -> builtins.list[Gateway]:
        """Gateways."""
        return reading.items(await self._list("lcr.dump_gws"), Gateway, "gw")

    async def dump_rules(self, lcr_id: int | None = None, prefix: str | None = None) -> LcrRules:
        """Rules."""
        reply = await self._list("lcr.dump_rules", lcr_id, prefix)
        return reading.one(reply, LcrRules) if reply else LcrRules()

    async def defunct_gw(self, lcr_id: int, gw_id: int, period: int) -> None:
        """Take a gateway out of use for so many seconds."""
        await self._do("lcr.defunct_gw", lcr_id, gw_id, period)

    async def reload(self) -> None:
        """Read gateways and rules from the database."""
        await self._do("lcr.reload")


class Drouting(Namespace):
    """``drouting.*``: dynamic routing."""

    async def reload(self) -> None:
        """Read routing data from the database.

        :raises ReportedFailure: that failed.
        """
        await self._do("drouting.reload")
