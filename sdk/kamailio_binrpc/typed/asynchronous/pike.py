# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``pike.*``: addresses that send much."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .. import reading
from ..models.pike import PikeList
from .namespace import Namespace

if TYPE_CHECKING:
    from typing import Literal

    Filter = Literal["ALL", "HOT", "WARM"]


class Pike(Namespace):
    """``pike.*``: addresses that send much."""

    async def list(self, filter: Filter | None = None) -> PikeList:  # noqa: A002 - the RPC's word
        """Addresses that are watched; HOT unless told otherwise."""
        return reading.one(await self._call("pike.list", filter), PikeList)

    async def top(self, filter: Filter | None = None) -> PikeList:  # noqa: A002 - the RPC's word
        """The same by its older name."""
        return reading.one(await self._call("pike.top", filter), PikeList)
