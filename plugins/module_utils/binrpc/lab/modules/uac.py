# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``uac.reg_*``: registrations at other servers (upstream ``uac/uac_reg.c``)."""

from __future__ import annotations

import re

from ...faults import Fault
from ...values import NULL_TEXT, Struct
from ..hashing import core_hash
from ..registry import Module, method
from ..reload_guard import ReloadGuard

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, Iterable, Iterator, List, Mapping, Optional

SAMPLE: List[Dict[str, Any]] = [
    {
        "l_uuid": "trunk-1",
        "l_username": "alice",
        "l_domain": "example.com",
        "r_username": "1001",
        "r_domain": "carrier.example.net",
        "auth_username": "1001",
        "auth_password": "not-secret-1",
        "auth_proxy": "sip:192.0.2.30:5060",
        "expires": 360,
    },
    {
        "l_uuid": "trunk-2",
        "l_username": "bob",
        "l_domain": "example.com",
        "r_username": "1002",
        "r_domain": "carrier.example.net",
        "auth_username": "1002",
        "auth_password": "not-secret-2",
        "auth_proxy": "sip:192.0.2.30:5060",
        "expires": 360,
        "flags": 1,
    },
]

DISABLED, ONGOING, ONLINE, AUTH_SENT, INIT = 1, 2, 4, 8, 16
TEXTS = (
    *("l_uuid", "l_username", "l_domain", "r_username", "r_domain", "realm"),
    *("auth_username", "auth_password", "auth_ha1", "auth_proxy"),
)
NUMBERS = ("expires", "flags", "reg_delay")
FILTERS = ("l_uuid", "l_username", "r_username", "auth_username")
SLOTS = 16
SHIFT_INTERVAL = 150  # seconds, of the garbage collector
_HA1 = re.compile("[0-9a-fA-F]{32}")


