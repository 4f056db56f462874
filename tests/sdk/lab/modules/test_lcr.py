# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

from __future__ import annotations

import pytest

from kamailio_binrpc import Client
from kamailio_binrpc.lab import LeastCost
from tests.sdk.lab.modules.support import ODD, TABLES, Pair, Params


@pytest.mark.real
def test_lcr(real: Client) -> None:
    targets = [{"gw_id": 1}, {"gw_id": 2, "priority": 2}]
    pair = Pair(real, LeastCost(TABLES["lcr_gw"], [{"prefix": "49", "targets": targets}]))
    pair.same_methods("lcr.")
    for name in pair.engine.registry.names():
        if name.startswith("lcr.") and name != "lcr.load_gws":
            pair.each(name, *ODD)
    rules: tuple[Params, ...] = ((1, "49123"), (1, "48"), (0,), (1,), (2,), (1, 49), ("1",))
    pair.each("lcr.dump_rules", *rules)
    pair.each("lcr.defunct_gw", (1, 1, 60), (1, 2, -5), (1, 9, 1), (2, 1, 1), then="lcr.dump_gws")
    pair.each("lcr.reload", (), then="lcr.dump_gws")
