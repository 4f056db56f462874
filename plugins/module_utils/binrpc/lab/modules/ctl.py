# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``ctl.*``: the control sockets themselves (docs/protocol.md#ctl-methods)."""

from __future__ import annotations

from ...faults import Fault
from ..registry import Module, method

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, List

    from ..caller import Caller, Listener


class Ctl(Module):
    """The module ctl.

    :ivar listeners: in the order of configuration.
    :ivar connections: open stream connections and who they are, in the order of acceptance.
    """

    name = "ctl"
    loads = ("ctl",)
    survives = ("listeners", "connections")

    def __init__(self) -> None:
        self.listeners: List[Listener] = []
        self.connections: Dict[Any, Caller] = {}

    @method("ctl.listen", "", help="list ctl listen sockets")
    def listen(self) -> List[str]:
        texts: List[str] = []
        for each in self.listeners:
            texts += (each.payload, each.transport, each.name, each.port)
        return texts

    @method("ctl.connections", "", help="returns number of open connections")
    def count(self) -> int:
        return len(self.connections)

    @method("ctl.who", "", help="list open connections")
    def who(self) -> List[str]:
        if not self.connections:
            raise Fault(400, "no open stream connection")
        texts: List[str] = []
        for caller in self.connections.values():
            at = caller.listener
            texts += (at.payload, at.transport, caller.host, caller.port)
            texts += (at.bound, at.port if at.transport == "tcp" else "")
        return texts
