# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``dmq.*``: nodes of the distributed queue (upstream ``dmq/dmq.c``)."""

from __future__ import annotations

from ...faults import Fault
from ...values import Struct
from ..registry import Module, method

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, Iterable, Iterator, List, Mapping, Tuple

    Row = Mapping[str, Any]


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
