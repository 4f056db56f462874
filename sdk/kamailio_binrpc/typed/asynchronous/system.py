# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``system.*``: the RPCs themselves."""

from __future__ import annotations

from .. import reading
from .namespace import Namespace


class System(Namespace):
    """``system.*``: the RPCs themselves."""

    async def list_methods(self) -> list[str]:
        """Names of all methods of the loaded modules."""
        return reading.texts(await self._call("system.listMethods"))

    async def method_help(self, method: str) -> str:
        """The server's own help text of a method."""
        return reading.text(await self._call("system.methodHelp", method))
