# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Modules with a switch or a small list: siptrace, sipdump, nathelper, keepalive, cfgutils,
mqueue, pike, dmq, regex.
"""

from __future__ import annotations

import hashlib

from ...faults import Fault
from ...values import Struct
from ..registry import Module, method

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, Iterable, Iterator, List, Mapping, Optional, Tuple

    Row = Mapping[str, Any]


class SipTrace(Module):
    """The module siptrace; :ivar on: tracing."""

    name = "siptrace"
    loads = ("siptrace",)

    def __init__(self, on: bool = False) -> None:
        self.on = on

    @method(
        "siptrace.status",
        "S",
        help="Get status or turn on/off siptrace. Parameters: on, off or check.",
        missing=(500, "Not enough parameters (on, off or check)"),
    )
    def status(self, command: str) -> str:
        command = command.lower()
        if command.startswith("on"):
            self.on = True
        elif command.startswith("off"):
            self.on = False
        elif not command.startswith("check"):
            raise Fault(500, "Bad parameter (on, off or check)")
        return "Enabled" if self.on else "Disabled"


class SipDump(Module):
    """The module sipdump; :ivar enabled: its switch."""

    name = "sipdump"
    loads = ("sipdump",)

    def __init__(self, enabled: int = 0) -> None:
        self.enabled = enabled

    @method("sipdump.enable", help="Command to control sipdump enable value")
    def enable(self, ctx: Any) -> Struct:
        params = ctx.scan("*d")
        old = self.enabled
        if params.count == 1 and params[0] in (0, 1):
            self.enabled = params[0]
        return Struct(oldval=old, newval=self.enabled)


class NatHelper(Module):
    """The module nathelper; :ivar pinging: None without ``natping_interval``."""

    name = "nathelper"
    loads = ("nathelper",)

    def __init__(self, pinging: Optional[int] = 1) -> None:
        self.pinging = pinging

    @method("nathelper.enable_ping", help="Set (enable/disable) nat ping")
    def enable_ping(self, ctx: Any) -> None:
        if self.pinging is None:
            raise Fault(500, "NATping disabled")
        params = ctx.scan("d")
        if params.count < 1:
            raise Fault(500, "No parameter")
        self.pinging = int(bool(params[0]))


class KeepAlive(Module):
    """The module keepalive, without what hangs in the original."""

    name = "keepalive"
    loads = ("keepalive",)

    def __init__(self, destinations: Iterable[Tuple[str, str]] = ()) -> None:
        self.destinations: List[Tuple[str, str]] = [(pair[0], pair[1]) for pair in destinations]

    @method(
        "keepalive.list",
        "",
        help="Return the content of keepalive destination groups",
    )
    def list(self) -> Iterator[Struct]:
        never = self.state.ctime(0) + "\n"
        for uri, owner in self.destinations:
            reply = Struct(uri=uri, owner=owner)
            for name in ("last checked", "last up", "last down"):
                reply.add(name, never)
            reply.add("state", 0)
            yield reply

    def _scan(self, ctx: Any) -> Tuple[str, str]:
        params = ctx.scan("SS")
        if params.count < 2:
            raise Fault(500, "Not enough parameters or wrong format")
        if not all(params):
            raise Fault(500, "parameter is len less than 1")
        return params[0], params[1]

    @method(
        "keepalive.add",
        help="add new destination to keepalive memory. Usage: keepalive.add sip:user@domain "
        "listname",
    )
    def add(self, ctx: Any) -> str:
        each = self._scan(ctx)
        if each in self.destinations:
            raise Fault(500, "couldn't add data to list")
        self.destinations.insert(0, each)
        return "Ok. Destination added."

    @method(
        "keepalive.del",
        help="delete destination from keepalive memory. Usage: keepalive.del sip:user@domain "
        "listname",
    )
    def delete(self, ctx: Any) -> str:
        each = self._scan(ctx)
        if each not in self.destinations:
            raise Fault(500, "couldn't delete data from list")
        self.destinations.remove(each)
        return "Ok. Destination removed."

    @method(
        "keepalive.get",
        help="get destination details from keepalive memory. Usage: keepalive.get "
        "sip:user@domain listname",
    )
    def get(self, ctx: Any) -> Struct:
        uri, owner = self._scan(ctx)
        if (uri, owner) not in self.destinations:
            raise Fault(500, "couldn't get data from list")
        return Struct(uri=uri, owner=owner, state=0)

    @method("keepalive.flush", "", help="Flush data from keepalive memory. Usage: keepalive.flush")
    def flush(self) -> str:
        self.destinations = []
        return "Ok. Destination list flushed."


class CfgUtils(Module):
    """The module cfgutils.

    :ivar flags: the global flags, a number of 32 bits.
    :ivar probability: percent.
    :ivar config: text of the configuration file; its hash at the start is remembered.
    """

    name = "cfgutils"
    loads = ("cfgutils",)

    def __init__(self, flags: int = 0, probability: int = 10, config: str = "") -> None:
        self.flags = flags
        self.probability = self._initial = probability
        self.config = config
        self._hash = self._digest()

    def _digest(self) -> str:
        return hashlib.md5(self.config.encode("utf-8")).hexdigest()  # noqa: S324 - as there

    @method(
        "cfgutils.set_gflag",
        "d",
        help="Sets the bits specified by the argument.",
        missing=(500, "Invalid Parameters"),
    )
    def set_flag(self, bits: int) -> None:
        self.flags |= bits & 0xFFFFFFFF

    @method(
        "cfgutils.reset_gflag",
        "d",
        help="Resets the bits specified by the argument.",
        missing=(500, "Invalid Parameters"),
    )
    def reset_flag(self, bits: int) -> None:
        self.flags &= ~(bits & 0xFFFFFFFF)

    @method(
        "cfgutils.is_gflag",
        "d",
        help="Checks if the bits specified by the argument are all set.",
        missing=(500, "Invalid Parameters"),
    )
    def is_flag(self, bits: int) -> str:
        bits &= 0xFFFFFFFF
        return "TRUE" if self.flags & bits == bits else "FALSE"

    @method("cfgutils.get_gflags", "", help="Return the value for global flags.")
    def get_flags(self) -> str:
        return "0x%X (%d)" % (self.flags, self.flags)

    @method(
        "cfgutils.rand_set_prob",
        "d",
        help="Set the random probability.",
        missing=(500, "Invalid Parameters"),
    )
    def set_probability(self, percent: int) -> None:
        if not 0 <= percent <= 100:
            raise Fault(500, "Invalid Percent")
        self.probability = percent

    @method("cfgutils.rand_reset_prob", "", help="Reset the random probability.")
    def reset_probability(self) -> None:
        self.probability = self._initial

    @method("cfgutils.rand_get_prob", "", help="Get the random probability.")
    def get_probability(self) -> str:
        return "actual probability: %d percent" % self.probability

    @method("cfgutils.get_config_hash", "", help="Get config hash value.")
    def get_hash(self) -> str:
        return self._hash

    @method("cfgutils.check_config_hash", "", help="Check config hash value.")
    def check_hash(self) -> str:
        return "Identical hash" if self._digest() == self._hash else "Different hash"


class Queues(Module):
    """The module mqueue.

    :param queues: name to a list of pairs, key and value.
    """

    name = "mqueue"
    loads = ("mqueue",)

    def __init__(self, queues: Optional[Mapping[str, Iterable[Tuple[str, str]]]] = None) -> None:
        given: Any = {"events": [("first", "1"), ("second", "2")], "other": []}
        self.queues: Dict[str, List[Tuple[str, str]]] = {
            name: [(pair[0], pair[1]) for pair in items]
            for name, items in (given if queues is None else queues).items()
        }

    @method("mqueue.get_sizes", "", help="Get sizes of all mqueues.")
    def sizes(self) -> Iterator[Struct]:
        for name in reversed(list(self.queues)):
            yield Struct(name=name, size=len(self.queues[name]))

    @method("mqueue.get_size", help="Get size of mqueue.")
    def size(self, ctx: Any) -> Struct:
        name = self._name(ctx, 400, 404)
        return Struct(name=name, size=len(self.queues[name]))

    @method("mqueue.fetch", help="Fetch an element from the queue.")
    def fetch(self, ctx: Any) -> Struct:
        name = self._name(ctx, 500, 500)
        if not self.queues[name]:
            raise Fault(404, "Empty queue")
        key, value = self.queues[name].pop(0)
        return Struct(key=key, val=value)

    def _name(self, ctx: Any, invalid: int, unknown: int) -> str:
        params = ctx.scan("S")
        if params.count < 1:
            raise Fault(invalid, "No queue name")
        if not params[0]:
            raise Fault(invalid, "Invalid queue name")
        if params[0] not in self.queues:
            raise Fault(unknown, "No such queue")
        return str(params[0])


class Pike(Module):
    """The module pike.

    :param rows: ``ip_addr``, ``leaf_hits_prev``, ``leaf_hits_curr``, ``expires``, ``status``
        (``HOT``, ``WARM``, ...).
    """

    name = "pike"
    loads = ("pike",)

    def __init__(self, rows: Iterable[Row] = (), max_hits: int = 30) -> None:
        self.rows = list(rows)
        self.max_hits = max_hits

    @method("pike.top", help="pike.top Dump parts of the pike table")
    @method("pike.list", help="pike.top Dump parts of the pike table")
    def top(self, ctx: Any) -> Struct:
        params = ctx.scan("s")
        text = params[0].upper() if params.count > 0 else "HOT"
        for kind in ("ALL", "HOT", "WARM"):
            if kind in text:
                break
        else:
            raise Fault(500, "Bad argument. Select: ALL, HOT or WARM")
        names = ("ip_addr", "leaf_hits_prev", "leaf_hits_curr", "expires", "status")
        rows = [
            Struct((name, row.get(name, 0)) for name in names)
            for row in self.rows
            if kind == "ALL" or (kind == "HOT" and "HOT" in row.get("status", ""))
        ]
        return Struct(max_hits=self.max_hits, list=rows, number_of_rows=len(rows))


class Dmq(Module):
    """The module dmq.

    :param nodes: URIs of the others; the first socket is this server's own node.
    :ivar nodes: rows ``host``, ``port``, ``status``, ``local``.
    """

    name = "dmq"
    loads = ("dmq",)

    def __init__(self, nodes: Iterable[str] = ()) -> None:
        self._given = list(nodes)
        self.nodes: List[Dict[str, Any]] = []

    def added(self) -> None:
        self.nodes = []
        if self.state.sockets:
            _protocol, host, port = self.state.sockets[0]
            self.nodes.append({"host": host, "port": port, "status": "active", "local": 1})
        for uri in self._given:
            host, port = _host_port(uri)
            self.nodes.append({"host": host, "port": port, "status": "active", "local": 0})

    @method("dmq.list_nodes", "", help="Print all nodes")
    def list(self) -> Iterator[Struct]:
        for node in self.nodes:
            reply = Struct(
                host=node["host"],
                port=node["port"],
                proto="*",
                resolved_ip=node["host"],
                status=node["status"],
                last_notification=0,
                local=node["local"],
            )
            if self.state.release >= (6, 1):
                reply.add("fail_count", 0)
            yield reply

    @method("dmq.remove", ".S", help="Remove a DMQ node", missing=(500, "Invalid Parameters"))
    def remove(self, uri: str) -> str:
        if not uri.startswith(("sip:", "sips:")):
            raise Fault(500, "Failure")
        self.nodes = [node for node in self.nodes if not self._is(node, uri) or node["local"]]
        return "Ok. DMQ node removed."

    @staticmethod
    def _is(node: Row, uri: str) -> bool:
        return (node["host"], node["port"]) == _host_port(uri)

    @method(
        "dmq.add",
        ".S",
        help="Add a DMQ node",
        missing=(500, "Invalid Parameters"),
        since=(6, 2),
    )
    def add(self, uri: str) -> str:
        if any(self._is(node, uri) for node in self.nodes):
            raise Fault(500, "Node is already added")
        host, port = _host_port(uri)
        self.nodes.append({"host": host, "port": port, "status": "active", "local": 0})
        return "Ok. DMQ node added."

    @method(
        "dmq.change_status",
        ".SS",
        help="Change the status of a DMQ node",
        missing=(500, "Invalid Parameters"),
        since=(6, 2),
    )
    def change_status(self, uri: str, status: str) -> str:
        if status not in ("active", "not_active", "disabled"):
            raise Fault(500, "Invalid Parameters")
        for node in self.nodes:
            if self._is(node, uri):
                node["status"] = status
                return "Ok. DMQ node updated."
        raise Fault(500, "Failure")


def _host_port(uri: str) -> Tuple[str, str]:
    host, _other, port = uri.partition(":")[2].partition(";")[0].rpartition("@")[2].partition(":")
    return host, port


class Regex(Module):
    """The module regex."""

    name = "regex"
    loads = ("regex",)

    @method("regex.reload", "", help="Reload regex file")
    def reload(self) -> None:
        pass
