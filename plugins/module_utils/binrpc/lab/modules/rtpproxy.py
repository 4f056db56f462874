# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``rtpproxy.*``: media nodes (upstream ``rtpproxy/rtpproxy.c``)."""

from __future__ import annotations

from ...faults import Fault
from ...values import Struct
from ..registry import Module, method
from .rtpengine import FOREVER, Node

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Iterable, List, Mapping, Optional


SAMPLE = [{"url": "udp:192.0.2.45:7722", "set": 0}]


class RtpProxy(Module):
    """The module rtpproxy.

    :param nodes: mappings with the parameters of :class:`Node`, by set; None for a sample.
    """

    name = "rtpproxy"
    loads = ("rtpproxy",)

    def __init__(self, nodes: Optional[Iterable[Mapping[str, Any]]] = None) -> None:
        self.nodes = [Node(**each) for each in (SAMPLE if nodes is None else nodes)]

    @method("rtpproxy.list", "", help="List rtp proxies.")
    def list(self) -> List[Struct]:
        return [
            Struct(
                setid=node.set,
                url=node.url,
                index=index,
                disabled=int(node.disabled),
                weight=node.weight,
                recheck=node.recheck,
            )
            for index, node in enumerate(self.nodes)
        ]

    @method(
        "rtpproxy.enable",
        "Sd",
        help="Set state (enable/disable) for a rtp proxy.",
        missing=(500, "Not enough parameters"),
    )
    def enable(self, url: str, on: int) -> None:
        nodes = [node for node in self.nodes if node.url == url]
        if not nodes:
            raise Fault(404, "RTPProxy not found")
        for node in nodes:
            node.disabled = not on
            node.recheck = 0 if on else FOREVER
