# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``ulscscf.*``: public identities at an S-CSCF."""

from __future__ import annotations

from .. import reading
from ..models.ims_usrloc_scscf import Impu, ScscfDomain
from .namespace import Namespace


class Ulscscf(Namespace):
    """``ulscscf.*``: public identities at an S-CSCF."""

    async def status(self) -> list[ScscfDomain]:
        """Sizes of the tables."""
        return reading.each(await self._call("ulscscf.status"), ScscfDomain)

    async def showimpu(self, impu: str) -> Impu | None:
        """A public identity, its subscription and its contacts; None if it is not there."""
        reply = await self._call("ulscscf.showimpu", impu)
        return reading.one(reply, Impu) if reply else None

    async def snapshot(self, file: str) -> None:
        """Append all that is registered to a file of the server.

        A path that cannot be written ends the server's process.
        """
        await self._do("ulscscf.snapshot", file)
