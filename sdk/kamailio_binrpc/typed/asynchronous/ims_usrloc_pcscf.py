# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``ulpcscf.*``: contacts registered through a P-CSCF."""

from __future__ import annotations

from .. import reading
from ..models.ims_usrloc_pcscf import PcscfDomain
from .namespace import Namespace


class Ulpcscf(Namespace):
    """``ulpcscf.*``: contacts registered through a P-CSCF."""

    async def status(self) -> list[PcscfDomain]:
        """The registered contacts of each table."""
        return reading.each(await self._call("ulpcscf.status"), PcscfDomain)
