# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``dialplan.*``: rules that rewrite numbers (upstream ``dialplan/dialplan.c``)."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase

from ...faults import Fault
from ...values import NULL_TEXT, Struct
from ..registry import Module, method
from ..reload_guard import ReloadGuard

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, Iterable, List, Mapping, Optional

    Row = Mapping[str, Any]

SAMPLE_RULES: List[Dict[str, Any]] = [
    {
        "dpid": 1,
        "pr": 1,
        "match_op": 1,
        "match_exp": "^00([0-9]+)$",
        "subst_exp": "^00([0-9]+)$",
        "repl_exp": "+\\1",
        "attrs": "intl",
    },
    {"dpid": 1, "pr": 2, "match_op": 0, "match_exp": "100", "repl_exp": "200", "attrs": "x"},
]


class DialPlan(Module):
    """The module dialplan.

    :param rules: rows ``dpid``, ``pr``, ``match_op`` (0 equal, 1 regular expression, 2 shell
        pattern), ``match_exp``, ``match_len``, ``subst_exp``, ``repl_exp``, ``attrs``.
    :param reload_delta: seconds.
    """

    name = "dialplan"
    loads = ("dialplan",)
    survives = ("rules",)

    def __init__(self, rules: Optional[Iterable[Row]] = None, reload_delta: int = 5) -> None:
        self.rules = list(SAMPLE_RULES if rules is None else rules)
        self.reload_delta = reload_delta

    def added(self) -> None:
        self.guard = ReloadGuard(self.state, self.reload_delta, "ongoing reload")
        self._load()

    def _load(self) -> None:
        self._plans: Dict[int, List[Row]] = {}
        for row in sorted(self.rules, key=lambda row: (row.get("match_len", 0), row["pr"])):
            self._plans.setdefault(row["dpid"], []).append(row)

    @method("dialplan.reload", "", help="Reload dialplan table from database")
    def reload(self) -> None:
        self.guard.enter()
        self._load()

    @method(
        "dialplan.dump",
        "d",
        help="Dump dialplan content",
        missing=(500, "Missing parameter"),
    )
    def dump(self, number: int) -> Struct:
        entries = Struct()
        for row in self._plan(number):
            entries.add(
                "ENTRY",
                Struct(
                    PRIO=row["pr"],
                    MATCHOP=row.get("match_op", 0),
                    MATCHEXP=row.get("match_exp") or NULL_TEXT,
                    MATCHLEN=row.get("match_len", 0),
                    SUBSTEXP=row.get("subst_exp") or NULL_TEXT,
                    REPLEXP=row.get("repl_exp") or NULL_TEXT,
                    ATTRS=row.get("attrs") or NULL_TEXT,
                ),
            )
        return Struct(DPID=number, ENTRIES=entries)

    def _plan(self, number: int) -> List[Row]:
        if number not in self._plans:
            raise Fault(500, "Dialplan ID not matched")
        return self._plans[number]

    @method(
        "dialplan.translate",
        "dS",
        help="Perform dialplan translation",
        missing=(500, "Invalid parameters"),
    )
    def translate(self, number: int, text: str) -> Struct:
        plan = self._plan(number)
        if not text:
            raise Fault(500, "Empty input parameter")
        # Rules for just this length come first.
        for row in sorted(plan, key=lambda row: not row.get("match_len")):
            if row.get("match_len", 0) in (0, len(text)) and _rule_fits(row, text):
                attributes = row.get("attrs") or NULL_TEXT
                return Struct(Output=_replaced(row, text), Attributes=attributes)
        raise Fault(500, "No translation")


def _rule_fits(row: Row, text: str) -> bool:
    operator, pattern = row.get("match_op", 0), row["match_exp"]
    if operator == 1:
        return re.search(pattern, text) is not None
    return fnmatchcase(text, pattern) if operator == 2 else bool(text == pattern)


def _replaced(row: Row, text: str) -> str:
    replacement: str = row.get("repl_exp") or ""
    if not replacement:
        return text
    match = re.search(row["subst_exp"], text) if row.get("subst_exp") else None
    if match is None:
        return replacement
    return re.sub(r"\\([0-9])", lambda each: match.group(int(each.group(1))) or "", replacement)
