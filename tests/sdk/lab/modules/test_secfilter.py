# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

from __future__ import annotations

import pytest

from kamailio_binrpc import Client
from kamailio_binrpc.lab import SecFilter
from tests.sdk.lab.modules.support import Pair, Params


@pytest.mark.real
def test_secfilter(real: Client) -> None:
    pair = Pair(real, SecFilter({"ua": ["badagent"]}, {"user": ["goodagent"]}))
    kinds = ("ua", "u", "dst", "user", "nope", "country")
    pair.each("secfilter.print", (), *((kind,) for kind in kinds))
    pair.each("secfilter.stats", ())
    rows: tuple[Params, ...] = (("ua", "a"), ("u", "b"), ("user", "c"), ("nope", "d"), ("", ""))
    for name in ("add_bl", "add_wl"):
        pair.each("secfilter." + name, *rows, ("ip", "192.0.2.1"), ("ua",), (), (1, 2))
        pair.same("secfilter.print")
    pair.each("secfilter.add_dst", (), ("x",))
    pair.each("secfilter.stats_reset", ())
    pair.each("secfilter.reload", (), then="secfilter.print")
