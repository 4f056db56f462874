# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``regscscf.*``: registrations at an S-CSCF."""

from __future__ import annotations

from .namespace import Namespace


class Regscscf(Namespace):
    """``regscscf.*``: registrations at an S-CSCF."""

    async def dereg_impu(self, impu: str) -> None:
        """End all registrations of a public identity."""
        await self._do("regscscf.dereg_impu", impu)
