# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Facts about a running server, in a shape that does not depend on its version.

Facts come in parts, so that a caller asks for what it needs. A method that the server does
not have, or that answers with a fault, leaves its members null or empty and is named under
``missing``; only a lost connection is an error.
"""

from __future__ import annotations

import re

from .address import LISTED, Address
from .errors import ProtocolError
from .faults import Fault
from .foreign import whole_or_none
from .values import Struct, unsigned

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Dict, Iterable, List, Optional, Sequence

    Caller = Callable[..., Sequence[Any]]

_VERSION = re.compile(
    r"(?P<name>\S+)\s+(?P<number>(?P<major>\d+)\.(?P<minor>\d+)(?:\.(?P<patch>\d+))?"
    r"(?P<suffix>\S*))(?:\s+\((?P<platform>[^)]*)\))?"
)
_PROTOCOLS = {listed: protocol for protocol, listed in LISTED.items()}
_MEMORY = ("total", "free", "used", "real_used", "max_used", "fragments")
_TCP = (
    "readers",
    "max_connections",
    "max_tls_connections",
    "opened_connections",
    "opened_tls_connections",
    "write_queued_bytes",
)


class _Server:
    """Calls methods and remembers those that gave nothing."""

    def __init__(self, call: Caller) -> None:
        self._call = call
        self.missing: Dict[str, str] = {}
        self.last = ""

    def values(self, method: str, *params: Any) -> List[Any]:
        """Return the values of the reply; none when it is a fault."""
        self.last = method
        try:
            return list(self._call(method, *params))
        except Fault as fault:
            self.missing[method] = "fault %d: %s" % (fault.code, fault.text.strip())
            return []

    def struct(self, method: str) -> Struct:
        """Return the reply's struct; an empty one when there is none."""
        values = self.values(method)
        return values[0] if values and isinstance(values[0], Struct) else Struct()


def _version(server: _Server) -> Dict[str, Any]:
    values = server.values("core.version")
    info = server.struct("core.info")
    full = _text(values[0] if values else info.get("version"))
    parsed = _VERSION.match(full or "")
    part: Dict[str, Any] = dict.fromkeys(("name", "number", "suffix", "platform"))
    if parsed:
        part = {name: parsed.group(name) for name in part}
    for name in ("major", "minor", "patch"):
        part[name] = whole_or_none(parsed.group(name) or "0") if parsed else None
    part["full"] = full
    source_id = _text(info.get("id"))
    part["source_id"] = None if source_id == "unknown" else source_id
    part["compiler"] = _text(info.get("compiler"))
    part["compiled"] = _text(info.get("compiled"))
    flags = _text(info.get("flags")) or ""
    part["flags"] = [flag.strip() for flag in flags.split(",") if flag.strip()]
    return part


def _uptime(server: _Server) -> Dict[str, Any]:
    reply = server.struct("core.uptime")
    return {
        "seconds": _whole(reply.get("uptime")),
        "started": _text(reply.get("up_since")),
        "now": _text(reply.get("now")),
    }


def _modules(server: _Server) -> List[str]:
    return sorted(server.values("core.modules"))


def _methods(server: _Server) -> List[str]:
    return server.values("system.listMethods")


def _processes(server: _Server) -> List[Dict[str, Any]]:
    keys = (("index", "IDX"), ("pid", "PID"), ("description", "DSC"))
    return [{key: item.get(name) for key, name in keys} for item in server.values("core.psx")]


def _sockets(server: _Server) -> List[Dict[str, Any]]:
    # One struct with a member "socket" for each; an address list repeats "address" inside.
    found = []
    for item in server.struct("core.sockets_list").get_all("socket"):
        name = _text(item.get("agname"))
        found.append(
            {
                "proto": item.get("proto"),
                "addresses": item.get_all("address"),
                "ip_address": item.get("ipaddress"),
                "port": _port(item.get("port")),
                "name": None if name == "none" else name,
                "multicast": item.get("mcast") == "yes",
                "multihomed": item.get("mhomed") == "yes",
                "virtual": item.get("virtual") == "yes",
            }
        )
    return found


def _listeners(server: _Server) -> List[Dict[str, Any]]:
    found = []
    for payload, transport, name, port in _grouped(server.values("ctl.listen"), 4):
        number = _port(port)
        # An address for clients of this package, which speak binrpc.
        protocol = _PROTOCOLS.get(transport) if payload == "binrpc" else None
        endpoint = str(Address(protocol, name, number)) if protocol else None
        found.append(
            {
                "protocol": payload,
                "transport": transport,
                "address": name,
                "port": number,
                "endpoint": endpoint,
            }
        )
    return found


