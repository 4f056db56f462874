# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``lcr.*``: least cost routing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .. import reading
from ..models.lcr import Gateway, Rules
from .namespace import Namespace

if TYPE_CHECKING:
    import builtins


class Lcr(Namespace):
    """``lcr.*``: least cost routing."""

    async def dump_gws(self) -> builtins.list[Gateway]:
        """Gateways."""
        return reading.items(await self._list("lcr.dump_gws"), Gateway, "gw")

    async def dump_rules(self, lcr_id: int | None = None, prefix: str | None = None) -> Rules:
        """Rules."""
        reply = await self._list("lcr.dump_rules", lcr_id, prefix)
        return reading.one(reply, Rules) if reply else Rules()

    async def defunct_gw(self, lcr_id: int, gw_id: int, period: int) -> None:
        """Take a gateway out of use for ``period`` seconds."""
        await self._do("lcr.defunct_gw", lcr_id, gw_id, period)

    async def reload(self) -> None:
        """Read gateways and rules from the database."""
        await self._do("lcr.reload")
