# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``rtpengine.*``: media nodes (upstream ``rtpengine/rtpengine.c``)."""

from __future__ import annotations

from ...faults import Fault
from ...values import Struct
from ..registry import Module, method
from ..reload_guard import ReloadGuard

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Iterable, Iterator, Mapping, Optional

SAMPLE = [
    {"url": "udp:192.0.2.40:2223", "set": 0, "weight": 1},
    {"url": "udp:192.0.2.41:2223", "set": 0, "weight": 1},
    {"url": "udp:198.51.100.40:2223", "set": 1, "weight": 2},
]
FOREVER = -1
RELOAD_INTERVAL = 10


class Node:
    """One node.

    :ivar reachable: it answers pings.
    :ivar recheck: when to look again, in seconds since 1970; FOREVER for never.
    """

    def __init__(
        self,
        url: str,
        set: int = 0,
        weight: int = 1,
        disabled: bool = False,
        reachable: bool = True,
    ) -> None:
        self.url = url
        self.set = set
        self.weight = weight
        self.disabled = disabled or not reachable
        self.reachable = reachable
        self.recheck = FOREVER if disabled else 0


class RtpEngine(Module):
    """The module rtpengine.

    :param nodes: mappings with the parameters of :class:`Node`, by set; None for samples.
    :param disable_tout: seconds until a node that did not answer is tried again.
    """

    name = "rtpengine"
    loads = ("rtpengine",)

    def __init__(
        self,
        nodes: Optional[Iterable[Mapping[str, Any]]] = None,
        disable_tout: int = 60,
        hash_total: int = 0,
    ) -> None:
        self.nodes = [Node(**each) for each in (SAMPLE if nodes is None else nodes)]
        self.disable_tout = disable_tout
        self.hash_total = hash_total

    def added(self) -> None:
        self.guard = ReloadGuard(
            self.state, RELOAD_INTERVAL, "Too short reload interval - try later"
        )
        for node in self.nodes:
            if not node.reachable and not node.recheck:
                self._lost(node)

    def _lost(self, node: Node) -> None:
        node.disabled = True
        node.recheck = int(self.state.clock()) + self.disable_tout

    def _matching(self, url: str) -> Iterator[Any]:
        if not self.nodes:
            raise Fault(404, "Instance not found (no sets loaded)")
        found = url.startswith("all")
        for index, node in enumerate(self.nodes):
            if url.startswith("all") or node.url == url:
                found = True
                yield index, node
        if not found:
            raise Fault(404, "Instance not found")

    @method(
        "rtpengine.show",
        "S",
        help="Get details about an rtpengine instance",
        missing=(500, "Not enough parameters"),
    )
    def show(self, url: str) -> Iterator[Struct]:
        newer = self.state.release >= (5, 7)
        for index, node in self._matching(url):
            reply = Struct(url=node.url, set=node.set, index=index, weight=node.weight)
            forever = node.recheck == FOREVER
            left = max(node.recheck - int(self.state.clock()), 0)
            if newer:
                reply.add("disabled", int(node.disabled and forever))
                reply.add("active", int(not node.disabled))
                reply.add("recheck_ticks", FOREVER if forever else left)
            else:
                permanent = node.disabled and forever
                reply.add("disabled", "1(permanent)" if permanent else int(node.disabled))
                reply.add("recheck_ticks", "N/A" if forever else left)
            yield reply

    @method(
        "rtpengine.enable",
        "Sd",
        help="Enable or disable an rtpengine instance",
        missing=(500, "Not enough parameters"),
    )
    def enable(self, url: str, on: int) -> Struct:
        status = "enable" if on else "disable"
        for _index, node in self._matching(url):
            if not on:
                node.disabled = True
                node.recheck = FOREVER
            elif node.reachable:
                node.disabled = False
                node.recheck = 0
            else:
                self._lost(node)
                status = "fail"
        return Struct(url=url, status=status)

    @method(
        "rtpengine.ping",
        "S",
        help="Ping an rtpengine instance",
        missing=(500, "Not enough parameters"),
    )
    def ping(self, url: str) -> Struct:
        status = "success"
        for _index, node in self._matching(url):
            if not node.reachable:
                self._lost(node)
                status = "fail"
        return Struct(url=url, status=status)

    @method("rtpengine.get_hash_total", "", help="Get total number of entries in hash table")
    def get_hash_total(self) -> int:
        return self.hash_total

    @method("rtpengine.reload", "", help="Reload rtpengine proxies from database")
    def reload(self) -> str:
        if not self.guard.last:
            # The list was loaded at the start.
            self.guard.last = int(self.state.started)
        self.guard.enter()
        return "Ok. Reload successful."
