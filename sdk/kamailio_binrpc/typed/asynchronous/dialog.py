# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``dlg.*``: dialogs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...core.faults import NotFound
from .. import reading
from ..models.dialog import Brief, Dialog, DialogStats
from .namespace import Namespace

if TYPE_CHECKING:
    import builtins
    from typing import Literal

    Key = Literal["ruri", "furi", "turi", "callid", "start_ts"]
    Operator = Literal["eq", "re", "sw", "gt", "lt"]


class Dlg(Namespace):
    """``dlg.*``: dialogs."""

    async def list(self) -> builtins.list[Dialog]:
        """All dialogs."""
        return reading.each(await self._list("dlg.list"), Dialog)

    async def list_ctx(self) -> builtins.list[Dialog]:
        """All dialogs, with what other modules attached to them."""
        return reading.each(await self._list("dlg.list_ctx"), Dialog)

    async def list_match(
        self, key: Key, op: Operator, value: str, limit: int | None = None
    ) -> builtins.list[Dialog]:
        """Dialogs that match.

        :param op: equal, regular expression, starts with; gt and lt for start_ts only.
        :param limit: number of dialogs at most.
        """
        return reading.each(await self._list("dlg.list_match", key, op, value, limit), Dialog)

    async def dlg_list(self, callid: str, from_tag: str | None = None) -> builtins.list[Dialog]:
        """The dialogs of a call; none if there are none."""
        return reading.each(await self._list("dlg.dlg_list", callid, from_tag), Dialog)

    async def briefing(self, fields: str = "ftcFT") -> builtins.list[Brief]:
        """A few fields of each dialog.

        :param fields: letters: f from, t to, c Call-ID, F and T tags, I S E times, s state.
        """
        return reading.each(await self._list("dlg.briefing", fields), Brief)

    async def stats_active(self) -> DialogStats:
        """Number of dialogs by state."""
        return reading.one(await self._call("dlg.stats_active"), DialogStats)

    async def profile_get_size(self, profile: str, value: str | None = None) -> int:
        """Number of dialogs in a profile, or of those with that value."""
        return reading.number(await self._call("dlg.profile_get_size", profile, value))

    async def profile_list(self, profile: str, value: str | None = None) -> builtins.list[Dialog]:
        """Dialogs in a profile, or those with that value."""
        return reading.each(await self._list("dlg.profile_list", profile, value), Dialog)

    async def is_alive(self, callid: str, from_tag: str, to_tag: str) -> bool:
        """Is there such a dialog, and is it confirmed?"""
        try:
            reply = await self._call("dlg.is_alive", callid, from_tag, to_tag)
        except NotFound:
            return False
        return reading.text(reply) == "Alive"

    async def end_dlg(self, h_entry: int, h_id: int, headers: str | None = None) -> None:
        """End a dialog by BYE to both sides.

        :param headers: further headers, each ended by CR LF.
        :raises NotFound: there is no such dialog.
        """
        await self._do("dlg.end_dlg", h_entry, h_id, headers)

    async def terminate_dlg(self, callid: str, from_tag: str, to_tag: str) -> None:
        """End a dialog by BYE to both sides.

        :raises NotFound: there is no such dialog.
        """
        await self._do("dlg.terminate_dlg", callid, from_tag, to_tag)
