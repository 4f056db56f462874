# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``ctl.*``: who can be asked, and who is asking."""

from __future__ import annotations

from .. import reading
from ..models.ctl import Connection, Listener
from .namespace import Namespace


class Ctl(Namespace):
    """``ctl.*``: who can be asked, and who is asking."""

    async def listen(self) -> list[Listener]:
        """Addresses on which ctl listens."""
        return reading.rows(await self._call("ctl.listen"), Listener, 4)

    async def who(self) -> list[Connection]:
        """Open stream connections to ctl."""
        return reading.rows(await self._list("ctl.who"), Connection, 6)

    async def connections(self) -> int:
        """Number of open stream connections to ctl, this one included."""
        return reading.number(await self._call("ctl.connections"))
