# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

from __future__ import annotations

import pytest

from kamailio_binrpc import Fault
from kamailio_binrpc.core.lab.engine import build
from kamailio_binrpc.lab import LabState


def test_methods_that_are_limited(monkeypatch):
    engine = build(state=LabState("5.8"))
    now = [1000.0]
    engine.state.clock = lambda: now[0]
    for _other in range(2):
        assert engine.call("core.echo_delta", "x") == ["x"]
    engine.state.rpc_exec_delta = 5
    assert engine.call("core.echo_delta", "x") == ["x"]
    for _other in range(2):  # a call that is refused does not count
        now[0] += 2
        with pytest.raises(Fault, match="Command Executed Too Fast"):
            engine.call("core.echo_delta", "x")
    now[0] += 1
    assert engine.call("core.echo_delta", "x") == ["x"]
    assert "core.echo_delta" not in build().registry  # 5.6
