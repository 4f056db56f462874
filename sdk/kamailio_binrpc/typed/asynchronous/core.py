# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``core.*``: the server itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .. import reading
from ..models.core import (
    Aliases,
    Define,
    Info,
    Process,
    ProcessName,
    ProcessState,
    RunInfo,
    SharedMemory,
    Socket,
    TcpConnection,
    TcpInfo,
    Udp4Raw,
    Uptime,
    Version,
)
from .namespace import Namespace

if TYPE_CHECKING:
    from typing import Literal


class Core(Namespace):
    """``core.*``: the server itself."""

    async def version(self) -> Version:
        """Name, version and platform."""
        return reading.one(await self._call("core.version"), Version)

    async def info(self) -> Info:
        """Version and how it was compiled."""
        return reading.one(await self._call("core.info"), Info)

    async def runinfo(self) -> RunInfo:
        """Version, times and uptime (5.6 and later)."""
        return reading.one(await self._call("core.runinfo"), RunInfo)

    async def uptime(self) -> Uptime:
        """Time now, time of start, and the seconds between."""
        return reading.one(await self._call("core.uptime"), Uptime)

    async def flags(self) -> list[str]:
        """Compile flags."""
        flags = reading.text(await self._call("core.flags"))
        return [flag.strip() for flag in flags.split(",") if flag.strip()]

    async def modules(self) -> list[str]:
        """Names of the loaded modules, the last one first."""
        return reading.texts(await self._call("core.modules"))

    async def arg(self) -> list[str]:
        """Command line of the server."""
        return reading.texts(await self._call("core.arg"))

    async def pwd(self) -> str:
        """Working directory of the server."""
        return reading.text(await self._call("core.pwd"))

    async def ps(self) -> list[ProcessName]:
        """Process ids and descriptions."""
        return reading.rows(await self._call("core.ps"), ProcessName, 2)

    async def psx(self) -> list[Process]:
        """Processes."""
        return reading.each(await self._call("core.psx"), Process)

    async def psa(self) -> list[ProcessState]:
        """Processes with status and rank."""
        return reading.each(await self._call("core.psa"), ProcessState)

    async def ppdefines_full(self) -> list[Define]:
        """Definitions of the configuration's preprocessor."""
        return reading.each(await self._call("core.ppdefines_full"), Define)

    async def shmmem(self, unit: Literal["b", "k", "m", "g"] = "b") -> SharedMemory:
        """Use of shared memory.

        :param unit: bytes, or KiB, MiB, GiB.
        """
        return reading.one(await self._call("core.shmmem", unit), SharedMemory)

    async def sockets_list(self) -> list[Socket]:
        """Sockets on which the server listens for SIP."""
        return reading.inside(await self._call("core.sockets_list"), Socket, "socket")

    async def aliases_list(self) -> Aliases:
        """Names under which the server knows itself."""
        return reading.one(await self._call("core.aliases_list"), Aliases)

    async def tcp_info(self) -> TcpInfo:
        """Number of TCP and TLS connections, and their limits."""
        return reading.one(await self._call("core.tcp_info"), TcpInfo)

    async def tcp_list(self) -> list[TcpConnection]:
        """SIP connections over TCP and TLS."""
        return reading.each(await self._call("core.tcp_list"), TcpConnection)

    async def tcp_options(self) -> dict[str, int]:
        """TCP settings in force, by name."""
        return reading.numbers(await self._call("core.tcp_options"))

    async def udp4_raw_info(self) -> Udp4Raw:
        """Settings of raw UDP sockets."""
        return reading.one(await self._call("core.udp4_raw_info"), Udp4Raw)
