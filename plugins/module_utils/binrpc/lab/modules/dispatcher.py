# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``dispatcher.*``: destination sets (upstream ``dispatcher/dispatcher.c``, ``dispatch.c``)."""

from __future__ import annotations

import re

from ...faults import Fault
from ...values import NULL_TEXT, Struct
from ..hashing import core_hash
from ..registry import Module, method
from ..reload_guard import ReloadGuard

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, Iterable, Iterator, List, Mapping, Optional, Tuple

    Row = Tuple[int, "Destination"]

SAMPLE: Dict[int, List[Any]] = {
    1: [
        {"uri": "sip:192.0.2.11:5060", "priority": 10, "attrs": "duid=gw1;weight=50"},
        {"uri": "sip:192.0.2.12:5060", "priority": 5, "attrs": "duid=gw2;weight=50"},
    ],
    2: ["sip:198.51.100.21:5060", {"uri": "sip:198.51.100.22:5060", "flags": 8}],
}

INACTIVE, TRYING, DISABLED, PROBING, NO_DNS, NO_PING = 1, 2, 4, 8, 16, 32
STATES = 31
PROTOCOLS = ("", "udp", "tcp", "tls", "sctp", "ws", "wss")
_URI = re.compile(
    r"(?:sips?):(?:[^@;?]*@)?(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::([0-9]+))?((?:;[^?]*)?)(?:\?.*)?",
    re.IGNORECASE,
)
_STATE_LETTERS = {
    **dict.fromkeys("0iI", INACTIVE),
    **dict.fromkeys("1aA", 0),
    **dict.fromkeys("2dD", DISABLED),
    **dict.fromkeys("3tT", TRYING),
}
_NUMERIC = re.compile(r"\[.*\]|[0-9.]+")
_TRANSPORT = re.compile(r";transport=(\w+)", re.IGNORECASE)


class Destination:
    """One destination.

    :ivar flags: sum of INACTIVE, TRYING, DISABLED, PROBING, NO_DNS and NO_PING.
    :ivar address: its IP address since the sets were loaded or rebuilt last.
    :ivar iuid: its name in the server since then (6.1).
    :ivar attrs: as written, ``name=value;...``.
    :ivar attributes: the same by name in lower case.
    """

    def __init__(
        self, uri: str, flags: int = 0, priority: int = 0, attrs: str = "", load: int = 0
    ) -> None:
        if not re.match("(?i)sips?:|tel:|urn:", uri) and len(uri) > 4:
            uri = "sip:" + uri
        self.uri = uri
        self.flags = flags
        self.priority = priority
        self.attrs = attrs[:-1] if attrs.endswith(";") else attrs
        self.load = load
        self.address = ""
        self.iuid = ""
        match = _URI.fullmatch(self.uri)
        host, port, rest = match.groups() if match else ("", None, "")
        self.host: str = host
        self.port = int(port or 0)
        # A blank within a name or a value spoils all attributes, and with them the destination.
        spoilt = re.search(r"[^\s;=]\s+[^\s;=]", self.attrs)
        self.valid = match is not None and self.port < 65536 and not spoilt
        transport = _TRANSPORT.search(rest)
        name = transport.group(1).lower() if transport else ""
        self.protocol = PROTOCOLS.index(name) if name in PROTOCOLS else 0
        self.attributes: Dict[str, str] = {}
        for part in self.attrs.split(";"):
            name, _other, value = part.partition("=")
            self.attributes[name.strip().lower()] = value.strip()

    @property
    def state(self) -> str:
        """The two letters that ``dispatcher.list`` gives before 6.0."""
        first = "A"
        for flag, letter in ((INACTIVE, "I"), (DISABLED, "D"), (TRYING, "T")):
            if self.flags & flag:
                first = letter
                break
        return first + ("P" if self.flags & PROBING else "X")

    def number(self, name: str, lowest: int = -(2**31), highest: int = 2**31 - 1) -> int:
        text = self.attributes.get(name, "")
        value = int(text) if re.fullmatch(r"[+-]?[0-9]{1,10}", text) else 0
        return value if lowest <= value <= highest else 0


