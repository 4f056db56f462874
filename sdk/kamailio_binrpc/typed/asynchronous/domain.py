# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``domain.*``: domains that are served here."""

from __future__ import annotations

from .. import reading
from ..models.domain import Domains
from .namespace import Namespace


class Domain(Namespace):
    """``domain.*``: domains that are served here."""

    async def dump(self) -> Domains:
        """Domains, and names of their attributes."""
        reply = await self._list("domain.dump")
        return reading.one(reply, Domains) if reply else Domains()

    async def reload(self) -> None:
        """Read the domains from the database."""
        await self._do("domain.reload")
