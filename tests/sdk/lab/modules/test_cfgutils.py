# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

from __future__ import annotations

import pytest

from kamailio_binrpc import Client
from kamailio_binrpc.lab import CfgUtils
from tests.sdk.lab.modules.support import ODD, Pair, Params
from tests.support.kamailio import Kamailio


@pytest.mark.real
def test_cfgutils(server: Kamailio, real: Client) -> None:
    pair = Pair(real, CfgUtils(4, 10, server.config.read_text()))
    pair.same_methods("cfgutils.")
    for name in pair.engine.registry.names():
        if name.startswith("cfgutils.") and not name.startswith("cfgutils.rand"):
            pair.each(name, *ODD)
    for bits in (1, 8, 3, -1, 2**31 - 1, "x"):
        for name in ("set_gflag", "is_gflag", "reset_gflag"):
            pair.each("cfgutils." + name, (bits,), then="cfgutils.get_gflags")
    pair.same("cfgutils.set_gflag", 4)
    percents: tuple[Params, ...] = ((50,), (100,), (101,), (-1,), ("x",))
    pair.each("cfgutils.rand_set_prob", *percents, then="cfgutils.rand_get_prob")
    pair.each("cfgutils.rand_reset_prob", (), then="cfgutils.rand_get_prob")
    pair.same("cfgutils.check_config_hash")
