# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``mtree.*``: trees of prefixes (upstream ``mtree/mtree_mod.c``)."""

from __future__ import annotations

from ...faults import Fault
from ...values import Struct
from ..registry import Module, method

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, Iterator, List, Mapping, Optional, Union

SAMPLE_TREES = {"pstn": {"1": "north", "44": "islands", "4420": "city"}}
NODE_SIZE = 240  # bytes of ten children


class Trees(Module):
    """The module mtree.

    :param trees: name to prefixes and their text or number.
    """

    name = "mtree"
    loads = ("mtree",)
    survives = ("rows",)

    def __init__(self, trees: Optional[Mapping[str, Mapping[str, Union[str, int]]]] = None) -> None:
        self.rows: Dict[str, Dict[str, Any]] = {
            name: dict(rows) for name, rows in (SAMPLE_TREES if trees is None else trees).items()
        }

    def added(self) -> None:
        self._live: Dict[str, Dict[str, Any]] = {}
        self._loads: Dict[str, List[int]] = {}
        for name in self.rows:
            self._load(name)

    def _load(self, name: str) -> None:
        self._live[name] = dict(self.rows[name])
        loads = self._loads.setdefault(name, [0, 0])
        loads[0] += 1
        loads[1] = int(self.state.clock())

    def _named(self, prefix: Optional[str]) -> Iterator[Any]:
        # The last to be configured comes first.
        for name in reversed(list(self._live)):
            if prefix is None or name.startswith(prefix):
                yield name, self._live[name]

    @method("mtree.summary", help="Print summary of loaded mtree tables")
    def summary(self, ctx: Any) -> Iterator[Struct]:
        if not self._live:
            raise Fault(500, "Empty tree list")
        params = ctx.scan("*S")
        found = False
        for name, tree in self._named(params[0] if params.count > 0 else None):
            found = True
            inner = {prefix[:end] for prefix in tree for end in range(1, len(prefix))}
            numeric = any(isinstance(value, int) for value in tree.values())
            texts = [] if numeric else [len(_bytes(value)) + 1 for value in tree.values()]
            count, when = self._loads[name]
            number = float if self.state.release >= (5, 7) else int
            item = Struct(
                ttype=2 if numeric else 0,
                memsize=(len(inner) + bool(tree)) * NODE_SIZE + sum(texts),
                nrnodes=len(inner) + bool(tree),
                nritems=len(texts),
                reload_count=number(count),
                reload_time=number(when),
            )
            yield Struct(table=name, item=item)
        if not found:
            raise Fault(404, "Tree not found")

    @method("mtree.list", help="List the content of one or all trees")
    def list(self, ctx: Any) -> Iterator[Struct]:
        if not self._live:
            raise Fault(500, "Empty tree list.")
        params = ctx.scan("*.S")
        for name, tree in self._named(params[0] if params.count == 1 else None):
            for prefix in sorted(tree):
                yield Struct(tname=name, tprefix=prefix, tvalue=[tree[prefix]])

    @method("mtree.match", help="Match prefix value against mtree")
    def match(self, ctx: Any) -> Any:
        if not self._live:
            raise Fault(500, "Empty tree list.")
        params = ctx.scan(".SSd")
        if params.count < 3:
            raise Fault(500, "Invalid Parameters")
        name, number, mode = params
        if mode not in (0, 2):
            raise Fault(500, "Invalid parameter 'mode'")
        if name not in self._live:
            raise Fault(404, "Tree not found")
        tree = self._live[name]
        found = []
        for end, char in enumerate(number, 1):
            if not any(key.startswith(number[: end - 1]) and len(key) >= end for key in tree):
                break  # no node is below: what follows is not looked at
            if char not in "0123456789":
                raise Fault(404, "Prefix not found")
            if number[:end] in tree:
                found.append(number[:end])
        if not found:
            raise Fault(404, "Prefix not found")
        return [
            name,
            *(Struct(PREFIX=each, TVALUE=tree[each]) for each in (found if mode else found[-1:])),
        ]

    @method("mtree.reload", help="Reload mtrees from database to memory")
    def reload(self, ctx: Any) -> str:
        if not self.rows:
            raise Fault(500, "No Mtrees defined.")
        params = ctx.scan("S")
        prefix = params[0] if params.count == 1 and params[0][:1] != "." else None
        names = [name for name in self.rows if prefix is None or name.startswith(prefix)]
        if not names:
            raise Fault(500, "Can not find specified Mtree")
        for name in names:
            self._load(name)
        return "Ok. Mtree reloaded."


def _bytes(text: Any) -> bytes:
    return str(text).encode("utf-8", "surrogateescape")
