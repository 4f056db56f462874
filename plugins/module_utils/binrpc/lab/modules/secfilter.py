# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``secfilter.*``: black and white lists (upstream ``secfilter/secfilter_rpc.c``)."""

from __future__ import annotations

from ...faults import Fault
from ...values import Struct
from ..registry import Module, method
from ..reload_guard import ReloadGuard

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, Iterator, List, Mapping, Optional

TYPES = ("ua", "country", "domain", "ip", "user")
TITLES = ("User-agent", "Country", "Domain", "IP Address", "User")
COUNTERS = (
    *("user-agent    ", "country       ", "from domain   ", "to domain     ", "contact domain"),
    *("IP address    ", "from name     ", "to name       ", "contact name  ", "from user     "),
    *("to user       ", "contact user  "),
)
# From 5.7 on the lists and the counters are structs.
GROUPS = ("User-Agent", "Country", "Domain", "IP-Address", "Username")
MEMBERS = (
    *("User-Agent", "Country", "From-Domain", "To-Domain", "Contact-Domain", "IP-Address"),
    *("From-Name", "To-Name", "Contact-Name", "From-User", "To-User", "Contact-User"),
)
_USAGE = (
    "Invalid Parameters. Usage: secfilter.add_%s type value\n     Example: secfilter.add_%s user %s"
)
_USAGE_DST = (
    "Invalid Parameters. Usage: secfilter.add_dst number\n     Example: secfilter.add_dst 555123123"
)


class SecFilter(Module):
    """The module secfilter.

    :param blocked: type (ua, country, domain, ip, user, dst) to values.
    :param allowed: the same, without dst.
    :param reload_delta: seconds between two reloads, from 6.0 on.
    """

    name = "secfilter"
    loads = ("secfilter",)
    survives = ("rows",)

    def __init__(
        self,
        blocked: Optional[Mapping[str, List[str]]] = None,
        allowed: Optional[Mapping[str, List[str]]] = None,
        reload_delta: int = 5,
    ) -> None:
        self.reload_delta = reload_delta
        self.rows = (
            {kind: list(each) for kind, each in (blocked or {"ua": ["friendly-scanner"]}).items()},
            {kind: list(each) for kind, each in (allowed or {}).items()},
        )

    def added(self) -> None:
        delta = self.reload_delta if self.state.release >= (6, 0) else 0
        self.guard = ReloadGuard(self.state, delta, "ongoing reload")
        self._load()

    @method("secfilter.reload", "", help="Reload values from database")
    def reload(self) -> str:
        self.guard.enter()
        self._load()
        return "Data reloaded"

    def _load(self) -> None:
        self.blocked: Dict[str, List[str]]
        self.allowed: Dict[str, List[str]]
        self.blocked, self.allowed = (
            {kind: list(each) for kind, each in rows.items()} for rows in self.rows
        )

    @method("secfilter.add_bl", help="Add new values to blacklist")
    def block(self, ctx: Any) -> str:
        params = ctx.scan("ss")
        if params.count < 2:
            raise Fault(0, _USAGE % ("bl", "bl", "sipvicious"))
        kind = _kind(params[0], "Error inserting values in the blacklist")
        self.blocked.setdefault(kind, []).append(params[1])
        return "Values (%s, %s) inserted into blacklist" % tuple(params)

    @method("secfilter.add_wl", help="Add new values to whitelist")
    def allow(self, ctx: Any) -> str:
        params = ctx.scan("ss")
        if params.count < 2:
            raise Fault(0, _USAGE % ("wl", "wl", "trusted_user"))
        kind = _kind(params[0], "Error insert values in the whitelist")
        self.allowed.setdefault(kind, []).append(params[1])
        return "Values (%s, %s) inserted into whitelist" % tuple(params)

    @method(
        "secfilter.add_dst",
        "d",
        help="Add new values to destination blacklist",
        missing=(500, _USAGE_DST),
    )
    def block_number(self, number: int) -> str:
        self.blocked.setdefault("dst", []).append(str(number))
        return "Values (%d) inserted into blacklist destinations" % number

    @method("secfilter.print", help="Print values from database")
    def print(self, ctx: Any) -> Any:
        params = ctx.scan("s")
        everything = params.count < 1
        text = "" if everything else params[0]
        if self.state.release < (5, 7):
            return self._print_text(text, everything)
        reply = Struct()
        if "dst".startswith(text):
            reply.add("Destinations", Struct(Blacklisted=_values(self.blocked.get("dst", ()))))
        for kind, title in zip(TYPES, GROUPS):
            if kind.startswith(text):
                lists = (self.blocked.get(kind, ()), self.allowed.get(kind, ()))
                black, white = map(_values, lists)
                reply.add(title, Struct(Blacklisted=black, Whitelisted=white))
        return reply

    def _print_text(self, text: str, everything: bool) -> Iterator[str]:
        if not everything and "dst".startswith(text):
            yield from _title("Destinations")
            yield from _list("Blacklisted", self.blocked.get("dst", ()))
        for kind, title in zip(TYPES, TITLES):
            if everything or kind.startswith(text):
                yield from _title(title)
                yield from _list("Blacklisted", self.blocked.get(kind, ()))
                yield ""
                yield from _list("Whitelisted", self.allowed.get(kind, ()))
        yield ""

    @method("secfilter.stats", "", help="Print statistics of blocked and allowed messages")
    def stats(self) -> Any:
        if self.state.release < (5, 7):
            return self._stats_text()
        counts = dict.fromkeys(MEMBERS, 0)
        other = Struct({"Destination": 0, "SQL-Injection": 0})
        return Struct(Blacklist=Struct(counts), Whitelist=Struct(counts), Other=other)

    def _stats_text(self) -> Iterator[str]:
        for title in ("Blocked messages (blacklist)", "Allowed messages (whitelist)"):
            yield from _title(title)
            for name in COUNTERS:
                yield "[+] By %s: 0" % name
        yield from _title("Other blocked messages")
        for name in ("Destinations  ", "SQL injection "):
            yield "[+] %s : 0" % name
        yield ""

    @method("secfilter.stats_reset", "", help="Reset statistics")
    def reset(self) -> str:
        return "The statistics has been reset"


def _kind(text: str, complaint: str) -> str:
    for kind in TYPES:
        if kind.startswith(text[:64]):
            return kind
    raise Fault(500, complaint)


def _title(text: str) -> Iterator[str]:
    yield ""
    yield text
    yield "=" * len(text)


def _values(values: Any) -> Struct:
    return Struct([("Value", value) for value in values])


def _list(title: str, values: Any) -> Iterator[str]:
    yield "[+] " + title
    yield "    -----------"
    for number, value in enumerate(values, 1):
        yield "    %04d -> %s" % (number, value)
