# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

from __future__ import annotations

import re

import pytest

from kamailio_binrpc import Client, Fault
from kamailio_binrpc.core.lab.engine import build
from kamailio_binrpc.lab import DnsCache
from tests.sdk.lab.modules.support import outcome

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
]


def ticking(call, method, *params):
    return TICKING.sub(r"\1#", repr(outcome(call, method, *params)))


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


@pytest.mark.real
def test_the_cache_of_names(make_kamailio):
    engine = build(modules=[DnsCache(others="")])
    with Client(make_kamailio(full=False).endpoints["unix"]) as real:
        names = [name for name in real.call("system.listMethods") if name.startswith("dns.")]
        assert [name for name in engine.registry.names() if name.startswith("dns.")] == names
        for name in names:
            assert engine.call("system.methodHelp", name) == real.call("system.methodHelp", name)
        for call in CALLS:
            assert ticking(engine.call, *call) == ticking(real.call, *call), call
