# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``dbg.*``: log levels of single modules."""

from __future__ import annotations

from .. import reading
from .namespace import Namespace


class Dbg(Namespace):
    """``dbg.*``: log levels of single modules, by the module debugger."""

    async def get_mod_level(self, module: str) -> int:
        """Log level that a module uses."""
        return reading.number(await self._call("dbg.get_mod_level", module))

    async def set_mod_level(self, module: str, level: int) -> None:
        """Set a module's log level; without the modparam mod_level_mode it has no effect."""
        await self._do("dbg.set_mod_level", module, level)

    async def get_mod_facility(self, module: str) -> str:
        """Log facility that a module uses."""
        return reading.text(await self._call("dbg.get_mod_facility", module))

    async def set_mod_facility(self, module: str, facility: str) -> None:
        """Set a module's log facility, such as LOG_LOCAL0."""
        await self._do("dbg.set_mod_facility", module, facility)
