# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``pdb.*``: requests to the number database."""

from __future__ import annotations

from .. import reading
from ..models.pdb import PdbStatus, PdbTimeout
from .namespace import Namespace


class Pdb(Namespace):
    """``pdb.*``: requests to the number database."""

    async def status(self) -> PdbStatus:
        """Whether requests are on."""
        return reading.one(await self._call("pdb.status"), PdbStatus)

    async def activate(self) -> None:
        """Switch requests on."""
        await self._do("pdb.activate")

    async def deactivate(self) -> None:
        """Switch requests off."""
        await self._do("pdb.deactivate")

    async def timeout(self) -> int:
        """Milliseconds to wait for an answer (6.1)."""
        return reading.member(await self._call("pdb.timeout"), "timeout")

    async def set_timeout(self, timeout: int) -> PdbTimeout:
        """Set how many milliseconds to wait for an answer (6.1)."""
        return reading.one(await self._call("pdb.timeout", timeout), PdbTimeout)
