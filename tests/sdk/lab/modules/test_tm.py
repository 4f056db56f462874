# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

from __future__ import annotations

import pytest

from kamailio_binrpc import Client
from tests.sdk.lab.modules.support import ODD, Pair


@pytest.mark.real
def test_tm(real: Client) -> None:
    pair = Pair(real)
    pair.same_methods("tm.")
    for name in pair.engine.registry.names():
        if name.startswith("tm.") and not name.startswith("tm.stats"):
            pair.each(name, *ODD)
    pair.each("tm.cancel", ("a", "b"), ("a",), (1, 2))
    for name in ("reply", "reply_callid"):
        pair.each("tm." + name, (200,), (200, "OK"), ("200",), (200, "OK", "1:2", "t", "h", "b"))
        pair.each("tm." + name, (200, "OK", "x", "t"), (200, "OK", "c", "1 I", "t", "h", "b"))
    for name in ("t_uac_start", "t_uac_wait_block"):
        pair.each("tm." + name, ("a",), ("a", "b", "c", "d"))
