# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``keepalive.*``: destinations to ping (upstream ``keepalive/keepalive_rpc.c``)."""

from __future__ import annotations

from ...faults import Fault
from ...values import Struct
from ..registry import Module, method

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Iterable, Iterator, List, Tuple


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
