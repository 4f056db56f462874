# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``pdb.*``: the switch of look-ups in a number database (upstream ``pdb/pdb.c``)."""

from __future__ import annotations

from ...values import Struct
from ..registry import Module, method

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Pdb(Module):
    """The module pdb.

    :param active: whether requests to the number database are on at the start.
    :param timeout: milliseconds, from 6.1 on.
    """

    name = "pdb"
    loads = ("pdb",)

    def __init__(self, active: bool = True, timeout: int = 50) -> None:
        self.active = active
        self.limit = timeout

    @method("pdb.status", "", help="Get the pdb status.")
    def status(self) -> Struct:
        return Struct(active=int(self.active), status="active" if self.active else "inactive")

    @method("pdb.activate", "", help="Activate pdb.")
    def activate(self) -> None:
        self.active = True

    @method("pdb.deactivate", "", help="Deactivate pdb.")
    def deactivate(self) -> None:
        self.active = False

    @method("pdb.timeout", help="Set the pdb_query timeout.", since=(6, 1))
    def timeout(self, ctx: Any) -> Struct:
        params = ctx.scan("*d")
        old = self.limit
        if params.count < 1:
            return Struct(timeout=old)
        self.limit = params[0]
        return Struct(old_timeout=old, new_timeout=self.limit)
