# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kamailio_binrpc.core.desired.uac import UacRegistration
from kamailio_binrpc.core.errors import ConnectError
from kamailio_binrpc.core.state import transaction
from kamailio_binrpc.core.state.journal import Journals, Taken, move
from kamailio_binrpc.core.state.transaction import (
    applied,
    apply_at,
    confirm,
    expired,
    forget,
    roll_back,
)
from tests.support.state import Stage, four


@pytest.fixture
def journals(tmp_path):
    return Journals(str(tmp_path / "journals"))


def apply(server, journals, **more):
    return apply_at([four()], server, server.address, journals, server.clock, server.pause, **more)


def back(server, journals, **more):
    (entry,) = (each for each in journals.entries() if each.state != "undone")
    return roll_back(
        journals, entry, server.connect, clock=server.clock, pause=server.pause, **more
    )


def states(journals):
    return [each.state for each in journals.entries()]


def test_a_change_leaves_a_journal_and_can_be_rolled_back(server, journals):
    before = server.seen()
    outcome = apply(server, journals)
    assert outcome.outcome == "changed"
    assert states(journals) == ["applied"]
    outcome = back(server, journals)
    assert (outcome.outcome, outcome.not_undone) == ("undone", [])
    assert states(journals) == ["undone"]
    assert server.seen() == before


def test_where_nothing_differs_there_is_no_journal(server, journals):
    apply(server, journals)
    assert apply(server, journals).outcome == "unchanged"
    assert len(journals.entries()) == 1


def test_while_one_is_pending_all_others_are_refused(server, journals):
    outcome = apply(server, journals, confirm=60)
    assert outcome.outcome == "pending"
    second = apply(server, journals)
    assert (second.outcome, second.reason) == ("refused", "pending")
    assert outcome.id in second.message
    confirm(journals, outcome.id)
    assert states(journals) == ["confirmed"]
    assert apply(server, journals).outcome == "unchanged"


def test_a_change_is_confirmed_once_and_in_time(server, journals):
    with pytest.raises(Taken, match="no change"):
        confirm(journals, "nothing")
    late = apply(server, journals, confirm=-1)
    with pytest.raises(Taken, match="over"):
        confirm(journals, late.id)
    assert [each.id for each in expired(journals)] == [late.id]
    assert back(server, journals, reason="unconfirmed").outcome == "undone"
    with pytest.raises(Taken, match="undone"):
        confirm(journals, late.id)


def test_a_change_without_a_deadline_expires_with_its_maker(server, journals):
    apply(server, journals, confirm=0)
    assert expired(journals, alive=True) == []
    assert len(expired(journals)) == 1


def test_what_was_not_undone_stays_open_until_it_is_rolled_back(server, journals):
    def lose():
        for method in ("htable.seti", "htable.delete"):
            server.events[method] = ConnectError("refused")
        server.events["core.uptime"] = ConnectError("refused")
        raise KeyboardInterrupt

    server.events["dispatcher.add"] = lose
    before = server.seen()
    outcome = apply(server, journals, undo_timeout=-1)
    assert outcome.outcome in ("partly_undone", "unknown")
    assert outcome.not_undone
    assert states(journals) == ["open"]
    refused = apply(server, journals)
    assert (refused.outcome, refused.reason) == ("refused", "open")
    assert back(server, journals).outcome == "undone"
    assert server.seen() == before


def test_an_open_change_can_be_forgotten(server, journals):
    outcome = apply(server, journals)
    (entry,) = journals.entries()
    journals.resume(entry).close()
    forget(journals, outcome.id)
    assert states(journals) == ["forgotten"]


@pytest.mark.parametrize("call", range(1, 40, 2))
def test_a_process_that_dies_at_any_call_is_rolled_back(server, journals, call):
    """An interrupted change is not cleaned up: the journal has all that is known."""

    class Killed(BaseException):
        pass

    def die():
        raise Killed

    before = server.seen()
    server.count = 0
    server.events[call] = die
    try:
        outcome = apply(server, journals)
    except Killed:
        pass
    else:
        assert outcome.outcome == "changed"
        assert server.count < call
        return
    if not journals.entries():
        assert server.written == []
        return
    server.events.clear()
    assert states(journals) == ["applying"]
    assert back(server, journals).outcome == "undone"
    assert server.seen() == before


def test_a_rollback_that_dies_is_finished_by_the_next_one(server, journals):
    class Killed(BaseException):
        pass

    before = server.seen()
    apply(server, journals)
    for method in ("pv.shvSet", "htable.delete", "dispatcher.remove"):
        server.events[method] = Killed()
        with pytest.raises(Killed):
            back(server, journals)
        assert states(journals) == ["cancelling"]
    assert back(server, journals).outcome == "undone"
    assert server.seen() == before
    server.written.clear()
    server.asked.clear()
    (entry,) = journals.entries()
    again = roll_back(journals, entry, server.connect, clock=server.clock, pause=server.pause)
    assert (again.outcome, server.written, server.asked) == ("undone", [], [])
    # Nor would anything be sent if it were not known to be undone.
    move(entry, "open")
    again = roll_back(journals, entry, server.connect, clock=server.clock, pause=server.pause)
    assert (again.outcome, server.written) == ("undone", [])


