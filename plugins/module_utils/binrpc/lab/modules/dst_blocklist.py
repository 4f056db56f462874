# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``dst_blocklist.*``: the core's blocked destinations (docs/protocol.md#blocklist-methods)."""

from __future__ import annotations

import ipaddress

from ...faults import Fault
from ..registry import Module, method
from .dns import PERMANENT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, Iterator, List, Tuple


class Blocklist(Module):
    """The core's list of destinations that did not answer.

    :param enabled: the core parameter ``use_dst_blocklist``.
    """

    name = "dst_blocklist"

    def __init__(self, enabled: bool = False, max_bytes: int = 256000) -> None:
        self.enabled = enabled
        self.max_bytes = max_bytes
        self.entries: Dict[Tuple[str, str, int], Tuple[float, int]] = {}

    def _check(self) -> None:
        if not self.enabled:
            raise Fault(500, "dst blocklist support disabled")
        now = self.state.clock()
        for key, (expire, flags) in list(self.entries.items()):
            if expire <= now and not flags & PERMANENT:
                del self.entries[key]

    def _rows(self) -> Iterator[Tuple[str, str, int, int, int]]:
        now = int(self.state.clock())
        for (protocol, address, port), (expire, flags) in self.entries.items():
            yield protocol, address, port, int(expire) - now, flags

    @method("dst_blocklist.mem_info", help="dst blocklist memory usage info.")
    def mem_info(self, ctx: Any) -> List[int]:
        self._check()
        return [56 * len(self.entries), self.max_bytes]

    @method("dst_blocklist.debug", help="dst blocklist debug info.")
    def debug(self, ctx: Any) -> List[Any]:
        self._check()
        return [value for row in self._rows() for value in row]

    @method("dst_blocklist.view", help="dst blocklist dump in human-readable format.")
    def view(self, ctx: Any) -> None:
        self._check()
        for protocol, address, port, left, flags in self._rows():
            ctx.printf("{\n    protocol: %s" % protocol)
            ctx.printf("    ip: %s" % address)
            ctx.printf("    port: %d" % port)
            ctx.printf("    expires in (s): %d" % left)
            ctx.printf("    flags: %d\n}" % flags)

    @method(
        "dst_blocklist.delete_all",
        help="Deletes all the entries from the dst blocklist except the permanent ones.",
    )
    def delete_all(self, ctx: Any) -> None:
        self._check()
        self.entries = {key: row for key, row in self.entries.items() if row[1] & PERMANENT}

    @method("dst_blocklist.add", help="Adds a new entry to the dst blocklist.")
    def add(self, ctx: Any) -> None:
        self._check()
        params = ctx.scan("Sddd")
        if params.count < 4:
            return
        address, port, protocol, flags = params
        names = {1: "udp", 2: "tcp", 3: "tls", 4: "sctp"}
        if protocol not in names:
            raise Fault(400, "Unknown protocol")
        try:
            parsed = str(ipaddress.ip_address(address))
        except ValueError:
            raise Fault(400, "Malformed ip address") from None
        self.entries[names[protocol], parsed, port] = (self.state.clock() + 60, flags)
