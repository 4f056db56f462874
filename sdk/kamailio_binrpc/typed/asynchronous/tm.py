# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``tm.*``: transactions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .. import reading
from ..models.tm import Transaction, TransactionStats
from .namespace import Namespace

if TYPE_CHECKING:
    import builtins


class Tm(Namespace):
    """``tm.*``: transactions."""

    async def stats(self) -> TransactionStats:
        """Number of transactions."""
        return reading.one(await self._call("tm.stats"), TransactionStats)

    async def list(self) -> builtins.list[Transaction]:
        """Transactions under way."""
        return reading.each(await self._call("tm.list"), Transaction)
