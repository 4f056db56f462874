# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``drouting.*``: dynamic routing."""

from __future__ import annotations

from .namespace import Namespace


class Drouting(Namespace):
    """``drouting.*``: dynamic routing."""

    async def reload(self) -> None:
        """Read routing data from the database.

        :raises ReportedFailure: that failed.
        """
        await self._do("drouting.reload")
