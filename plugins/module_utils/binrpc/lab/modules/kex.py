# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``pkg.*``, ``mod.*``, ``stats.*``: memory and statistics (upstream ``kex/pkg_stats.c``,
``mod_stats.c``, ``core_stats.c``).
"""

from __future__ import annotations

from ...faults import Fault
from ...values import Struct
from ..registry import Module, method

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, Iterator, Tuple

    Key = Tuple[str, str]

POOL = 8 * 1024 * 1024
FIGURES = {
    "used": 651968,
    "free": 7300872,
    "real_used": 1087736,
    "total_size": POOL,
    "total_frags": 3,
}


class Kex(Module):
    """The module kex. Its statistics are the counters of the module counters.

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

    @property
    def _counters(self) -> Any:
        return self.state.modules["counters"]

    def _value(self, key: Key) -> int:
        """The value as an unsigned long of C."""
        number: int = self._counters[key]
        return number & 0xFFFFFFFFFFFFFFFF

    def _wanted(self, ctx: Any, complaint: str, dotted: bool = False) -> Iterator[Key]:
        """Read names until there is none: ``all``, ``group:``, ``name`` and, for some methods,
        ``group.name`` or ``group:name``.
        """
        params = ctx.scan("s")
        if params.count < 1:
            raise Fault(400, complaint)
        while params.count > 0:
            yield from self._find(params[0], dotted)
            params = ctx.scan("*s")

    def _find(self, text: str, dotted: bool) -> Iterator[Key]:
        if text == "all":
            for group in sorted(self._counters.groups):
                for name in self._counters.names(group):
                    yield group, name
        elif text.endswith(":"):
            for name in self._counters.names(text[:-1]):
                yield text[:-1], name
        else:
            for group in sorted(self._counters.groups):
                if text in self._counters.groups[group]:
                    yield group, text
                    return
            if dotted:
                separator = "." if "." in text else ":"
                group, _other, name = text.partition(separator)
                if name in self._counters.groups.get(group, ()):
                    yield group, name

    @method("stats.get_statistics", help="get core and modules stats")
    def statistics(self, ctx: Any) -> Iterator[str]:
        for group, name in self._wanted(ctx, "Please provide which stats to retrieve"):
            yield "%s:%s = %d" % (group, name, self._value((group, name)))

    @method("stats.fetch", help="fetch core and modules stats as string values")
    def fetch(self, ctx: Any) -> Struct:
        return self._fetch(ctx, str)

    @method("stats.fetchn", help="fetch core and modules stats as number values")
    def fetch_numbers(self, ctx: Any) -> Struct:
        return self._fetch(ctx, float)

    def _fetch(self, ctx: Any, kind: Any) -> Struct:
        reply = Struct()
        for key in self._wanted(ctx, "Please provide which stats to retrieve", dotted=True):
            reply.add("%s.%s" % key, kind(self._value(key)))
        return reply

    @method("stats.reset_statistics", help="reset core and modules stats (silent operation)")
    def reset_all(self, ctx: Any) -> None:
        for group, name in self._wanted(ctx, "Please provide stats name"):
            self._counters.set_to_zero(group, name)

    @method("stats.clear_statistics", help="clear core and modules stats (verbose operation)")
    def clear(self, ctx: Any) -> Iterator[str]:
        for group, name in self._wanted(ctx, "Please provide stats name"):
            old = self._value((group, name))
            self._counters.set_to_zero(group, name)
            new = self._value((group, name))
            before = "" if old == new else " (%d)" % old
            yield "%s:%s = %d%s" % (group, name, new, before)
