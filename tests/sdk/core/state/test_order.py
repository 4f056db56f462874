# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``order: keep``: each change of any set reverses destinations with equal priorities."""

from __future__ import annotations

import contextlib

import pytest

from kamailio_binrpc import Client
from kamailio_binrpc.core.desired.calls import Calls
from kamailio_binrpc.core.desired.drive import drive
from kamailio_binrpc.core.dispatcher import each_destination
from kamailio_binrpc.core.faults import make_fault
from kamailio_binrpc.core.state.journal import OPEN, UNFINISHED, Journals, move
from kamailio_binrpc.core.state.plan import plan
from kamailio_binrpc.core.state.run import apply
from kamailio_binrpc.core.state.transaction import apply_at, roll_back
from kamailio_binrpc.core.state.wish import parse
from kamailio_binrpc.core.views import reply_to_json

URIS = [f"sip:127.0.9.{number}:5060" for number in range(1, 6)]
SAME = "sip:127.0.9.9:5060"


def order(client, number=7):
    found = reply_to_json(client.call("dispatcher.list"), "dispatcher.list")
    return [dest["URI"] for each, dest in each_destination(found) if each == number and dest]


def fill(client, pause=lambda seconds: None):
    for number, uri in [*((7, uri) for uri in URIS), (8, SAME)]:
        pause(10)
        client.call("dispatcher.add", number, uri, 0, 0, "")
    pause(10)
    return order(client)


def stages(*adds, keep=True, **more):
    """Return a wish for set 8 alone, or for sets 7 and 8, where 7 keeps its order."""
    sets = {"8": {"destinations": [{"uri": uri} for uri in adds]}}
    if keep:
        sets["7"] = {"order": "keep", **more}
    return parse([{"version": 1, "dispatcher": sets}]).stages


NEW = ["sip:127.0.9.21:5060", "sip:127.0.9.22:5060", "sip:127.0.9.23:5060"]


@pytest.mark.parametrize("count", [1, 2, 3])
def test_the_order_of_a_set_outlives_a_change_of_another(server, count):
    before = fill(server, server.pause)
    outcome = server.drive(apply(stages(*NEW[:count])))
    assert outcome.outcome == "changed"
    assert order(server) == before
    assert server.drive(plan(stages(*NEW[:count]))).differs is False


def test_without_it_an_odd_number_reverses_it(server):
    before = fill(server, server.pause)
    server.drive(apply(stages(NEW[0], keep=False)))
    assert order(server) == before[::-1]


def test_what_stays_in_the_set_itself_keeps_its_order(server):
    before = fill(server, server.pause)
    wish = stages(absent=[URIS[2]], destinations=[{"uri": NEW[0]}])
    assert server.drive(apply(wish)).outcome == "changed"
    stay = [uri for uri in before if uri != URIS[2]]
    assert [uri for uri in order(server) if uri != NEW[0]] == stay


def test_one_that_is_added_again_does_not_count(server):
    before = fill(server, server.pause)
    wish = stages(destinations=[{"uri": URIS[1], "attrs": "weight=5"}])
    assert server.drive(apply(wish)).outcome == "changed"
    stay = [uri for uri in before if uri != URIS[1]]
    assert [uri for uri in order(server) if uri != URIS[1]] == stay


def test_after_a_failure_it_is_as_before(server):
    before = fill(server, server.pause)
    server.events["dispatcher.remove"] = make_fault(500, "no", "dispatcher.remove")
    outcome = server.drive(apply(stages(NEW[0], absent=[URIS[2]])))
    assert (outcome.outcome, outcome.not_undone) == ("undone", [])
    assert order(server) == before


@pytest.mark.parametrize("died", range(2, 24))
def test_one_that_came_back_does_not_count(server, tmp_path, died):
    """It has another place, which no rebuild mends. A journal says so to another process."""
    fill(server, server.pause)
    journals = Journals(str(tmp_path / "journals"))
    drives = server.clock, server.pause
    wish = stages(absent=[URIS[2]], destinations=[{"uri": URIS[1], "attrs": "weight=5"}])
    assert apply_at(wish, server, server.address, journals, *drives).outcome == "changed"

    def back():
        (entry,) = journals.entries()
        if entry.state not in UNFINISHED:
            move(entry, OPEN)
        (entry,) = journals.entries()
        return roll_back(journals, entry, server.connect, clock=server.clock, pause=server.pause)

    def die():
        raise KeyboardInterrupt

    server.events[server.count + died] = die
    with contextlib.suppress(KeyboardInterrupt):
        back()
    server.events.clear()
    outcome = back()
    assert (outcome.outcome, outcome.not_undone) == ("undone", [])
    server.written.clear()
    outcome = back()
    assert (outcome.outcome, outcome.not_undone) == ("undone", [])
    assert server.written == []


@pytest.mark.parametrize("count", [1, 2])
def test_a_rollback_from_the_journal_keeps_it_too(server, count, tmp_path):
    before = fill(server, server.pause)
    journals = Journals(str(tmp_path / "journals"))
    drives = server.clock, server.pause
    made = apply_at(stages(*NEW[:count]), server, server.address, journals, *drives)
    assert made.outcome == "changed"
    (entry,) = journals.entries()
    outcome = roll_back(journals, entry, server.connect, clock=server.clock, pause=server.pause)
    assert (outcome.outcome, outcome.not_undone) == ("undone", [])
    assert order(server) == before


def test_the_plan_says_so(server):
    fill(server, server.pause)
    wish = stages(NEW[0], destinations=[{"uri": NEW[1]}])
    assert "order of the destinations of set 7 is put back" in " ".join(
        server.drive(plan(wish)).effects
    )


@pytest.mark.real
@pytest.mark.slow
def test_a_real_server_keeps_it(make_kamailio):
    server = make_kamailio(extra_config='modparam("dispatcher", "reload_delta", 0)')
    with Client(server.endpoints["unix"], timeout=30) as client:
        before = fill(client)
        for wish in (stages(NEW[0]), stages(NEW[0], NEW[1]), stages(absent=[URIS[2]])):
            assert drive(apply(wish), Calls(client)).outcome == "changed"
            stay = [uri for uri in before if uri in order(client)]
            assert order(client) == stay