class Registrations(Module):
    """The module uac, its remote registrations.

    :param rows: rows of the table uacreg, which uac.reg_reload and uac.reg_refresh read; None
        for two samples.
    :param contact_addr: the modparam ``reg_contact_addr``.
    :param active: the modparam ``reg_active``.
    :ivar records: the live registrations by uuid; the attributes of the rows, and
        ``timer_expires`` and ``reg_init``.
    :ivar counts: its counters. As in the original they count what is asked for and not what
        is: disabling one twice, or one that is not there, counts, and they may fall below 0.
    """

    name = "uac"
    loads = ("uac",)
    survives = ("rows",)

    def __init__(
        self,
        rows: Optional[Iterable[Mapping[str, Any]]] = None,
        contact_addr: str = "127.0.0.1:5060",
        active: int = 1,
    ) -> None:
        # An empty column is an unset one.
        self.rows = [
            {name: value for name, value in row.items() if value != ""}
            for row in (SAMPLE if rows is None else rows)
        ]
        self.contact_addr = contact_addr
        self.active = active
        self.records: Dict[str, Dict[str, Any]] = {}
        self.counts: Dict[str, int] = {}

    def added(self) -> None:
        text = "Failed to shift records - check log messages"
        self.guard = ReloadGuard(self.state, SHIFT_INTERVAL, text)
        self._load()

    def _put(self, row: Mapping[str, Any]) -> None:
        # At the end: what was there goes, and the newest comes first in its slot.
        self._drop(row["l_uuid"])
        record: Dict[str, Any] = {name: row.get(name) for name in TEXTS}
        record["auth_ha1"] = (record["auth_ha1"] or "").lower()
        record.update((name, row.get(name, 0)) for name in NUMBERS)
        record["contact_addr"] = row.get("contact_addr") or self.contact_addr
        record["socket"] = row.get("socket")
        record["timer_expires"] = 0
        record["reg_init"] = int(self.state.clock())
        self.records[record["l_uuid"]] = record
        self.counts["regtotal"] += 1

    def _drop(self, uuid: str) -> bool:
        record = self.records.pop(uuid, None)
        if record is None:
            return False
        self.counts["regtotal"] -= 1
        self.counts["regactive"] -= bool(record["flags"] & ONLINE)
        self.counts["regdisabled"] -= bool(record["flags"] & DISABLED)
        return True

    def _in_order(self) -> List[Dict[str, Any]]:
        newest_first = reversed(list(self.records.values()))
        return sorted(newest_first, key=lambda record: core_hash(record["l_uuid"]) % SLOTS)

    def _describe(self, record: Mapping[str, Any]) -> Struct:
        release = self.state.release
        number = float if release >= (6, 0) else int
        reply = Struct()
        for name in TEXTS:
            text = record[name]
            if name in TEXTS[-3:]:
                text = text or "none"
            reply.add(name, NULL_TEXT if text is None else text)
        reply.add("expires", number(record["expires"]))
        reply.add("flags", record["flags"])
        now = int(self.state.clock())
        reply.add("diff_expires", record["timer_expires"] - now)
        reply.add("timer_expires", record["timer_expires"])
        reply.add("reg_init", number(record["reg_init"]))
        reply.add("reg_delay", record["reg_delay"])
        reply.add("contact_addr", record["contact_addr"] or "none")
        socket = record["socket"]
        reply.add("socket", NULL_TEXT if socket is None else socket)
        if release >= (6, 2):
            reply.add("contact_user", record.get("contact_user") or "none")
        return reply

    @method("uac.reg_dump", "", help="Dump the contents of user registrations table.")
    def dump(self) -> Iterator[Struct]:
        for record in self._in_order():
            yield self._describe(record)

    @method(
        "uac.reg_info",
        "S.S",
        help="Return the details of registration for a particular record.",
        missing=(400, "Invalid Parameters"),
    )
    def info(self, name: str, value: str) -> Struct:
        return self._describe(self._find(name, value))

    def _find(self, name: str, value: str) -> Dict[str, Any]:
        if not name or not value:
            raise Fault(400, "Invalid Parameter Values")
        if name not in FILTERS and self.records:
            raise Fault(400, "Unsupported filter attribute")
        records = self._in_order()
        if name == "l_username":
            # Looked up in a table of its own, where each slot has the newest first, too.
            records = list(reversed(list(self.records.values())))
        for record in records:
            if record.get(name) == value:
                return record
        raise Fault(404, "Record not found")

    def _switched(self, ctx: Any, step: int) -> Dict[str, Any]:
        self.counts["regdisabled"] += step  # even if nothing is found
        params = ctx.scan("S.S")
        if params.count < 2:
            raise Fault(400, "Invalid Parameters")
        return self._find(*params)

    @method("uac.reg_enable", help="Enable registration for a particular record.")
    def enable(self, ctx: Any) -> None:
        record = self._switched(ctx, -1)
        record["flags"] &= ~DISABLED
        record["timer_expires"] = int(self.state.clock()) + 1

    @method("uac.reg_disable", help="Disable registration for a particular record.")
    def disable(self, ctx: Any) -> None:
        record = self._switched(ctx, 1)
        record["flags"] |= DISABLED
        record["timer_expires"] = int(self.state.clock()) + 1

    @method(
        "uac.reg_unregister",
        "S.S",
        help="Send a register request with expires 0.",
        missing=(400, "Invalid Parameters"),
    )
    def unregister(self, name: str, value: str) -> None:
        record = self._find(name, value)
        record["expires"] = 0
        record["timer_expires"] = int(self.state.clock())
        self.counts["regactive"] -= 1
        record["flags"] = (record["flags"] | ONGOING) & ~ONLINE

    @method(
        "uac.reg_register",
        "S.S",
        help="Send a register request.",
        missing=(400, "Invalid Parameters"),
        since=(6, 0),
    )
    def register(self, name: str, value: str) -> None:
        record = self._find(name, value)
        record["timer_expires"] = int(self.state.clock())
        record["flags"] = (record["flags"] | ONGOING) & ~ONLINE

    @method("uac.reg_add", help="Add a record to memory.")
    def add(self, ctx: Any) -> None:
        fmt = "SSSSSSSSSSdddSS" + ("*S" if self.state.release >= (6, 2) else "")
        params = ctx.scan(fmt)
        if params.count < 15:
            raise Fault(400, "Invalid Parameters")
        names = (*TEXTS, *NUMBERS, "socket", "contact_addr", "contact_user")
        row = dict(zip(names, params))
        for name in ("auth_password", "auth_ha1", "contact_addr", "contact_user"):
            if row.get(name) == ".":
                row[name] = ""
        if self.state.release >= (6, 0):
            for name in ("realm", "socket"):
                row[name] = None if row[name] == "." else row[name]
        if not row["auth_password"] and not row["auth_ha1"]:
            raise Fault(500, "Failed to add record - invalid password or ha1")
        if row["auth_ha1"] and not _HA1.fullmatch(row["auth_ha1"]):
            raise Fault(500, "Failed to add record - invalid password or ha1")
        if row["l_uuid"] in self.records:
            raise Fault(409, "uuid already exists")
        self._put(row)
        if "contact_user" in row:
            self.records[row["l_uuid"]]["contact_user"] = row["contact_user"]

    @method(
        "uac.reg_remove",
        "S",
        help="Remove a record from memory.",
        missing=(400, "Invalid Parameters"),
    )
    def remove(self, uuid: str) -> None:
        if not self._drop(uuid):
            raise Fault(404, "Record not found")

    @method(
        "uac.reg_refresh",
        "S",
        help="Refresh a record from database.",
        missing=(400, "Invalid Parameters"),
    )
    def refresh(self, uuid: str) -> None:
        for row in self.rows:
            if row["l_uuid"] == uuid:
                flags = self.records.get(uuid, {}).get("flags", 0) & (ONGOING | AUTH_SENT)
                self._put(row)
                self.records[uuid]["flags"] |= flags
                return
        raise Fault(404, "Record not found")

    @method("uac.reg_reload", "", help="Reload records from database.")
    def reload(self) -> None:
        self.guard.enter()
        self._load()

    def _load(self) -> None:
        self.records = {}
        self.counts = dict.fromkeys(("regactive", "regdisabled", "regtotal"), 0)
        for row in self.rows:
            self._put(row)
        online = [record for record in self.records.values() if record["flags"] & ONLINE]
        self.counts["regactive"] = len(online)

    @method(
        "uac.reg_active",
        "d",
        help="Set remote registration active or inactive for all records.",
        missing=(500, "Missing parameter"),
    )
    def switch(self, mode: int) -> Struct:
        old, self.active = self.active, int(bool(mode))
        return Struct(omode=old, nmode=mode)
