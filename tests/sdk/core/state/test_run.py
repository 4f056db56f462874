# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

from __future__ import annotations

import pytest

from kamailio_binrpc.core.desired.htable import HashTable
from kamailio_binrpc.core.desired.pv import SharedVariable
from kamailio_binrpc.core.errors import CallTimeout, ConnectError
from kamailio_binrpc.core.faults import make_fault
from kamailio_binrpc.core.state.journal import JournalError
from kamailio_binrpc.core.state.plan import plan
from kamailio_binrpc.core.state.run import Run, apply
from tests.support.state import Stage, four

MADE = {"flags": {"x": 1, "y": "z"}, "maintenance": 5, "debug": 3}


def go(server, *stages, **more):
    return server.drive(apply(stages or [four()], **more))


def test_everything_is_as_wanted_and_a_second_run_sends_nothing(server):
    outcome = go(server)
    assert outcome.outcome == "changed", outcome
    seen = server.seen()
    assert {name: seen[name] for name in MADE} == MADE
    assert "sip:127.0.0.9:5060" in seen["members"]
    server.written.clear()
    assert go(server).outcome == "unchanged"
    assert server.written == []


def test_steps_are_made_by_phase_over_all_resources(server):
    go(server)
    assert server.written == [
        "cfg.seti",
        "htable.seti",
        "htable.sets",
        "pv.shvSet",
        "dispatcher.add",
        "htable.delete",
    ]


def test_intents_are_written_down_before_the_calls(server):
    events = []
    server.once = lambda *call, make=server.once: (events.append(call[0]), make(*call))[1]
    server.drive(apply([four()]), lambda need: events.append(need.event))
    assert events[:2] == ["begin", "before"]
    writes = [place for place, event in enumerate(events) if "." in event]
    assert len(writes) == 6
    assert all(events[place - 1] == "intent" for place in writes)


@pytest.mark.parametrize("method", ["cfg.seti", "htable.sets", "pv.shvSet", "dispatcher.add"])
@pytest.mark.parametrize("kind", ["fault", "lost", "refused"])
def test_after_a_failure_everything_is_as_before(server, method, kind):
    before = server.seen()
    error = {
        "fault": make_fault(500, "Internal error of the test", method),
        "lost": CallTimeout("it timed out"),
        "refused": ConnectError("it was refused"),
    }[kind]
    error.executed = None if kind == "lost" else False
    server.events[method] = error
    outcome = go(server)
    assert outcome.outcome == ("refused" if outcome.steps == [] else "undone"), outcome
    assert outcome.reason == "call"
    assert method in outcome.message
    assert outcome.not_undone == []
    assert server.seen() == before


def test_what_another_client_changed_meanwhile_stays_and_is_named(server):
    def another():
        server.client.call("htable.sets", "flags", "x", "mine")

    def fail():
        another()
        raise make_fault(500, "Internal error of the test", "htable.delete")

    server.events["htable.delete"] = fail
    outcome = go(server)
    assert outcome.outcome == "partly_undone"
    (left,) = outcome.not_undone
    assert left["address"] == "htable.flags.x"
    assert left["found"] == "mine"
    assert "another client" in left["why"]
    assert server.seen()["flags"] == {"old": "there", "x": "mine"}


def test_an_interruption_is_undone(server):
    before = server.seen()
    server.events["pv.shvSet"] = KeyboardInterrupt()
    outcome = go(server)
    assert (outcome.outcome, outcome.reason) == ("undone", "interrupted")
    assert server.seen() == before


def test_nothing_is_sent_without_a_journal(server):
    def full(need):
        if need.event == "before":
            raise JournalError("the disk is full")

    outcome = server.drive(apply([four()]), full)
    assert (outcome.outcome, outcome.reason) == ("refused", "journal")
    assert server.written == []


def test_a_journal_that_fills_up_stops_and_undoes(server):
    count = []

    def full(need):
        count.append(need.event)
        if count.count("intent") > 2:
            raise JournalError("the disk is full")

    before = server.seen()
    outcome = server.drive(apply([four()]), full)
    assert (outcome.outcome, outcome.reason) == ("undone", "journal")
    assert server.seen() == before


def test_what_cannot_be_is_refused_before_anything_is_sent(server):
    stage = four()
    stage.resources.append(SharedVariable("there_is_no_such", 1))
    outcome = go(server, stage)
    assert (outcome.outcome, outcome.reason) == ("refused", "impossible")
    assert server.written == []


def test_a_server_that_does_not_answer_is_unreachable(server):
    server.events[1] = ConnectError("it was refused")
    assert go(server).outcome == "unreachable"


