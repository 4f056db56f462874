# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``pv.*``: shared variables."""

from __future__ import annotations

from .. import reading
from ..models.pv import SharedVariable
from .namespace import Namespace


class Pv(Namespace):
    """``pv.*``: shared variables, ``$shv(name)``."""

    async def shv_get(self, name: str) -> SharedVariable:
        """One shared variable (``pv.shvGet``)."""
        return reading.one(await self._call("pv.shvGet", name), SharedVariable)

    async def shv_list(self) -> list[SharedVariable]:
        """All shared variables (``pv.shvGet``)."""
        return reading.inside(await self._call("pv.shvGet"), SharedVariable, "items", "shv")

    async def shv_set(self, name: str, value: int | str) -> None:
        """Set a shared variable that the configuration uses (``pv.shvSet``)."""
        kind = "str" if isinstance(value, str) else "int"
        await self._do("pv.shvSet", name, kind, value)
