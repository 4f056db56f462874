# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``mqueue.*``: queues of pairs (upstream ``mqueue/mqueue_mod.c``)."""

from __future__ import annotations

from ...faults import Fault
from ...values import Struct
from ..registry import Module, method

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, Iterable, Iterator, List, Mapping, Optional, Tuple


class Queues(Module):
    """The module mqueue.

    :param queues: name to a list of pairs, key and value.
    """

    name = "mqueue"
    loads = ("mqueue",)

    def __init__(self, queues: Optional[Mapping[str, Iterable[Tuple[str, str]]]] = None) -> None:
        given: Any = {"events": [("first", "1"), ("second", "2")], "other": []}
        self.queues: Dict[str, List[Tuple[str, str]]] = {
            name: [(pair[0], pair[1]) for pair in items]
            for name, items in (given if queues is None else queues).items()
        }

    @method("mqueue.get_sizes", "", help="Get sizes of all mqueues.")
    def sizes(self) -> Iterator[Struct]:
        for name in reversed(list(self.queues)):
            yield Struct(name=name, size=len(self.queues[name]))

    @method("mqueue.get_size", help="Get size of mqueue.")
    def size(self, ctx: Any) -> Struct:
        name = self._name(ctx, 400, 404)
        return Struct(name=name, size=len(self.queues[name]))

    @method("mqueue.fetch", help="Fetch an element from the queue.")
    def fetch(self, ctx: Any) -> Struct:
        name = self._name(ctx, 500, 500)
        if not self.queues[name]:
            raise Fault(404, "Empty queue")
        key, value = self.queues[name].pop(0)
        return Struct(key=key, val=value)

    def _name(self, ctx: Any, invalid: int, unknown: int) -> str:
        params = ctx.scan("S")
        if params.count < 1:
            raise Fault(invalid, "No queue name")
        if not params[0]:
            raise Fault(invalid, "Invalid queue name")
        if params[0] not in self.queues:
            raise Fault(unknown, "No such queue")
        return str(params[0])
