# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""The core's caches beside those of a real Kamailio, and what no package has yet."""

from __future__ import annotations

import re

import pytest

from kamailio_binrpc.core.client import Client
from kamailio_binrpc.core.faults import Fault
from kamailio_binrpc.core.lab.engine import build
from kamailio_binrpc.core.lab.state import LabState
from kamailio_binrpc.lab import Blocklist, ModuleParameters

# Seconds may pass between the two.
TICKING = re.compile(r"((?:expires|last_used)', )-?\d+")

CALLS = [
    *[("dns.add_a",), ("dns.add_a", "a"), ("dns.add_a", 1), ("dns.delete_a",), ("dns.delete_a", 1)],
    *[("dns.lookup",), ("dns.lookup", "A"), ("dns.lookup", "nope", "x"), ("dns.lookup", 1, 2)],
    *[("dns.mem_info",), ("dns.view",), ("dns.lookup", "A", "x.example"), ("dns.view", 1)],
    ("dns.add_a", "a.example", 600, "192.0.2.1", 0),
    ("dns.add_a", "a.example", 600, "nonsense", 0),
    ("dns.add_a", "a.example", 600, "192.0.2.3", 0),
    ("dns.add_aaaa", "a.example", 600, "2001:db8::1", 0),
    ("dns.add_aaaa", "a.example", 600, "192.0.2.1", 0),
    ("dns.add_srv", "_sip._udp.a.example", 600, 1, 2, 5060, "t.example", 0),
    *[("dns.view",), ("dns.mem_info",), ("dns.lookup", "A", "a.example")],
    *[("dns.lookup", "srv", "_sip._udp.a.example"), ("dns.lookup", "AAAA", "a.example")],
    *[("dns.delete_a", "a.example"), ("dns.delete_a", "a.example"), ("dns.view",)],
    *[("dns.delete_srv", "nope"), ("dns.delete_all",), ("dns.view",), ("dns.delete_all_force",)],
    *[("dst_blocklist." + name,) for name in ("view", "debug", "mem_info", "delete_all", "add")],
]


def outcome(call, method, *params):
    try:
        return TICKING.sub(r"\1#", repr(list(call(method, *params))))
    except Fault as fault:
        return fault.code, fault.text


@pytest.mark.real
def test_caches_of_the_core(make_kamailio):
    engine = build()
    with Client(make_kamailio(full=False).endpoints["unix"]) as real:
        names = [n for n in real.call("system.listMethods") if n.startswith(("dns.", "dst_"))]
        lab = [n for n in engine.registry.names() if n.startswith(("dns.", "dst_"))]
        assert lab == names
        for name in names:
            assert engine.call("system.methodHelp", name) == real.call("system.methodHelp", name)
        for call in CALLS:
            assert outcome(engine.call, *call) == outcome(real.call, *call), call


def test_entries_expire():
    engine = build()
    now = [1000.0]
    engine.state.clock = lambda: now[0]
    engine.call("dns.add_a", "a.example", 60, "192.0.2.1", 0)
    engine.call("dns.add_a", "b.example", 60, "192.0.2.1", 4)
    now[0] += 61
    assert [each["name"] for each in engine.call("dns.view")] == ["b.example"]
    with pytest.raises(Fault, match="Permanent entries cannot be deleted"):
        engine.call("dns.delete_a", "b.example")


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


def test_parameters_of_modules():
    assert not [name for name in build().registry.names() if name.startswith("modparam.")]
    module = ModuleParameters({"m": {"n": 5, "t": "x"}}, shared=["m.n"])
    engine = build([module], LabState("6.1"))
    assert engine.call("modparam.getn", "m", "n")[0]["value"] == 5
    assert engine.call("modparam.gets", "m", "t")[0]["value"] == "x"
    assert engine.call("modparam.setn", "m", "n", 7)[0].items()[3:] == [("ovalue", 5), ("value", 7)]
    assert [each["value"] for each in engine.call("modparam.list")] == [7, "x"]
    for method, params, code in (
        *[("getn", ("x", "n"), 404), ("getn", ("m", "x"), 404), ("getn", ("m",), 400)],
        *[("setn", ("m", "t", 1), 488), ("setn", ("m", "n"), 400), ("list", ("x",), 404)],
    ):
        with pytest.raises(Fault) as caught:
            engine.call("modparam." + method, *params)
        assert caught.value.code == code


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
