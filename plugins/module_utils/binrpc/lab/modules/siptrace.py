# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``siptrace.*``: the switch of SIP tracing (upstream ``siptrace/siptrace.c``)."""

from __future__ import annotations

from ...faults import Fault
from ..registry import Module, method


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
