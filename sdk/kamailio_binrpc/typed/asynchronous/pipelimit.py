# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``pl.*``: traffic pipes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .. import reading
from ..models.pipelimit import Pipe
from .namespace import Namespace

if TYPE_CHECKING:
    import builtins
    from typing import Literal

    Algorithm = Literal["NOP", "RED", "TAILDROP", "FEEDBACK", "NETWORK"]


class Pl(Namespace):
    """``pl.*``: pipes of pipelimit."""

    async def list(self) -> builtins.list[Pipe]:
        """All pipes."""
        return reading.each(await self._list("pl.list"), Pipe)

    async def get(self, pipe: str) -> Pipe:
        """One pipe (``pl.list``).

        :raises NotFound: there is no such pipe.
        """
        return reading.one(await self._call("pl.list", pipe), Pipe)

    async def set_pipe(self, pipe: str, algorithm: Algorithm, limit: int) -> None:
        """Set algorithm and limit of a pipe."""
        await self._do("pl.set_pipe", pipe, algorithm, limit)

    async def reset_pipe(self, pipe: str) -> None:
        """Set the counter of a pipe to 0 (5.7 and later)."""
        await self._do("pl.reset_pipe", pipe)

    async def rm_pipe(self, pipe: str) -> None:
        """Remove a pipe (5.7 and later)."""
        await self._do("pl.rm_pipe", pipe)
