# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``sipdump.*``: SIP messages in files."""

from __future__ import annotations

from .. import reading
from .namespace import Namespace


class Sipdump(Namespace):
    """``sipdump.*``: SIP messages in files."""

    async def enabled(self) -> bool:
        """Is it on (``sipdump.enable``)?"""
        return bool(reading.member(await self._call("sipdump.enable"), "newval"))

    async def enable(self, on: bool) -> None:
        """Switch it."""
        await self._do("sipdump.enable", int(on))
