# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

"""Documents at a real Kamailio with every section in use."""

from __future__ import annotations

import random
import subprocess

import pytest

from kamailio_binrpc.core.catalogue.reading import is_read_only
from kamailio_binrpc.core.client import Client
from kamailio_binrpc.core.desired.calls import Calls
from kamailio_binrpc.core.desired.drive import drive
from kamailio_binrpc.core.desired.engine import Run
from kamailio_binrpc.core.state.plan import plan
from kamailio_binrpc.core.state.run import apply
from kamailio_binrpc.core.state.sections import SECTIONS
from kamailio_binrpc.core.state.snapshot import snapshot
from kamailio_binrpc.core.state.wish import parse
from tests.sdk.core.state.drifts import differences, drifts

pytestmark = [pytest.mark.real, pytest.mark.slow]

REGISTRATION = {
    "l_username": "bob",
    "l_domain": "example.com",
    "r_username": "2002",
    "r_domain": "127.0.0.1",
    "auth_username": "2002",
    "auth_proxy": "sip:127.0.0.1:9",
    "state": "disabled",
    "expires": 3600,
}
DOCUMENT = {
    "version": 1,
    "htable": {
        "t": {"items": {"a": 1, "b": "text", "c": -5, "": "", "raw": {"type": "escaped"}}},
        "exp": {"items": {"short": {"value": 1, "at_least": 600}}},
    },
    "pv": {"shv": {"maintenance": 3, "banner": "another"}},
    "cfg": {"lab": {"max_calls": 12, "label": "crate"}, "maxfwd[3]": {"max_limit": 9}},
    "dispatcher": {
        "55": {
            "destinations": [
                {"uri": "sip:127.0.8.1:5060", "priority": 3, "state": "enabled"},
                {"uri": "sip:127.0.8.2:5060", "priority": 2, "attrs": "weight=5;duid=b"},
                {"uri": "sip:127.0.8.3:5060", "priority": 1, "state": "disabled"},
            ]
        }
    },
    "uac": {"registrations": {"wish-1": {**REGISTRATION, "auth_password": {"env": "NO"}}}},
    "usrloc": {"location": {"wish": {"contacts": {"sip:wish@127.0.0.1:9": {"q": 0.5}}}}},
    "debugger": {"modules": {"tm": 1}},
}
DOCUMENT["htable"]["t"]["items"]["raw"]["value"] = r"caf\xe9"


@pytest.fixture
def server(make_kamailio):
    return make_kamailio()


@pytest.fixture
def client(server):
    with Client(server.endpoints["unix"], timeout=30) as client:
        yield client


class Recorded(Calls):
    def __init__(self, client):
        super().__init__(client)
        self.asked = []

    def call(self, method, *params, read_only=True):
        self.asked.append((method, *params))
        return super().call(method, *params, read_only=read_only)


def by_kamcmd(program, server, method, *params):
    """Make a call by kamcmd, as a colleague does."""
    words = [each if isinstance(each, int) else f"s:{each}" for each in params]
    command = [program, "-s", server.endpoints["unix"], method, *map(str, words)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert "error" not in done.stdout + done.stderr, done.stdout + done.stderr


def test_snapshot_plan_drift(server, client, kamcmd_program):
    calls = Recorded(client)

    def run(talk):
        return drive(talk, calls)

    client.call("cfg.seti", "dbg", "mod_level_mode", 1)
    wish = parse([DOCUMENT], lambda reference: "sesame-1")
    for resource in wish.resources:
        result = run(Run(resource).go())
        assert result["failed"] is False, result.get("msg")
    assert differences(run, wish) == []
    calls.asked.clear()
    document, _left_out = run(snapshot(SECTIONS))
    # The server does not list levels of modules.
    for section in set(SECTIONS) - {"debugger"}:
        assert section in document, section
    assert document["htable"]["t"]["items"]["raw"] == DOCUMENT["htable"]["t"]["items"]["raw"]
    assert document["dispatcher"]["55"]["destinations"][2]["state"] == "disabled"
    again = parse([document])
    assert differences(run, again) == []
    for method, *params in calls.asked:
        assert is_read_only(method, params), method
    planned = run(plan(again.stages))
    assert (planned.differs, planned.problems) == (False, [])
    for calls_made, addresses in random.Random(5).sample(list(drifts(document)), 10):
        for call in calls_made:
            by_kamcmd(kamcmd_program, server, *call)
        found = [each.address for each in run(plan(again.stages)).differences]
        assert found
        assert {each[:3] for each in found} == {each[:3] for each in addresses}
        outcome = run(apply(again.stages, irreversible=True))
        assert outcome.outcome == "changed", outcome
        assert run(plan(again.stages)).differs is False
