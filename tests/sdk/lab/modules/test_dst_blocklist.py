# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

from __future__ import annotations

import pytest

from kamailio_binrpc import Fault
from kamailio_binrpc.core.lab.engine import build
from kamailio_binrpc.lab import Blocklist
from tests.sdk.lab.modules.support import Pair


def test_a_blocklist_that_is_on():
    engine = build([Blocklist(enabled=True)])
    engine.call("dst_blocklist.add", "192.0.2.1", 5060, 1, 0)
    assert engine.call("dst_blocklist.debug")[:3] == ["udp", "192.0.2.1", 5060]
    assert engine.call("dst_blocklist.view")[1] == "    ip: 192.0.2.1"
    for params, text in ((("x", 1, 1, 0), "Malformed ip"), (("192.0.2.1", 1, 9, 0), "Unknown pro")):
        with pytest.raises(Fault, match=text):
            engine.call("dst_blocklist.add", *params)
    engine.call("dst_blocklist.delete_all")
    assert engine.call("dst_blocklist.debug") == []


@pytest.mark.real
def test_a_blocklist_that_is_off(real):
    pair = Pair(real)
    pair.same_methods("dst_blocklist.")
    for name in ("view", "debug", "mem_info", "delete_all", "add"):
        pair.same("dst_blocklist." + name)
