# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``mtree.*``: trees of prefixes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .. import reading
from ..models.mtree import TreeMatch, TreePrefix, TreeSummary
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
