# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``force`` of a destination: a state that it gets once, and that the server may change again."""

from __future__ import annotations

import pytest

from kamailio_binrpc.core.dispatcher import each_destination, parse_destination
from kamailio_binrpc.core.faults import make_fault
from kamailio_binrpc.core.state.journal import Journals
from kamailio_binrpc.core.state.plan import plan
from kamailio_binrpc.core.state.run import apply
from kamailio_binrpc.core.state.transaction import apply_at, roll_back
from kamailio_binrpc.core.state.wish import WishError, parse
from kamailio_binrpc.core.views import reply_to_json

OLD, OTHER, NEW = "sip:192.0.2.11:5060", "sip:192.0.2.12:5060", "sip:192.0.2.19:5060"


def stages(uri=OLD, force="inactive", **more):
    entry = {"uri": uri, "force": force, **more}
    return parse([{"version": 1, "dispatcher": {"1": {"destinations": [entry]}}}]).stages


def state(server, uri=OLD):
    found = reply_to_json(server.client.call("dispatcher.list"), "dispatcher.list")
    (dest,) = [d for n, d in each_destination(found) if n == 1 and d and d["URI"] == uri]
    return parse_destination(dest)["state"]


def test_it_is_made_once_and_shown_as_such(server):
    found = server.drive(plan(stages()))
    assert [(each.action, each.after) for each in found.differences] == [("force", "inactive")]
    assert server.drive(apply(stages())).outcome == "changed"
    assert state(server) == "inactive"
    assert server.written == ["dispatcher.set_state"]
    assert server.drive(apply(stages())).outcome == "unchanged"


def test_the_server_may_move_it_right_after(server):
    def move():
        server.client.call("dispatcher.set_state", "a", 1, OLD)

    server.events["dispatcher.set_state"] = lambda: server.events.update({server.count + 1: move})
    assert server.drive(apply(stages())).outcome == "changed"
    assert state(server) == "active"
    assert server.written == ["dispatcher.set_state"]


def test_after_a_failure_it_has_its_state_again(server):
    failing = [{"version": 1, "pv": {"shv": {"maintenance": 8}}}]
    server.events["pv.shvSet"] = make_fault(500, "no", "pv.shvSet")
    outcome = server.drive(apply([*stages(), *parse(failing).stages]))
    assert (outcome.outcome, outcome.not_undone) == ("undone", [])
    assert server.written == ["dispatcher.set_state", "pv.shvSet", "dispatcher.set_state"]
    assert state(server) == "active"


@pytest.mark.parametrize("moved, outcome", [(None, "undone"), ("t", "partly_undone")])
def test_a_rollback_puts_it_back_if_the_server_has_not_moved_it(server, tmp_path, moved, outcome):
    journals = Journals(str(tmp_path / "journals"))
    apply_at(stages(), server, server.address, journals, server.clock, server.pause)
    if moved:
        server.client.call("dispatcher.set_state", moved, 1, OLD)
    (entry,) = journals.entries()
    end = roll_back(journals, entry, server.connect, clock=server.clock, pause=server.pause)
    assert end.outcome == outcome, end.not_undone
    assert state(server) == ("trying" if moved else "active")


def test_one_that_is_added_begins_with_it(server):
    assert server.drive(apply(stages(NEW, "trying"))).outcome == "changed"
    assert state(server, NEW) == "trying"


@pytest.mark.parametrize("force", ["inactive", "trying"])
@pytest.mark.parametrize(
    "details", [{}, {"priority": 5}, {"attrs": "weight=9"}, {"attrs": "duid=g"}]
)
@pytest.mark.parametrize("was", ["a", "d"])
def test_it_holds_whatever_else_changes(server, force, details, was):
    """Another priority, other attributes or another identity: it is removed and added.

    One that was disabled does not stay so.
    """
    server.client.call("dispatcher.add", 1, NEW, 0)
    server.client.call("dispatcher.set_state", was, 1, NEW)
    wanted = stages(NEW, force, **details)
    assert server.drive(apply(wanted)).outcome == "changed"
    assert state(server, NEW) == force
    assert not server.drive(plan(wanted)).differs


def test_those_that_go_are_not_switched_with_all_that_stay(server):
    """``all`` of dispatcher.set_state means every destination of the set."""
    for uri in (NEW, NEW + "1", NEW + "2"):
        server.client.call("dispatcher.add", 9, uri, 0)
        server.pause(10)  # reload_delta
    server.client.call("dispatcher.set_state", "d", 9, NEW)
    stay = [{"uri": NEW + each, "force": "trying"} for each in "12"]
    wanted = {"9": {"destinations": stay, "absent": [NEW], "min_enabled": 0}}
    server.events["dispatcher.remove"] = make_fault(500, "no", "dispatcher.remove")
    outcome = server.drive(apply(parse([{"version": 1, "dispatcher": wanted}]).stages))
    assert (outcome.outcome, outcome.not_undone) == ("undone", [])
    found = reply_to_json(server.client.call("dispatcher.list"), "dispatcher.list")
    dests = [dest for number, dest in each_destination(found) if number == 9 and dest]
    states = {each["URI"]: parse_destination(each)["state"] for each in dests}
    assert states == {NEW: "disabled", NEW + "1": "active", NEW + "2": "active"}


def test_the_last_one_in_service_is_not_forced_out(server):
    server.client.call("dispatcher.set_state", "d", 1, OTHER)
    assert "active destinations would be left" in server.drive(apply(stages())).message
    assert server.written == []


def test_it_is_not_both(server):
    with pytest.raises(WishError, match="to be disabled"):
        stages(state="disabled")
