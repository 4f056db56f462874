# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``ul.*``: registered contacts."""

from typing import Annotated

from pydantic import ConfigDict

from .base import Count, Missing, Model, Repeated, Size, Unset, title, wire

NotSet = Annotated[str | None, Unset("[not set]")]


class Contact(Model):
    """One contact.

    :ivar expires: seconds, or ``permanent``, ``deleted``, ``expired``; see
        :attr:`expires_seconds`.
    :ivar q: preference, 0 to 1; None if not set.
    :ivar flags: of the branch, bit mask.
    :ivar methods: bit mask; -1 for all.
    :ivar last_keepalive: seconds since 1970, and so is ``last_modified``.
    :ivar ka_roundtrip: microseconds.
    """

    model_config = ConfigDict(alias_generator=title)

    address: str
    expires: int | str = 0
    q: Annotated[float | None, Missing(-1.0)] = None
    call_id: Annotated[NotSet, wire("Call-ID")] = None
    cseq: Annotated[Count, wire("CSeq")] = 0
    user_agent: NotSet = None
    received: NotSet = None
    path: NotSet = None
    state: NotSet = None
    flags: Size = 0
    cflags: Annotated[Size, wire("CFlags")] = 0
    socket: NotSet = None
    methods: Count = -1
    ruid: NotSet = None
    instance: NotSet = None
    reg_id: Size = 0
    server_id: Count = 0
    tcpconn_id: Count = -1
    keepalive: Count = 0
    last_keepalive: Count = 0
    ka_roundtrip: Annotated[Count, wire("KA-Roundtrip")] = 0
    last_modified: Count = 0

    @property
    def expires_seconds(self) -> int | None:
        """Seconds until it expires; None if it never will, or already has."""
        return self.expires if isinstance(self.expires, int) else None

    @property
    def permanent(self) -> bool:
        """Does it never expire?"""
        return self.expires == "permanent"


class Aor(Model):
    """``ul.lookup``: an address of record and its contacts.

    :ivar hash_id: None with ``ul.lookup``.
    """

    aor: Annotated[str, wire("AoR")]
    hash_id: Annotated[Size | None, wire("HashID")] = None
    contacts: Annotated[tuple[Contact, ...], Repeated("Contact"), wire("Contacts")] = ()


class TableStats(Model):
    """:ivar max_slots: records in the fullest slot."""

    records: Annotated[Count, wire("Records")]
    max_slots: Annotated[Count, wire("Max-Slots")] = 0


class Location(Model):
    """``ul.dump``: one location table.

    :ivar size: number of slots.
    """

    name: Annotated[str, wire("Domain")]
    size: Annotated[Count, wire("Size")] = 0
    aors: Annotated[tuple[Aor, ...], Repeated("Info"), wire("AoRs")] = ()
    stats: Annotated[TableStats | None, wire("Stats")] = None


class BriefLocation(Model):
    """``ul.dump`` with ``brief``: the addresses of record alone."""

    name: Annotated[str, wire("Domain")]
    size: Annotated[Count, wire("Size")] = 0
    aors: Annotated[tuple[str, ...], Repeated("AoR"), wire("AoRs")] = ()
    stats: Annotated[TableStats | None, wire("Stats")] = None