def test_a_saved_plan_that_does_not_fit_any_more_is_refused(server):
    saved = server.drive(plan([four()]))
    server.client.call("htable.sets", "flags", "x", "another")
    outcome = go(server, saved=saved)
    assert (outcome.outcome, outcome.reason) == ("refused", "stale")
    assert "htable.flags.x" in outcome.message
    assert server.written == []


def test_a_saved_plan_that_fits_is_made(server):
    assert go(server, saved=server.drive(plan([four()]))).outcome == "changed"


def test_stages_are_made_one_after_another(server):
    first = Stage([HashTable("flags", {"x": 1}), SharedVariable("maintenance", 1)])
    second = Stage([HashTable("flags", {"x": 2})])
    outcome = go(server, first, second)
    assert outcome.outcome == "changed", outcome
    assert server.written == ["htable.seti", "pv.shvSet", "htable.seti"]
    assert server.seen()["flags"]["x"] == 2


def test_all_stages_are_undone(server):
    before = server.seen()
    first = Stage([HashTable("flags", {"x": 1}), SharedVariable("maintenance", 1)])
    second = Stage([HashTable("flags", {"x": 2}), HashTable("flags", {"w": 2})])
    fail = make_fault(500, "Internal error of the test", "pv.shvSet")
    second.resources.append(SharedVariable("maintenance", 2))

    def second_time():
        server.events["pv.shvSet"] = fail

    server.events["pv.shvSet"] = second_time
    outcome = go(server, first, second)
    assert server.written.count("pv.shvSet") >= 2
    assert outcome.outcome == "undone", outcome
    assert server.seen() == before


class Check:
    """Asks whether an item has a value."""

    def __init__(self, value, within=0.0, hold=0.0):
        self.value, self.within, self.hold = value, within, hold

    def condition(self):
        from kamailio_binrpc.core.desired.condition import Condition

        options = dict.fromkeys(("params", "path", "expect", "fault", "min", "max"))
        options.update(method="htable.get", params=["flags", "old"], mutates="auto")
        return Condition({**options, "path": "item.value", "expect": self.value})


def test_a_check_that_is_false_before_the_change_stops_it(server):
    stage = Stage([SharedVariable("maintenance", 5)], [Check("another")])
    outcome = go(server, stage)
    assert (outcome.outcome, outcome.reason) == ("refused", "check")
    assert server.written == []


def test_a_check_that_becomes_false_undoes_the_change(server):
    stage = Stage([HashTable("flags", {"old": "new"})], [Check("there", within=3)])
    before = server.seen()
    outcome = go(server, stage)
    assert (outcome.outcome, outcome.reason) == ("undone", "check"), outcome
    assert server.seen() == before
    assert server.time >= 3


def test_a_check_is_watched_for_as_long_as_it_has_to_hold(server):
    stage = Stage([SharedVariable("maintenance", 5)], [Check("there", hold=5)])
    assert go(server, stage).outcome == "changed"
    assert server.asked.count("htable.get") >= 6


def test_nothing_is_undone_at_another_run_of_the_server(server):
    def restart():
        server.running.state.restart()
        raise make_fault(500, "Internal error of the test", "htable.delete")

    server.events["htable.delete"] = restart
    outcome = go(server)
    assert (outcome.outcome, outcome.reason) == ("unknown", "restarted")


def test_a_stranger_that_a_rebuild_drops_is_named(server):
    client = server.client
    client.call("lab.set_address", "gw.example", "127.0.0.8")
    client.call("dispatcher.add", 2, "sip:gw.example:5060", 0, 0)
    server.pause(10)
    stage = Stage(four().resources[3:])

    def vanish():
        client.call("lab.set_address", "gw.example")

    server.events["dispatcher.add"] = vanish
    outcome = go(server, stage)
    assert outcome.outcome == "partly_undone", outcome
    assert any("gw.example" in each["address"] for each in outcome.not_undone)


def foresee(server, *stages, **more):
    return server.drive(Run(stages or [four()], **more).foresee())


def test_what_is_foreseen_is_done(server):
    before = server.seen()
    foreseen = foresee(server)
    assert (server.written, server.seen()) == ([], before)
    made = go(server)
    assert foreseen.outcome == made.outcome == "changed"
    assert [step["method"] for step in foreseen.steps] == [step["method"] for step in made.steps]
    assert foresee(server).outcome == "unchanged"


def test_a_refusal_is_foreseen_in_its_words(server):
    def broken(*_call):
        raise ConnectError("it was refused")

    stage = Stage((SharedVariable("nosuch", 1),))
    foreseen, made = foresee(server, stage), go(server, stage)
    assert foreseen.outcome == made.outcome == "refused"
    assert (foreseen.reason, foreseen.message) == (made.reason, made.message)
    server.call = broken
    foreseen = foresee(server)
    assert (foreseen.outcome, type(foreseen.error)) == ("unreachable", ConnectError)