def _connections(server: _Server) -> Dict[str, Any]:
    count = server.values("ctl.connections")
    # Without any stream connection ctl.who is a fault; that is an answer, not a lack.
    flat = [] if count == [0] else server.values("ctl.who")
    keys = ("protocol", "transport", "peer", "peer_port", "address", "port")
    clients = []
    for group in _grouped(flat, len(keys)):
        client = dict(zip(keys, group))
        client["peer_port"] = _port(client["peer_port"])
        client["port"] = _port(client["port"])
        clients.append(client)
    return {"count": count[0] if count else None, "clients": clients}


def _shared_memory(server: _Server) -> Dict[str, Optional[int]]:
    # Ints up to 5.6, and those of 2 GiB and more come out negative; doubles later.
    reply = server.struct("core.shmmem")
    return {name: _whole(reply.get(name)) for name in _MEMORY}


def _tcp(server: _Server) -> Dict[str, Optional[int]]:
    reply = server.struct("core.tcp_info")
    return {name: _whole(reply.get(name)) for name in _TCP}


PARTS: Dict[str, Callable[[_Server], Any]] = {
    "version": _version,
    "uptime": _uptime,
    "modules": _modules,
    "methods": _methods,
    "processes": _processes,
    "sockets": _sockets,
    "listeners": _listeners,
    "connections": _connections,
    "shared_memory": _shared_memory,
    "tcp": _tcp,
}
"""Parts that can be gathered, in this order."""

MINIMUM = ("version", "uptime")
"""The parts of the subset ``min``."""


def select(wanted: Iterable[str] = ("all",)) -> List[str]:
    """Turn subset names into parts, by the rules of Ansible's ``gather_subset``.

    Names are parts, ``all`` and ``min``; ``!`` before a name takes it away, unless the part
    is also asked for by its own name. ``min`` is there unless taken away. With nothing but
    exclusions, the rest of ``all`` is there too.

    >>> select(["!all", "modules"]), select(["!all", "!min", "modules"])
    (['version', 'uptime', 'modules'], ['modules'])

    :raises ValueError: a name that is none of these.
    """
    groups = {part: {part} for part in PARTS}
    groups["all"] = set(PARTS)
    groups["min"] = set(MINIMUM)
    added = set()
    named = set()
    removed = set()
    for name in wanted:
        plain = name[1:] if name.startswith("!") else name
        if plain not in groups:
            raise ValueError(
                "unknown subset %r; there are all, min, %s" % (plain, ", ".join(PARTS))
            )
        if name.startswith("!"):
            removed.add(plain)
        else:
            added |= groups[plain]
            named.add(plain)
    if not added and "all" not in removed:
        added |= groups["all"]
    added |= groups["min"]
    # "!all" leaves the minimum and whatever is named besides.
    for name in removed - {"all"}:
        added -= groups[name] - named
    return [part for part in PARTS if part in added]


def gather(call: Caller, parts: Iterable[str]) -> Dict[str, Any]:
    """Gather the facts of the named parts.

    :param call: ``Client.call``, or something like it that tries again.
    :param parts: names from :data:`PARTS`; :func:`select` makes them from subsets.
    :returns: a member for each part, and ``missing``: methods that gave nothing, and why.
    :raises BinrpcError: no usable answer, for another reason than a fault.
    """
    server = _Server(call)
    facts: Dict[str, Any] = {}
    for part in parts:
        try:
            facts[part] = PARTS[part](server)
        except (AttributeError, LookupError, TypeError, ValueError):
            raise ProtocolError(
                "%s: the reply has another shape than Kamailio's" % server.last
            ) from None
    facts["missing"] = server.missing
    return facts


def _grouped(flat: List[Any], size: int) -> List[List[Any]]:
    return [flat[start : start + size] for start in range(0, len(flat) - size + 1, size)]


def _text(value: Any) -> Optional[str]:
    return value.strip() or None if isinstance(value, str) else None


def _whole(value: Any) -> Optional[int]:
    if isinstance(value, int):
        return unsigned(value)
    return int(value) if isinstance(value, float) else None


def _port(value: Any) -> Optional[int]:
    port = whole_or_none(value)
    return port if port is not None and 0 <= port <= 65535 else None
