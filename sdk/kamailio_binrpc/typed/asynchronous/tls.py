# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``tls.*``: TLS connections."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .. import reading
from ..models.tls import TlsConnection, TlsInfo
from .namespace import Namespace

if TYPE_CHECKING:
    import builtins


class Tls(Namespace):
    """``tls.*``: TLS connections."""

    async def info(self) -> TlsInfo:
        """Number of connections."""
        return reading.one(await self._call("tls.info"), TlsInfo)

    async def list(self) -> builtins.list[TlsConnection]:
        """Connections."""
        return reading.each(await self._call("tls.list"), TlsConnection)

    async def reload(self) -> None:
        """Reload configuration and certificates; can take seconds."""
        await self._do("tls.reload")
