# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Shared base of the operations of one RPC module."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...core.faults import Fault
from ...core.reply import Reply

if TYPE_CHECKING:
    from typing import Any

    from .client import AsyncKamailio


class Namespace:
    """The operations of one RPC module."""

    def __init__(self, kamailio: AsyncKamailio) -> None:
        self._kamailio = kamailio

    async def _call(self, method: str, *params: Any) -> Reply:
        return await self._kamailio.call(method, *params)

    async def _list(self, method: str, *params: Any) -> Reply:
        """Call a method whose fault may mean that there is nothing to list."""
        try:
            return await self._kamailio.call(method, *params)
        except Fault as fault:
            if fault.meaning != "empty":
                raise
            return Reply((), method)

    async def _do(self, method: str, *params: Any) -> None:
        """Call a method whose reply says no more than that it worked."""
        await self._kamailio.call(method, *params)
