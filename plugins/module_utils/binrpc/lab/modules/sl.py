# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``sl.*``: stateless replies (upstream ``sl/sl_stats.c``)."""

from __future__ import annotations

from ...values import Struct
from ..registry import Module, method

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Dict, Mapping, Optional

REPLIES = (
    *("200", "202", "2xx", "300", "301", "302", "3xx", "400", "401", "403", "404", "407"),
    *("408", "483", "4xx", "500", "5xx", "6xx", "xxx"),
)


class Stateless(Module):
    """The module sl.

    :param stats: values of ``sl.stats``, 0 where not given.
    """

    name = "sl"
    loads = ("sl",)

    def __init__(self, stats: Optional[Mapping[str, int]] = None) -> None:
        self.stats: Dict[str, int] = {**dict.fromkeys(REPLIES, 0), **(stats or {})}

    @method("sl.stats", "", help="Print reply statistics.")
    def statistics(self) -> Struct:
        number = float if self.state.release >= (5, 7) else int
        return Struct((name, number(value)) for name, value in self.stats.items())
