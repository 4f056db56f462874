# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``siptrace.*`` and ``sipdump.*``: recording SIP."""

from __future__ import annotations

from .. import reading
from .namespace import Namespace


class Siptrace(Namespace):
    """``siptrace.*``: copies of SIP messages."""

    async def status(self) -> bool:
        """Is it on?"""
        return reading.text(await self._call("siptrace.status", "check")) == "Enabled"

    async def set_status(self, on: bool) -> None:
        """Switch it (``siptrace.status``)."""
        await self._do("siptrace.status", "on" if on else "off")


class Sipdump(Namespace):
    """``sipdump.*``: SIP messages in files."""

    async def enabled(self) -> bool:
        """Is it on (``sipdump.enable``)?"""
        return bool(reading.member(await self._call("sipdump.enable"), "newval"))

    async def enable(self, on: bool) -> None:
        """Switch it."""
        await self._do("sipdump.enable", int(on))