class Dispatcher(Module):
    """The module dispatcher.

    :param sets: set number to destinations in the order of the list file: each a URI or a
        mapping with the parameters of :class:`Destination`. None for a few samples.
    :param latency_stats: the modparam ``ds_ping_latency_stats``.
    :param hash_size: the modparam ``ds_hash_size``.
    :param reload_delta: seconds; None for the default of the Kamailio release.
    :param ipv6: the core parameter ``dns_try_ipv6``; without it IPv6 addresses are left out.
    :param ping_interval: the modparam ``ds_ping_interval``; without it 6.1 loads, and at each
        change of the sets leaves, no destination that is probed.
    :ivar stored: rows ``(set number, Destination)``: what ``dispatcher.reload`` loads.
    """

    name = "dispatcher"
    loads = ("dispatcher",)
    survives = ("stored",)

    def __init__(
        self,
        sets: Optional[Mapping[Any, Iterable[Any]]] = None,
        latency_stats: bool = False,
        hash_size: int = 0,
        reload_delta: Optional[int] = None,
        ipv6: bool = False,
        ping_interval: int = 0,
    ) -> None:
        self.stored: List[Row] = []
        for number, destinations in (SAMPLE if sets is None else sets).items():
            for each in destinations:
                given = {"uri": each} if isinstance(each, str) else dict(each)
                self.stored.append((int(number), Destination(**given)))
        self.latency_stats = latency_stats
        self.hash_size = hash_size
        self.reload_delta = reload_delta
        self.ipv6 = ipv6
        self.ping_interval = ping_interval
        self.pinging = 1
        self._loaded = 0
        self._sets: Dict[int, List[Destination]] = {}

    def added(self) -> None:
        delta = self.reload_delta
        if delta is None:
            delta = 0 if self.state.release >= (6, 2) else 5
        self.guard = ReloadGuard(self.state, delta, "Ongoing reload")
        self._load(self.stored)

    @property
    def sets(self) -> Dict[int, List[Destination]]:
        """Destinations by set, in the order of ``dispatcher.list``."""
        return {number: self._sets[number] for number in _tree_order(self._sets)}

    def find(self, number: int, uri: str) -> Optional[Destination]:
        for each in self._sets.get(number, ()):
            if each.uri.lower() == uri.lower():
                return each
        return None

    def _load(self, rows: Iterable[Row]) -> None:
        """Make all sets, of what is stored or of what they have.

        The latter changes the order of equal priorities, and what no longer resolves is gone.
        """
        self._sets = {}
        for number, row in rows:
            self._insert(number, row)
        for destinations in self._sets.values():
            destinations.reverse()

    def _insert(self, number: int, row: Destination) -> None:
        if not self._usable(row) or not self._is_local(row):
            return  # no error, not even for one that was there before
        # A copy: reloads and rebuilds forget neither the state nor the source.
        new = Destination(row.uri, row.flags, row.priority, row.attrs, row.load)
        new.address = self._resolve(row)
        self._loaded += 1
        pid = self.state.processes[0].pid if self.state.processes else 0
        made = int(self.state.started), pid, self._loaded
        new.iuid = "dspt-%x-%x-%x-%d" % (*made, number & 0xFFFFFFFF)
        if self.state.release >= (6, 1) and self.ping_interval <= 0:
            new.flags &= ~PROBING
        destinations = self._sets.setdefault(number, [])
        index = 0
        while index < len(destinations) and destinations[index].priority <= new.priority:
            index += 1
        destinations.insert(index, new)

    def _usable(self, row: Destination) -> bool:
        if not row.valid or (row.host.startswith("[") and not self.ipv6):
            return False
        return bool(row.flags & NO_DNS or self._resolve(row))

    def _is_local(self, row: Destination) -> bool:
        if row.attributes.get("sockname"):
            return False
        text = row.attributes.get("socket", "")
        if not text:
            return True
        protocol, _other, rest = text.partition(":")
        host, _other, port = rest.rpartition(":")
        return (protocol, host, port) in self.state.sockets

    def _rows(self) -> Iterator[Row]:
        for number, destinations in self.sets.items():
            for each in destinations:
                yield number, each

    # --- reading

    @method("dispatcher.list", help="Return the content of dispatcher sets")
    def list(self, ctx: Any) -> Struct:
        params = ctx.scan("*S")
        mode = params[0].lower() if params.count == 1 else ""
        if not self._sets:
            raise Fault(500, "No Destination Sets")
        records = Struct()
        for number, destinations in self.sets.items():
            targets = Struct()
            for index, each in enumerate(destinations):
                targets.add("DEST", self._describe(each, index, mode))
            records.add("SET", Struct(ID=number, TARGETS=targets))
        return Struct(NRSETS=len(self._sets), RECORDS=records)

    def _describe(self, each: Destination, index: int, mode: str) -> Struct:
        newer = self.state.release >= (6, 0)
        newest = self.state.release >= (6, 1)
        flags = each.state
        if newer and each.flags & NO_PING and not each.flags & PROBING:
            flags = flags[0] + "N"
        dest = Struct()
        if newest:
            dest.add("IDX", index)
        dest.add("URI", each.uri)
        dest.add("FLAGS", flags)
        dest.add("PRIORITY", each.priority)
        if newest:
            dest.add("IUID", each.iuid)
        if mode == "full":
            dest.add("HOST", each.host)
            dest.add("IPADDR", each.address)
            dest.add("PORT", each.port)
            dest.add("PROTOID", each.protocol or (_default_protocol(each) if newest else 0))
            dest.add("DNSTIME_SEC", 0.0)
            dest.add("DNSTIME_USEC", 0.0)
            if newer:
                dest.add("OCRATE", 0)
                for name in ("OCIDX", "OCSEQ", "OCTIME_SEC", "OCTIME_USEC"):
                    dest.add(name, 0.0)
        if mode != "short" and (each.attrs or (newer and mode == "full")):
            dest.add("ATTRS", self._describe_attributes(each))
        if self.latency_stats:
            latency = each.number("latency")
            dest.add(
                "LATENCY",
                Struct(AVG=float(latency), STD=0.0, EST=float(latency), MAX=latency, TIMEOUT=0),
            )
        if self.hash_size:
            dest.add("RUNTIME", Struct(DLGLOAD=each.load))
        return dest

    def _describe_attributes(self, each: Destination) -> Struct:
        release = self.state.release
        text = each.attributes.get
        found = Struct(BODY=each.attrs or NULL_TEXT, DUID=text("duid") or NULL_TEXT)
        if release >= (6, 1):
            found.add("PROBING_COUNT", each.number("probing_count"))
        found.add("MAXLOAD", each.number("maxload"))
        found.add("WEIGHT", each.number("weight", 1, 100))
        found.add("RWEIGHT", each.number("rweight", 1, 100))
        names = ["socket", "sockname", "obproxy"]
        if release >= (6, 1):
            names.insert(2, "ping_socket")
        for name in names:
            found.add(name.upper(), text(name) or NULL_TEXT)
        if release >= (6, 0):
            found.add("OCMIN", 0.0)
            found.add("OCMAX", 100.0)
        return found

    def _resolve(self, each: Destination) -> str:
        if each.flags & NO_DNS:
            return ""
        if _NUMERIC.fullmatch(each.host):
            return each.host.strip("[]")
        return str(self.state.modules["dns"].resolve(each.host))

    @method(
        "dispatcher.oclist",
        "d",
        help="List overload control details for a group",
        missing=(500, "Invalid Parameters"),
        since=(6, 0),
    )
    def overload(self, number: int) -> Iterator[Struct]:
        if number not in self._sets:
            raise Fault(404, "Destination Group Not Found")
        for each in self._sets[number]:
            row = Struct(group=number, uri=each.uri, flags=each.flags, priority=each.priority)
            for name in ("ocrate", "ocidx", "ocseq"):
                row.add(name, 0)
            row.add("octime_sec", 0.0)
            row.add("octime_usec", 0.0)
            row.add("ocmin", 0)
            row.add("ocmax", 100)
            yield row

    @method("dispatcher.hash", help="Compute the hash if the values")
    def hash(self, ctx: Any) -> Struct:
        params = ctx.scan("dS*S")
        if params.count < 2:
            raise Fault(500, "Invalid Parameters")
        number = core_hash(*params[1:]) or 1
        slots = params[0]
        return Struct(hashid=number, slot=number % slots if slots > 0 else 0)

    # --- states

    @method(
        "dispatcher.set_state",
        ".SdS",
        help="Set the state of a destination by address",
        missing=(500, "Invalid Parameters"),
    )
    def set_state(self, state: str, number: int, uri: str) -> str:
        return self._set_state(state, number, uri, lambda each: each.uri)

    @method(
        "dispatcher.set_duid_state",
        ".SdS",
        help="Set the state of a destination by duid",
        missing=(500, "Invalid Parameters"),
    )
    def set_duid_state(self, state: str, number: int, duid: str) -> str:
        return self._set_state(state, number, duid, lambda each: each.attributes.get("duid", ""))

    def _set_state(self, state: str, number: int, wanted: str, key: Any) -> str:
        if not state:
            raise Fault(500, "Invalid State Parameter")
        flag = _STATE_LETTERS.get(state[0])
        if flag is None:
            raise Fault(500, "Unknown State Value")
        if state[1:2] in ("p", "P") and flag != DISABLED:
            flag |= PROBING
        destinations = self._sets.get(number, [])
        if wanted != "all":
            destinations = [each for each in destinations if _lower(key(each)) == _lower(wanted)][
                :1
            ]
            if not destinations:
                raise Fault(500, "State Update Failed")
        for each in destinations:
            each.flags = each.flags & ~STATES | flag
        return "Ok. Dispatcher state updated."

    @method(
        "dispatcher.ping_active",
        help="Manage setting on/off the pinging (keepalive) of destinations",
    )
    def ping_active(self, ctx: Any) -> Struct:
        params = ctx.scan("*d")
        old = self.pinging
        if params.count != 1 or params[0] == -1:
            return Struct(OldPingState=old)
        self.pinging = params[0]
        return Struct(NewPingState=self.pinging, OldPingState=old)

    # --- changing the sets; all three share one timer, which starts before the parameters are read

    @method("dispatcher.reload", "", help="Reload dispatcher destination sets")
    def reload(self) -> str:
        self.guard.enter()
        self._load(self.stored)
        return "Ok. Dispatcher successfully reloaded."

    @method("dispatcher.add", help="Add a destination address in memory")
    def add(self, ctx: Any) -> str:
        self.guard.enter()
        params = ctx.scan("dS*ddS")
        if params.count < 2:
            raise Fault(500, "Invalid Parameters")
        self._load([*self._rows(), (params[0], Destination(*params[1:]))])
        return "Ok. Dispatcher destination added."

    @method("dispatcher.remove", help="Remove a destination address from memory")
    def remove(self, ctx: Any) -> str:
        self.guard.enter()
        params = ctx.scan("dS")
        if params.count < 2:
            raise Fault(500, "Invalid Parameters")
        number, wanted = params[0], Destination(params[1])
        if not self._usable(wanted):
            raise Fault(500, "Removing dispatcher dst failed")
        rows = self._rows()
        self._load([row for row in rows if row[0] != number or row[1].uri != wanted.uri])
        return "Ok. Dispatcher destination removed."


