# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``domain.*``: domains and their attributes (upstream ``domain/domain_mod.c``)."""

from __future__ import annotations

from ...values import Struct
from ..hashing import core_case_hash
from ..registry import Module, method

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, Iterable, List, Mapping, Optional

    Row = Mapping[str, Any]

SAMPLE_DOMAINS = [
    {"domain": "example.com", "did": "main"},
    {"domain": "example.org", "did": "other"},
]


class Domains(Module):
    """The module domain.

    :param domains: rows ``domain`` and ``did``.
    :param attributes: rows ``did`` and ``name``.
    """

    name = "domain"
    loads = ("domain",)
    survives = ("domains", "attributes")

    def __init__(
        self,
        domains: Optional[Iterable[Row]] = None,
        attributes: Iterable[Row] = (),
    ) -> None:
        self.domains = list(SAMPLE_DOMAINS if domains is None else domains)
        self.attributes = list(attributes)

    def added(self) -> None:
        self.reload()

    @method("domain.reload", "", help="Reload domain tables from database")
    def reload(self) -> None:
        rows = reversed(self.domains)
        self._domains = sorted(rows, key=lambda row: core_case_hash(row["domain"]) % 128)
        names: Dict[str, List[str]] = {}
        for row in self.attributes:
            names.setdefault(row["did"], []).insert(0, row["name"])
        self._attributes = list(reversed(list(names.items())))

    @method(
        "domain.dump",
        "",
        help="Return the contents of domain and domain_attrs tables",
    )
    def dump(self) -> Struct:
        return Struct(
            domains=[Struct(domain=row["domain"], did=row["did"]) for row in self._domains],
            attributes=[Struct(did=did, attrs=names) for did, names in self._attributes],
        )
