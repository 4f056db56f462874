# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``corex.*``, ``shm.*``: more of the server itself, shared memory."""

from __future__ import annotations

from .. import reading
from ..models.core import SharedMemory
from ..models.corex import CorexAlias, CorexSocket, LogLevelChange
from ..models.kex import Allocator
from .namespace import Namespace


class Corex(Namespace):
    """``corex.*``: more of the server itself."""

    async def debug(self) -> int:
        """The log level."""
        return reading.member(await self._call("corex.debug"), "debug")

    async def set_debug(self, level: int) -> LogLevelChange:
        """Set the log level: -1 errors, 0 warnings ... 3 everything (``corex.debug``)."""
        return reading.one(await self._call("corex.debug", level), LogLevelChange)

    async def list_sockets(self) -> list[CorexSocket]:
        """Sockets on which the server listens for SIP."""
        return reading.each(await self._call("corex.list_sockets"), CorexSocket)

    async def list_aliases(self) -> list[CorexAlias]:
        """Names under which the server knows itself."""
        return reading.each(await self._call("corex.list_aliases"), CorexAlias)


class Shm(Namespace):
    """``shm.*``: the memory that all processes share."""

    async def info(self) -> Allocator:
        """Name of the allocator, and its size."""
        return reading.one(await self._call("shm.info"), Allocator)

    async def stats(self) -> SharedMemory:
        """Use of shared memory, in bytes."""
        return reading.one(await self._call("shm.stats"), SharedMemory)
