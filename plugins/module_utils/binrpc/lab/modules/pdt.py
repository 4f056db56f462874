# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``pdt.*``: prefixes to domains (upstream ``pdt/pdt_mod.c``)."""

from __future__ import annotations

import re

from ...faults import Fault
from ...values import Struct
from ..registry import Module, method

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, Iterable, Mapping, Optional

    Row = Mapping[str, Any]

SAMPLE_PDT = [{"sdomain": "*", "prefix": "12", "domain": "one.example.com"}]


class PrefixDomains(Module):
    """The module pdt.

    :param rows: ``sdomain``, ``prefix``, ``domain``.
    """

    name = "pdt"
    loads = ("pdt",)
    survives = ("rows",)

    def __init__(self, rows: Optional[Iterable[Row]] = None) -> None:
        self.rows = list(SAMPLE_PDT if rows is None else rows)

    def added(self) -> None:
        self.reload()

    @method("pdt.reload", "", help="Reload PDT database records")
    def reload(self) -> None:
        self._live: Dict[str, Dict[str, str]] = {}
        for row in self.rows:
            self._live.setdefault(row["sdomain"], {})[row["prefix"]] = row["domain"]

    @method("pdt.list", help="List PDT memory records")
    def list(self, ctx: Any) -> Struct:
        if not self._live:
            raise Fault(404, "No records")
        params = ctx.scan("*S.SS")
        if params.count < 0:
            raise Fault(500, "Error Reading Parameters")
        source, prefix, target = ["" if each == "." else each for each in [*params, "", "", ""]][:3]
        if not re.fullmatch("[0-9]*", prefix):
            raise Fault(400, "Bad Prefix")
        reply = Struct()
        for name in sorted(self._live):
            if not name.startswith(source):
                continue
            records = Struct()
            for each in sorted(self._live[name]):
                domain = self._live[name][each]
                if each.startswith(prefix) and (
                    not target or _same_domain(domain, target, bool(prefix))
                ):
                    records.add("ENTRY", Struct(DOMAIN=domain, PREFIX=each))
            reply.add("SDOMAIN", name)
            reply.add("RECORDS", records)
        return reply


def _same_domain(domain: str, wanted: str, beginning: bool) -> bool:
    domain, wanted = domain.lower(), wanted.lower()
    return domain.startswith(wanted) if beginning else domain == wanted
