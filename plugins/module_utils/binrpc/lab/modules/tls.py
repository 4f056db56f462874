# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``tls.*``: reload and state of TLS (upstream ``tls/tls_rpc.c``)."""

from __future__ import annotations

from ...faults import Fault
from ...values import Struct
from ..registry import Module, method

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, List


class Tls(Module):
    """The module tls.

    :ivar failure: text of the fault with which ``tls.reload`` answers, "" for success.
    :ivar connections: Structs for ``tls.list``.
    :ivar reloads: how often it was reloaded.
    """

    name = "tls"
    loads = ("tls",)

    def __init__(self, failure: str = "") -> None:
        self.failure = failure
        self.connections: List[Any] = []
        self.reloads = 0

    @method("tls.reload", "", help="Reload TLS configuration file", limited=(6, 1))
    def reload(self) -> str:
        if self.failure:
            raise Fault(500, self.failure)
        self.reloads += 1
        return "Ok. TLS configuration reloaded."

    @method("tls.list", "", help="List currently open TLS connections")
    def list(self) -> List[Any]:
        return list(self.connections)

    @method("tls.info", "", help="Returns internal information about TLS connections.")
    def info(self) -> Struct:
        return Struct(
            max_connections=2048,
            opened_connections=len(self.connections),
            clear_text_write_queued_bytes=0,
        )

    @method("tls.kill", "d", help="Kills a TLS connection", since=(5, 8))
    def kill(self, number: int) -> str:
        for connection in self.connections:
            if connection["id"] == number:
                self.connections.remove(connection)
                return "Ok. TLS connection killed."
        return "TLS connection id not found"
