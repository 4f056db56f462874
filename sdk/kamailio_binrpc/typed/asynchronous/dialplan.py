# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``dialplan.*``: rules that change numbers."""

from __future__ import annotations

from .. import reading
from ..models.dialplan import Dialplan as Rules
from ..models.dialplan import Translation
from .namespace import Namespace


class Dialplan(Namespace):
    """``dialplan.*``: rules that change numbers."""

    async def dump(self, dpid: int) -> Rules:
        """Rules of a dialplan.

        :raises NotFound: there is no such dialplan.
        """
        return reading.one(await self._call("dialplan.dump", dpid), Rules)

    async def translate(self, dpid: int, number: str) -> Translation:
        """The result of translating a number by a dialplan.

        :raises NotFound: no rule matches.
        """
        return reading.one(await self._call("dialplan.translate", dpid, number), Translation)

    async def reload(self) -> None:
        """Read all dialplans from the database.

        :raises Busy: the last reload is too recent.
        """
        await self._do("dialplan.reload")
