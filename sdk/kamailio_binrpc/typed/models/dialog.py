# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``dlg.*``: dialogs."""

from typing import Annotated

from pydantic import Field

from .base import Count, Model, Profiles, Size, Text, Variables, wire

UNCONFIRMED, EARLY, UNACKED, CONFIRMED, DELETED = 1, 2, 3, 4, 5


class Leg(Model):
    """One side of a dialog.

    :ivar route_set: Route headers of requests to this side.
    """

    tag: Text = None
    contact: Text = None
    cseq: Text = None
    route_set: Text = None
    socket: Text = None


class Dialog(Model):
    """``dlg.list``: one dialog. With ``h_entry`` and ``h_id`` it can be ended.

    :ivar ref: number of references.
    :ivar state: UNCONFIRMED, EARLY, UNACKED (no ACK yet), CONFIRMED or DELETED.
    :ivar start_ts: when it was answered, seconds since 1970; 0 not yet. ``init_ts``: when it
        began. ``end_ts``: when it ended.
    :ivar duration: seconds since it was answered.
    :ivar timeout: when it will be ended, seconds since 1970.
    :ivar lifetime: seconds it may last.
    :ivar profiles: names, each with its value or None.
    """

    h_entry: Size
    h_id: Size
    ref: Count = 0
    call_id: Annotated[str, wire("call-id")]
    from_uri: Text = None
    to_uri: Text = None
    state: Count = 0
    start_ts: Size = 0
    init_ts: Size = 0
    end_ts: Size = 0
    duration: Count = 0
    timeout: Size = 0
    lifetime: Count = 0
    dflags: Size = 0
    sflags: Size = 0
    iflags: Size = 0
    caller: Leg | None = None
    callee: Leg | None = None
    profiles: Annotated[tuple[tuple[str, str | None], ...], Profiles()] = ()
    variables: Annotated[dict[str, str], Variables()] = Field(default_factory=dict)


class Brief(Model):
    """``dlg.briefing``: the fields of a dialog that were asked for; the others are None.

    :ivar start_ts: and the others: as in :class:`Dialog`.
    """

    h_entry: Size
    h_id: Size
    from_uri: Text = None
    to_uri: Text = None
    call_id: Annotated[Text, wire("call-id")] = None
    from_tag: Text = None
    to_tag: Text = None
    init_ts: Size | None = None
    start_ts: Size | None = None
    end_ts: Size | None = None
    state: Count | None = None


class DialogStats(Model):
    """``dlg.stats_active``: number of dialogs by state.

    :ivar starting: no answer of any kind yet.
    :ivar connecting: early.
    :ivar answering: answered, no ACK yet.
    """

    starting: Count
    connecting: Count
    answering: Count
    ongoing: Count
    all: Count
