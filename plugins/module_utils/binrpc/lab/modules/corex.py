# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``corex.*``, ``shm.*``: log level, sockets, aliases, shared memory (upstream
``corex/corex_rpc.c``, ``corex_rpc_shm.c``).
"""

from __future__ import annotations

from ...faults import Fault
from ...values import Struct
from ..registry import Module, method

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, Iterator


class Corex(Module):
    """The module corex; its level is the variable ``debug`` of the cfg group ``core``."""

    name = "corex"
    loads = ("corex",)

    @method("corex.debug", help="Control the global level of debug")
    def debug(self, ctx: Any) -> Struct:
        variable = self.state.modules["cfg_rpc"].groups["core"]["debug"]
        params = ctx.scan("*d")
        old = variable.value
        if params.count != 1:
            return Struct(debug=old)
        variable.value = params[0]
        return Struct(old=old, new=variable.value)

    @method("corex.list_sockets", "", help="List listening sockets")
    def list_sockets(self) -> Iterator[Struct]:
        release = self.state.release
        for protocol, address, port in self.state.sockets:
            members: Dict[str, Any] = {}
            if release >= (5, 7):
                members["AF"] = "IPv6" if ":" in address else "IPv4"
            addresses = self._keys(ADDR=address)
            members.update(PROTO=protocol, NAME=address, ADDRLIST=addresses, PORT=port)
            if release >= (5, 8):
                members["SOCKSTR"] = "%s:%s:%s" % (protocol, address, port)
            if release >= (6, 0):
                members["AGNAME"] = "none"
            members.update(MCAST="no", MHOMED="no", VIRTUAL="no", SOCKNAME="-", ADVERTISE="-")
            yield self._keys(**members)

    @method("corex.list_aliases", "", help="List socket aliases")
    def list_aliases(self) -> Iterator[Struct]:
        for protocol, host, port in reversed(self.state.aliases):
            yield self._keys(PROTO=protocol, ADDR=host, PORT=port)

    def _keys(self, **members: Any) -> Struct:
        lower = self.state.release >= (5, 8)
        return Struct((name.lower() if lower else name, each) for name, each in members.items())

    @method("corex.shm_status", "", help="Trigger shm status dump to syslog")
    @method("corex.shm_summary", "", help="Trigger shm summary dump to syslog")
    def _to_syslog(self) -> None:
        pass

    @method(
        "corex.pkg_summary",
        "Sd",
        help="Trigger shm summary dump to syslog",
        missing=(400, "Selector and value not provided"),
    )
    def pkg_summary(self, selector: str, number: int) -> None:
        if len(selector) != 3:
            raise Fault(500, "Unsupported selector")
        if selector.lower() == "idx":
            if not 0 <= number < len(self.state.processes):
                raise Fault(500, "Index value out of range")
        elif selector.lower() != "pid":
            raise Fault(500, "Unsupported selector type")

    def _shared(self) -> Dict[str, int]:
        figures: Dict[str, int] = self.state.modules["core"].shared_memory
        return figures

    @method("shm.info", "", help="Return details of the shared memory manager")
    def shared_info(self) -> Struct:
        return Struct(name="q_malloc", size=float(self._shared()["total"]))

    @method("shm.stats", "", help="Return shared memory stats")
    def shared(self) -> Struct:
        return Struct((name, float(value)) for name, value in self._shared().items())