def _default_protocol(each: Destination) -> int:
    """Return the protocol that 6.1 takes where the URI names none: that of RFC 3263, 4.1."""
    if _NUMERIC.fullmatch(each.host):
        return 1
    if each.port:
        return 2 if each.uri[:5].lower() == "sips:" else 1
    return 0


def _lower(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape").lower()


def _tree_order(numbers: Iterable[int]) -> List[int]:
    """Order numbers as Kamailio visits its AVL tree: both children before their parent."""
    root: Any = None
    for number in numbers:
        root = _grow(root, number)
    order: List[int] = []

    def visit(node: Any) -> None:
        if node:
            visit(node[1])
            visit(node[2])
            order.append(node[0])

    visit(root)
    return order


def _height(node: Any) -> int:
    return node[3] if node else 0


def _node(number: int, left: Any, right: Any) -> Any:
    return number, left, right, 1 + max(_height(left), _height(right))


def _grow(node: Any, number: int) -> Any:
    if node is None:
        return _node(number, None, None)
    here, left, right, _other = node
    if number < here:
        left = _grow(left, number)
        if _height(left) - _height(right) > 1:
            if number > left[0]:
                left = _turn_left(left)
            return _turn_right(_node(here, left, right))
    elif number > here:
        right = _grow(right, number)
        if _height(right) - _height(left) > 1:
            if number < right[0]:
                right = _turn_right(right)
            return _turn_left(_node(here, left, right))
    return _node(here, left, right)


def _turn_left(node: Any) -> Any:
    here, left, (top, inner, outer, _other), _other = node
    return _node(top, _node(here, left, inner), outer)


def _turn_right(node: Any) -> Any:
    here, (top, outer, inner, _other), right, _other = node
    return _node(top, outer, _node(here, inner, right))
