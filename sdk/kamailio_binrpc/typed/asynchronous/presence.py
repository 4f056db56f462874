# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``presence.*``: published states and who watches them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .. import reading
from ..models.presence import Presentity, Watcher
from .namespace import Namespace

if TYPE_CHECKING:
    from typing import Literal

    Mode = Literal["basic", "full"]


class Presence(Namespace):
    """``presence.*``: published states and who watches them."""

    async def presentity_list(self, mode: Literal["full"] | None = None) -> list[Presentity]:
        """Published states; in mode ``full`` with their documents."""
        return reading.each(await self._call("presence.presentity_list", mode), Presentity)

    async def presentity_show(self, mode: Mode, user: str, domain: str) -> list[Presentity]:
        """Published states of a user (6.0); ``*`` stands for any user or domain."""
        return reading.each(
            await self._call("presence.presentity_show", mode, user, domain), Presentity
        )

    async def watcher_list(self, mode: Mode, uri: str) -> list[Watcher]:
        """Watchers of an address (6.0)."""
        return reading.each(await self._call("presence.watcher_list", mode, uri), Watcher)

    async def publish_cache_sync(self) -> None:
        """Read published states from the database into the cache (6.0)."""
        await self._do("presence.publish_cache_sync")

    async def cleanup(self) -> None:
        """Remove expired states and watchers."""
        await self._do("presence.cleanup")

    async def refresh_watchers(
        self,
        uri: str,
        event: str,
        type: int,  # noqa: A002 - the RPC's word
        file_uri: str | None = None,
        file_name: str | None = None,
    ) -> None:
        """Tell watchers of changed rules (type 0) or states."""
        await self._do("presence.refreshWatchers", uri, event, type, file_uri, file_name)

    async def update_watchers(self, uri: str, event: str) -> None:
        """Update the watchers of an address."""
        await self._do("presence.updateWatchers", uri, event)
