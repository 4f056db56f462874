# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``cnxcc.*``: calls that are charged."""

from __future__ import annotations

from .. import reading
from ..models.cnxcc import CnxccStats
from .namespace import Namespace


class Cnxcc(Namespace):
    """``cnxcc.*``: calls that are charged."""

    async def stats(self) -> CnxccStats:
        """Numbers of calls."""
        return reading.one(await self._call("cnxcc.stats"), CnxccStats)

    async def active_clients(self) -> str:
        """Clients with calls, in one text."""
        return reading.text(await self._call("cnxcc.active_clients"))

    async def check_client(self, client: str) -> str:
        """Calls of a client and what they have cost, in one text.

        :raises NotFound: there is no such client.
        """
        return reading.text(await self._call("cnxcc.check_client", client))

    async def kill_call(self, callid: str) -> None:
        """End a call.

        :raises NotFound: there is no such call.
        """
        await self._do("cnxcc.kill_call", callid)
