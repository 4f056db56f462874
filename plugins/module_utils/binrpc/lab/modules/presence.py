# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``presence.*``: published states and their watchers (upstream ``presence/presence.c``).

It plays a server that keeps published states in memory only (``publ_cache`` 2); a real one with a
database lists none of those that it has in its tables alone.
"""

from __future__ import annotations

from ...faults import Fault
from ...values import Struct, signed
from ..hashing import core_case_hash
from ..registry import Module, method

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, Iterable, Iterator, List, Mapping, Optional

    Row = Mapping[str, Any]

PRESENTITIES: List[Dict[str, Any]] = [
    {"user": "alice", "domain": "example.com", "etag": "a.1700000000.1.1.0", "body": "<presence/>"},
    {"user": "bob", "domain": "example.com", "etag": "a.1700000000.1.2.0", "body": "<presence/>"},
]
WATCHERS: List[Dict[str, Any]] = [
    {
        "pres_uri": "sip:alice@example.com",
        "to_user": "alice",
        "to_domain": "example.com",
        "from_user": "bob",
        "from_domain": "example.com",
        "watcher_user": "bob",
        "watcher_domain": "example.com",
        "contact": "sip:bob@192.0.2.50:5060",
        "callid": "watch-1",
        "user_agent": "Lab phone 1.0",
    }
]
EVENTS: Dict[str, List[str]] = {"presence": ["sip:alice@example.com"], "dialog": []}

SLOTS = 512
# Members of a watcher: the character of the format, name, default.
WATCHER = (
    *(("S", "pres_uri", ""), ("S", "to_user", ""), ("S", "to_domain", "")),
    *(("S", "from_user", ""), ("S", "from_domain", ""), ("S", "watcher_user", "")),
    *(("S", "watcher_domain", ""), ("S", "contact", ""), ("S", "event_id", "")),
    *(("S", "callid", ""), ("S", "user_agent", ""), ("u", "expires", 3600), ("u", "status", 1)),
    *(("d", "version", 0), ("u", "flags", 0)),
)
WATCHER_FULL = (
    *(("S", "reason", ""), ("S", "to_tag", ""), ("S", "from_tag", ""), ("S", "socket", "")),
    *(("S", "local_contact", ""), ("S", "record_route", ""), ("S", "auth_rules", "")),
    *(("u", "remote_cseq", 1), ("u", "local_cseq", 0), ("d", "recv_event", 2)),
    *(("d", "updated", -1), ("d", "updated_winfo", -1)),
)


class Presence(Module):
    """The module presence.

    :param presentities: each with ``user``, ``domain``, ``event``, ``etag``, ``sender``,
        ``expires`` in seconds from the start, ``priority``, ``body``; None for samples.
    :param watchers: each with the members of ``presence.watcher_list`` in mode full and ``event``;
        ``expires`` in seconds from the start; None for samples.
    :param events: name of each event to the addresses whose watchers have rules.
    :ivar presentities: the members of each in mode full, the oldest first.
    :ivar watchers: the members of each in mode full and ``event``, the oldest first.
    """

    name = "presence"
    loads = ("presence",)

    def __init__(
        self,
        presentities: Optional[Iterable[Row]] = None,
        watchers: Optional[Iterable[Row]] = None,
        events: Optional[Mapping[str, List[str]]] = None,
    ) -> None:
        self._given = (
            PRESENTITIES if presentities is None else list(presentities),
            WATCHERS if watchers is None else list(watchers),
        )
        self.events: Dict[str, List[str]] = dict(EVENTS if events is None else events)
        self.presentities: List[Dict[str, Any]] = []
        self.watchers: List[Dict[str, Any]] = []

    def added(self) -> None:
        now = self._now()
        for number, given in enumerate(self._given[0], 1):
            self.presentities.append(self._presentity(number, now, **given))
        for given in self._given[1]:
            row: Dict[str, Any] = {
                name: default for _char, name, default in (*WATCHER, *WATCHER_FULL)
            }
            row.update(event="presence")
            row.update(given)
            row["expires"] += now
            self.watchers.append(row)

    def _now(self) -> int:
        return int(self.state.clock())

    def _presentity(self, number: int, now: int, **given: Any) -> Dict[str, Any]:
        pid = self.state.processes[0].pid if self.state.processes else 1
        ruid = "pres-%x-%x-%x" % (int(self.state.started), pid, number)
        row: Dict[str, Any] = dict.fromkeys(("user", "domain", "etag", "sender", "body"), "")
        row.update(event="presence", expires=3600, received_time=now, priority=now, ruid=ruid)
        row.update(given)
        row["expires"] += now
        row["hashid"] = signed(core_case_hash(row["user"], row["domain"]))
        return row

    # --- reading

    @method("presence.presentity_list", help="Trigger update of watchers")
    def presentity_list(self, ctx: Any) -> Iterator[Struct]:
        params = ctx.scan("*S")
        return self._presentities(params.count > 0 and params[0] == "full")

    @method(
        "presence.presentity_show",
        "SSS",
        help="Show the presentity records for a specific user",
        missing=(500, "Not enough parameters"),
        since=(6, 0),
    )
    def presentity_show(self, mode: str, user: str, domain: str) -> Iterator[Struct]:
        return self._presentities(_is_full(mode), user, domain)

    def _presentities(self, full: bool, user: str = "*", domain: str = "*") -> Iterator[Struct]:
        rows = [
            row
            for row in reversed(self.presentities)
            if _chosen(row["user"], user) and _chosen(row["domain"], domain)
        ]
        for row in sorted(rows, key=lambda row: int(row["hashid"]) % SLOTS):
            names = ["user", "domain", "event", "etag", "sender", "expires"]
            if full:
                names += ["received_time", "priority", "ruid", "body", "hashid"]
            yield Struct((name, row[name]) for name in names)

    @method(
        "presence.watcher_list",
        "SS",
        help="Show the watcher records for a specific presentity user",
        missing=(500, "Not enough parameters"),
        since=(6, 0),
    )
    def watcher_list(self, mode: str, uri: str) -> Iterator[Struct]:
        members = (*WATCHER, *WATCHER_FULL) if _is_full(mode) else WATCHER
        rows = [row for row in reversed(self.watchers) if _same(row["pres_uri"], uri)]
        for row in sorted(rows, key=_watcher_slot):
            yield Struct((name, row[name]) for _char, name, _default in members)

    # --- changing

    @method(
        "presence.publish_cache_sync",
        "",
        help="Syncs changes made to presentity table with the publish cache.",
        since=(6, 0),
    )
    def publish_cache_sync(self) -> str:
        return "OK"

    @method(
        "presence.cleanup",
        "",
        help="Manually triggers the cleanup functions for the active_watchers, presentity, "
        "and watchers tables.",
    )
    def cleanup(self) -> str:
        now = self._now()
        self.presentities = [row for row in self.presentities if row["expires"] > now]
        self.watchers = [row for row in self.watchers if row["expires"] > now]
        return "Reload OK"

    @method(
        "presence.refreshWatchers",
        "SSu*SS",
        help="Trigger refresh of watchers",
        missing=(500, "Not enough parameters"),
    )
    def refresh_watchers(self, uri: str, event: str, kind: int, *file: str) -> None:
        _check(uri, event)
        if kind == 2:
            if len(file) < 2:
                raise Fault(500, "No file uri or name parameters")
            for text, what in zip(file, ("uri", "name")):
                if not text:
                    raise Fault(500, "Empty file %s parameter" % what)
        rules = self._rules(event)
        if rules is None or (kind == 0 and uri not in rules):
            raise Fault(500, "Execution failed")

    @method(
        "presence.updateWatchers",
        "SS",
        help="Trigger update of watchers",
        missing=(500, "Not enough parameters"),
    )
    def update_watchers(self, uri: str, event: str) -> None:
        _check(uri, event)
        if uri not in (self._rules(event) or ()):
            raise Fault(500, "Processing error")

    def _rules(self, event: str) -> Optional[List[str]]:
        """Return the addresses that have rules for an event, None if there is no such event."""
        name = event.partition(";")[0].strip().lower()
        return next((uris for each, uris in self.events.items() if each.lower() == name), None)


def _is_full(mode: str) -> bool:
    if mode not in ("full", "basic"):
        raise Fault(500, "Unknown output mode")
    return mode == "full"


def _same(one: str, other: str) -> bool:
    """Are they equal but for the case of ASCII letters?"""
    return _lower(one) == _lower(other)


def _lower(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape").lower()


def _chosen(text: str, wanted: str) -> bool:
    return wanted in ("", "*") or _same(text, wanted)


def _check(uri: str, event: str) -> None:
    if not uri:
        raise Fault(500, "Empty presentity URI")
    if not event:
        raise Fault(500, "Empty event parameter")


def _watcher_slot(row: Row) -> int:
    return core_case_hash(row["pres_uri"], row["event"]) % SLOTS
