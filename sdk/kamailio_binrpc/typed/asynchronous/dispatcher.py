# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``dispatcher.*``: destination sets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...core.dispatcher import write_flags
from .. import reading
from ..models.dispatcher import DispatcherSet, Hash, PingState
from .namespace import Namespace

if TYPE_CHECKING:
    import builtins
    from typing import Literal

    State = Literal["active", "inactive", "disabled", "trying"]


class Dispatcher(Namespace):
    """``dispatcher.*``: destination sets. Changes are lost at the next reload or restart."""

    async def list(
        self, mode: Literal["short", "full"] | None = None
    ) -> builtins.list[DispatcherSet]:
        """All sets and their destinations, none where there are none.

        :param mode: short leaves the attributes out, full adds addresses.
        """
        reply = await self._list("dispatcher.list", mode)
        return reading.inside(reply, DispatcherSet, "RECORDS", "SET")

    async def set_state(self, state: State, group: int, uri: str, *, probing: bool = False) -> None:
        """Set the state of a destination.

        :param uri: as listed, in any case of letters; ``all`` for the whole set.
        :param probing: ping it whatever its state; not with ``disabled``.
        :raises NotFound: there is no such set or destination.
        """
        await self._do("dispatcher.set_state", write_flags(state, probing), group, uri)

    async def set_duid_state(
        self, state: State, group: int, duid: str, *, probing: bool = False
    ) -> None:
        """Set the state of the destination with that duid, or of ``all``."""
        await self._do("dispatcher.set_duid_state", write_flags(state, probing), group, duid)

    async def add(
        self,
        group: int,
        uri: str,
        flags: int = 0,
        priority: int = 0,
        attrs: str | None = None,
    ) -> None:
        """Add a destination, also one that the set already has.

        :param flags: sum of 1 inactive, 2 trying, 4 disabled, 8 probing, 16 no DNS, 32 no ping.
        :param attrs: ``"weight=50;duid=a"``.
        :raises Busy: the last change is too recent (modparam reload_delta, 5 s unless set).
        """
        await self._do("dispatcher.add", group, uri, flags, priority, attrs)

    async def remove(self, group: int, uri: str) -> None:
        """Remove a destination; succeeds also when there is none.

        :param uri: exactly as listed.
        :raises Busy: the last change is too recent.
        """
        await self._do("dispatcher.remove", group, uri)

    async def reload(self) -> None:
        """Read all sets from the database or file.

        :raises Busy: the last change is too recent.
        """
        await self._do("dispatcher.reload")

    async def ping_active(self) -> PingState:
        """Whether destinations are pinged."""
        return reading.one(await self._call("dispatcher.ping_active"), PingState)

    async def set_ping_active(self, active: bool) -> PingState:
        """Set whether destinations are pinged (``dispatcher.ping_active``)."""
        return reading.one(await self._call("dispatcher.ping_active", int(active)), PingState)

    async def hash(self, slots: int, value1: str, value2: str | None = None) -> Hash:
        """Hash of one or two values, and the slot it falls into."""
        return reading.one(await self._call("dispatcher.hash", slots, value1, value2), Hash)
