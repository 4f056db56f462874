# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``siptrace.*``: copies of SIP messages."""

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
