# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

from __future__ import annotations

from functools import partial

import pytest

from kamailio_binrpc.core.desired.toggle import SWITCHES, TOGGLE, Toggle
from kamailio_binrpc.core.lab.modules.cfg_rpc import Variable

READABLE = ["dispatcher_ping", "dns", "sipdump", "siptrace", "websocket"]


@pytest.fixture
def lab(lab):
    """Add the modules that the lab lacks."""
    lab.modules["cfg_rpc"].groups["websocket"] = {"enabled": Variable("websocket", "enabled", 1)}
    set_websocket = partial(lab.modules["cfg_rpc"].put, "websocket", "enabled")
    lab.registry.method("ws.enable")(lambda ctx: set_websocket(1))
    lab.registry.method("ws.disable")(lambda ctx: set_websocket(0))
    dns = [1]

    def set_dns(ctx):
        dns[:] = ctx.scan("d")

    lab.registry.method("dns.get_server_state")(lambda ctx: dns[0])
    lab.registry.method("dns.set_server_state")(set_dns)
    return lab


def test_every_switch_is_tried():
    assert sorted(SWITCHES) == sorted([*READABLE, "uac", "nat_ping"])


@pytest.mark.parametrize("what", READABLE)
@pytest.mark.parametrize("enabled", [False, True])
def test_switches_that_can_be_read(ensure, what, enabled):
    ensure(Toggle(what, not enabled))
    result = ensure(Toggle(what, enabled))
    assert result["changed"] is True
    assert (result["before"], result["after"]) == ({what: not enabled}, {what: enabled})
    assert ensure(Toggle(what, enabled))["changed"] is False


def test_a_switch_that_says_what_it_was(ensure):
    ensure(Toggle("uac", False))
    assert ensure(Toggle("uac", True))["changed"] is True
    result = ensure(Toggle("uac", True))
    assert result["changed"] is False
    assert result["before"] == {"uac": None}


def test_a_switch_that_says_nothing_always_counts_as_changed(ensure):
    assert ensure(Toggle("nat_ping", True))["changed"] is True
    assert ensure(Toggle("nat_ping", True))["changed"] is True


def test_an_answer_that_cannot_be_read(ensure, lab):
    lab.registry.method("dns.get_server_state")(lambda ctx: None)
    result = ensure(Toggle("dns", True), failed=True)
    assert "dns.get_server_state gave no answer" in result["msg"]


def test_options():
    toggle = TOGGLE.make({"what": "dns", "enabled": True})
    assert (toggle.what, toggle.enabled) == ("dns", True)
    with pytest.raises(ValueError, match="enabled is 'no'; write true or false, without quotes"):
        TOGGLE.make({"what": "dns", "enabled": "no"})