def test_another_run_of_the_server_is_left_alone(server, journals):
    apply(server, journals)
    server.running.state.restart()
    server.written.clear()
    outcome = back(server, journals)
    assert (outcome.outcome, outcome.reason) == ("unknown", "restarted")
    assert server.written == []
    assert states(journals) == ["restarted"]


def test_what_others_changed_since_is_kept_unless_forced(server, journals):
    apply(server, journals)
    server.client.call("htable.sets", "flags", "x", "mine")
    outcome = back(server, journals)
    assert [each["address"] for each in outcome.not_undone] == ["htable.flags.x"]
    assert states(journals) == ["open"]
    assert back(server, journals, force=True).outcome == "undone"
    assert "x" not in server.seen()["flags"]


def test_a_guardian_that_does_not_start_stops_the_change(server, journals):
    def guard(id_):
        raise OSError("no more processes")

    outcome = apply(server, journals, confirm=60, guard=guard)
    assert (outcome.outcome, outcome.reason) == ("refused", "journal")
    assert server.written == []
    assert states(journals) == ["refused"]


def test_a_summary_says_what_it_is(server, journals):
    outcome = apply(server, journals, confirm=60, name="edge")
    (entry,) = journals.entries()
    found = transaction.summary(entry)
    assert (found["id"], found["name"], found["state"]) == (outcome.id, "edge", "pending")
    assert found["endpoint"] == server.address
    assert 0 < found["left"] <= 60
    assert json.dumps(found)


def test_what_others_do_to_other_sets_since_stays(server, journals):
    apply(server, journals)
    server.pause(10)
    server.client.call("dispatcher.remove", 2, "sip:198.51.100.22:5060")
    server.pause(10)
    assert back(server, journals).outcome == "undone"
    assert "sip:198.51.100.22:5060" not in server.seen()["members"]


def test_a_change_that_is_given_up_half_way_lets_go_of_the_server(server, journals):
    talk = applied([four()], server.address, journals)
    next(talk)
    assert apply(server, journals).reason == "lock"
    talk.close()
    assert apply(server, journals).outcome == "changed"


def records(server):
    """Return the registrations, without the moment in which each was added."""
    found = server.running.state.modules["uac"].records
    return {name: {**each, "reg_init": 0} for name, each in found.items()}


def registration(**more):
    """Return a resource with a password that no variable and no file has, as a vault gives it."""
    texts = {"l_username": "a", "l_domain": "a.example", "r_username": "a", "r_domain": "b.example"}
    return UacRegistration("one", **{**texts, "auth_username": "a", "auth_proxy": "sip:h", **more})


def change(server, journals, *resources):
    outcome = apply_at(
        *([Stage(list(resources))], server, server.address, journals, server.clock, server.pause),
        irreversible=True,
    )
    assert outcome.outcome == "changed"
    return outcome


def undo(server, journals, id_):
    (entry,) = journals.entries(id_)
    return roll_back(journals, entry, server.connect, clock=server.clock, pause=server.pause)


def test_a_new_registration_goes_again_from_the_journal(server, journals):
    before = records(server)
    made = change(server, journals, registration(auth_password="geheim-4711"))
    outcome = undo(server, journals, made.id)
    assert (outcome.outcome, outcome.not_undone) == ("undone", [])
    assert records(server) == before


def test_a_registration_that_keeps_its_password_goes_back_from_the_journal(server, journals):
    change(server, journals, registration(auth_password="geheim-4711"))
    before = records(server)
    made = change(server, journals, UacRegistration("one", expires=77))
    assert undo(server, journals, made.id).outcome == "undone"
    assert records(server) == before


@pytest.mark.parametrize(
    "wanted",
    [
        registration(auth_password="geheim-4712"),
        UacRegistration("one", present=False),
        registration(auth_password="geheim-4711", enabled=False, l_username="b"),
    ],
)
def test_a_password_that_is_gone_is_named_and_destroys_nothing(server, journals, wanted):
    change(server, journals, registration(auth_password="geheim-4710"))
    made = change(server, journals, wanted)
    server.written.clear()
    outcome = undo(server, journals, made.id)
    assert outcome.outcome == "partly_undone"
    assert "not written down" in outcome.not_undone[0]["why"]
    assert set(server.written) <= {"uac.reg_enable"}
    (entry,) = journals.entries(made.id)
    assert "geheim" not in Path(entry.path).read_text()


def test_a_password_that_another_client_has_changed_since_stays(server, journals):
    change(server, journals, registration(auth_password="geheim-1"))
    made = change(server, journals, UacRegistration("one", expires=77))
    change(server, journals, UacRegistration("one", auth_password="geheim-2"))
    outcome = undo(server, journals, made.id)
    assert outcome.outcome == "partly_undone"
    assert "another client" in outcome.not_undone[0]["why"]
    assert records(server)["one"]["auth_password"] == "geheim-2"
