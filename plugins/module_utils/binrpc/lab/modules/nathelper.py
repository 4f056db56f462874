# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``nathelper.*``: the switch of NAT pings (upstream ``nathelper/nathelper.c``)."""

from __future__ import annotations

from ...faults import Fault
from ..registry import Module, method

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Optional


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
