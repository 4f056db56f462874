# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

from __future__ import annotations

import pytest

from kamailio_binrpc.core.desired.dispatcher import DispatcherState
from kamailio_binrpc.core.desired.leaf import Leaves
from kamailio_binrpc.core.desired.rtpengine import MediaNodes
from kamailio_binrpc.core.errors import CallTimeout, ConnectError
from kamailio_binrpc.core.faults import make_fault
from kamailio_binrpc.core.state.boot import boot_id
from kamailio_binrpc.core.state.journal import JournalError
from kamailio_binrpc.core.state.outcome import Outcome
from kamailio_binrpc.core.state.run import Run
from kamailio_binrpc.core.state.way_back import WayBack
from tests.support.state import four


def made(server):
    """Make the change and return its records, and what was before."""
    before = server.seen()
    run = Run([four()])
    assert server.drive(run.go()).outcome == "changed"
    server.written.clear()
    return [each.record for each in run._work], before


def back(server, records, save=None, **more):
    outcome = Outcome()
    boot = server.drive(boot_id())
    server.count = 0
    server.drive(WayBack(records, boot, outcome, **more).go(), save)
    return outcome


def test_what_serves_comes_back_before_what_goes(server):
    records, before = made(server)
    outcome = back(server, records)
    assert (outcome.outcome, outcome.not_undone) == ("undone", [])
    assert server.seen() == before
    assert server.written[0] == "htable.sets"
    assert server.written[-2:] == ["dispatcher.remove", "cfg.seti"]


@pytest.mark.parametrize("call", range(1, 24, 3))
@pytest.mark.parametrize("kind", ["fault", "busy", "lost", "refused"])
def test_a_failure_within_it_is_survived(server, call, kind):
    records, before = made(server)
    error = {
        "fault": make_fault(500, "Internal error of the test", "it"),
        "busy": make_fault(500, "Ongoing reload", "it"),
        "lost": CallTimeout("it timed out"),
        "refused": ConnectError("it was refused"),
    }[kind]
    error.executed = None if kind == "lost" else False
    boot = server.drive(boot_id())
    outcome = Outcome()
    server.count = 0
    server.events[call] = error
    server.drive(WayBack(records, boot, outcome).go())
    assert outcome.outcome in ("undone", "partly_undone"), outcome
    if outcome.outcome == "undone":
        assert server.seen() == before
    else:
        assert outcome.not_undone


def test_a_step_that_fails_for_good_is_named_and_the_others_are_made(server):
    records, before = made(server)
    original = server.once

    def once(method, *params):
        if method == "pv.shvSet":
            raise make_fault(500, "Internal error of the test", method)
        return original(method, *params)

    server.once = once
    outcome = back(server, records)
    assert outcome.outcome == "partly_undone"
    assert [each["address"] for each in outcome.not_undone] == ["pv.shv.maintenance"]
    assert "Internal error" in outcome.not_undone[0]["why"]
    assert {**server.seen(), "maintenance": 0} == before


def test_it_goes_on_without_a_journal(server):
    records, before = made(server)

    def full(need):
        raise JournalError("the disk is full")

    outcome = back(server, records, full)
    assert outcome.outcome == "undone"
    assert outcome.warnings == ["the disk is full"]
    assert server.seen() == before


def test_without_time_everything_is_named(server):
    records, _before = made(server)
    outcome = back(server, records, timeout=-100)
    assert outcome.outcome == "partly_undone"
    assert "undo_timeout" in outcome.not_undone[0]["why"]


def test_a_server_that_does_not_come_back_is_unknown(server):
    records, _before = made(server)
    boot = server.drive(boot_id())
    outcome = Outcome()
    server.call = lambda *call, **more: (_ for _ in ()).throw(ConnectError("refused"))
    server.drive(WayBack(records, boot, outcome).go())
    assert outcome.outcome == "unknown"
    assert {each["found"] for each in outcome.not_undone} == {"unknown"}


def drained(server):
    """Enable a second gateway, while another client drains the first; return the records."""
    gateways = "sip:127.0.7.1:5060", "sip:127.0.7.2:5060"
    for uri, flags in zip(gateways, (0, 4)):
        server.client.call("dispatcher.add", 7, uri, flags, 0)
        server.pause(10)
    run = Run([type(four())([DispatcherState(7, "active", uri=gateways[1])])])
    assert server.drive(run.go()).outcome == "changed"
    server.written.clear()
    return [each.record for each in run._work], gateways


def test_a_set_is_not_left_empty_on_the_way_back(server):
    records, gateways = drained(server)
    server.client.call("dispatcher.set_state", "d", 7, gateways[0])
    outcome = back(server, records)
    assert outcome.outcome == "partly_undone"
    assert "at least 1 must stay" in outcome.not_undone[0]["why"]
    assert server.written == []


def test_a_way_back_to_what_was_is_never_held_back(server):
    records, _gateways = drained(server)
    assert back(server, records).outcome == "undone"
    assert server.written == ["dispatcher.set_state"]


def test_nodes_are_guarded_on_the_way_back():
    nodes = MediaNodes("udp:a", enabled=True, must_answer=False)
    before = Leaves({("rtpengine", "udp:a"): False}, {("rtpengine", "udp:b"): True})
    now = Leaves({}, sets={"udp:a": 0, "udp:b": 0}, serving=["udp:a"])
    after = {("rtpengine", "udp:a"): False}
    assert "at least 1" in nodes.too_few(before, now, after)
    now.facts["serving"].append("udp:b")
    assert nodes.too_few(before, now, after) == ""
    alone = Leaves({("rtpengine", "udp:a"): False})
    now.facts["serving"].remove("udp:b")
    assert nodes.too_few(alone, now, after) == ""
