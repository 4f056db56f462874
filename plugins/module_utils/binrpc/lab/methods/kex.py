# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``pkg.*``, ``shm.*``, ``mod.*``: memory (upstream ``kex/pkg_stats.c``, ``mod_stats.c``)."""

from __future__ import annotations

from ...faults import Fault
from ...values import Struct
from ..registry import Module, method

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, Iterator

POOL = 8 * 1024 * 1024
FIGURES = {
    "used": 651968,
    "free": 7300872,
    "real_used": 1087736,
    "total_size": POOL,
    "total_frags": 3,
}


class Memory(Module):
    """The memory methods of the module kex.

    :ivar figures: what every process has, for ``pkg.stats``.
    """

    name = "kex"
    loads = ("kex",)

    def __init__(self) -> None:
        self.figures: Dict[str, int] = dict(FIGURES)

    @method("pkg.stats", help="Private memory (pkg) statistics per process")
    def private(self, ctx: Any) -> Iterator[Struct]:
        kind = ctx.scan("*S")
        processes = list(enumerate(self.state.processes))
        if kind.count == 1:
            if kind[0] not in ("pid", "rank", "index"):
                raise Fault(500, "Invalid filter type")
            value = ctx.scan("d")
            if value.count < 1:
                raise Fault(500, "One more parameter expected")
            processes = [
                (index, each)
                for index, each in processes
                if value[0] == {"pid": each.pid, "rank": each.rank, "index": index}[kind[0]]
            ]
            if kind[0] == "pid" and not processes:
                raise Fault(500, "No such pid")
        for index, each in processes:
            reply = Struct(entry=index, pid=each.pid, rank=each.rank, **self.figures)
            reply.add("desc", each.description)
            yield reply

    @method("pkg.info", "", help="Private memory manager details")
    def private_info(self) -> Struct:
        return Struct(name="q_malloc", size=self.figures["total_size"])

    def _shared(self) -> Dict[str, int]:
        figures: Dict[str, int] = self.state.modules["core"].shared_memory
        return figures

    @method("shm.info", "", help="Return details of the shared memory manager")
    def shared_info(self) -> Struct:
        return Struct(name="q_malloc", size=float(self._shared()["total"]))

    @method("shm.stats", "", help="Return shared memory stats")
    def shared(self) -> Struct:
        return Struct((name, float(value)) for name, value in self._shared().items())

    @method("mod.stats", help="Per module memory usage statistics")
    @method("mod.mem_stats", help="Per module memory usage statistics")
    @method("mod.mem_statsx", help="Per module memory use statistics with more details")
    def modules(self, ctx: Any) -> Iterator[Any]:
        name = ctx.scan("*S")
        if name.count != 1:
            raise Fault(500, 'Module name or "all" needed')
        kind = ctx.scan("*S")
        if kind.count != 1:
            raise Fault(500, '"pkg" or "shm" or "all" needed')
        names = self.state.loaded if name[0] == "all" else [name[0]]
        for each in names:
            yield "Module: " + each
            for _pool in range({"pkg": 1, "shm": 1, "all": 2}.get(kind[0], 0)):
                yield Struct(Total=0)
            yield ""
