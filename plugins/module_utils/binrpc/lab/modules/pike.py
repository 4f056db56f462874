# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``pike.*``: addresses that send too much (upstream ``pike/pike_rpc.c``)."""

from __future__ import annotations

from ...faults import Fault
from ...values import Struct
from ..registry import Module, method

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Iterable, Mapping

    Row = Mapping[str, Any]


class Pike(Module):
    """The module pike.

    :param rows: ``ip_addr``, ``leaf_hits_prev``, ``leaf_hits_curr``, ``expires``, ``status``
        (``HOT``, ``WARM``, ...).
    """

    name = "pike"
    loads = ("pike",)

    def __init__(self, rows: Iterable[Row] = (), max_hits: int = 30) -> None:
        self.rows = list(rows)
        self.max_hits = max_hits

    @method("pike.top", help="pike.top Dump parts of the pike table")
    @method("pike.list", help="pike.top Dump parts of the pike table")
    def top(self, ctx: Any) -> Struct:
        params = ctx.scan("s")
        text = params[0].upper() if params.count > 0 else "HOT"
        for kind in ("ALL", "HOT", "WARM"):
            if kind in text:
                break
        else:
            raise Fault(500, "Bad argument. Select: ALL, HOT or WARM")
        names = ("ip_addr", "leaf_hits_prev", "leaf_hits_curr", "expires", "status")
        rows = [
            Struct((name, row.get(name, 0)) for name in names)
            for row in self.rows
            if kind == "ALL" or (kind == "HOT" and "HOT" in row.get("status", ""))
        ]
        return Struct(max_hits=self.max_hits, list=rows, number_of_rows=len(rows))
