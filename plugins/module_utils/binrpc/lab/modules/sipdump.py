# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``sipdump.*``: the switch of SIP dumps (upstream ``sipdump/sipdump_mod.c``)."""

from __future__ import annotations

from ...values import Struct
from ..registry import Module, method

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


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
