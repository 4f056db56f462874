# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``sl.*``: replies without a transaction."""

from __future__ import annotations

from .. import reading
from .namespace import Namespace


class Sl(Namespace):
    """``sl.*``: replies without a transaction."""

    async def stats(self) -> dict[str, int]:
        """Number of replies by code, such as ``404`` and ``4xx``."""
        return reading.numbers(await self._call("sl.stats"))
