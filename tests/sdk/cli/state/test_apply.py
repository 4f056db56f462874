# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``kamrpc apply``."""

from __future__ import annotations

import json
import os
import signal

import pytest

from kamailio_binrpc.cli import exit_codes
from kamailio_binrpc.core.state.journal import Journals
from kamailio_binrpc.state import change
from kamailio_binrpc.state.interrupt import Stop
from tests.sdk.cli.state.support import AFTER, BEFORE

WRITES = ["cfg.seti", "htable.seti", "htable.sets", "htable.delete"]


def test_a_change_and_then_nothing_to_do(apply, run, fleet):
    assert apply("-s", "one", "wanted.yml") == (0, {"one": "changed"})
    assert fleet.state("one") == AFTER
    assert fleet.written("one") == WRITES
    assert run("plan", "-s", "one", "wanted.yml")[0] == 0
    assert apply("-s", "one", "wanted.yml") == (0, {"one": "unchanged"})
    assert fleet.written("one") == WRITES
    assert len(run("history")[1]["changes"]) == 1


@pytest.mark.parametrize("answer, changed", [("y", True), ("yes", True), ("n", False), ("", False)])
def test_people_see_the_plan_and_are_asked(kamrpc, fleet, person, answer, changed):
    shown = person(answer)
    words = ("--journals", fleet.journals, "-s", "one", "wanted.yml")
    status, out, _err = kamrpc("apply", *words)
    assert out.startswith("+ htable.features.recording: 1\n")
    assert "Apply this on one? [y/N] " in shown.getvalue()
    assert status == (exit_codes.OK if changed else exit_codes.REFUSED)
    assert fleet.state("one") == (AFTER if changed else BEFORE)


def test_scripts_have_to_say_yes(run, fleet):
    status, data, err = run("apply", "-s", "one", "wanted.yml")
    assert status == exit_codes.REFUSED
    assert data["servers"][0]["reason"] == "guard"
    assert "give --yes" in err
    assert fleet.written("one") == []


def test_a_read_only_endpoint_is_not_changed(apply, fleet):
    config = fleet.path / "config.ini"
    config.write_text(config.read_text() + "[guards]\nwell = read_only\n")
    assert apply("-g", "labs", "wanted.yml") == (
        exit_codes.REFUSED,
        dict.fromkeys(("one", "two", "ill"), "refused"),
    )
    assert fleet.written("ill") == []


# --- failures


def test_what_fails_in_the_middle_is_undone(run, fleet):
    fleet["ill"].failures.add("busy", method="htable.delete", count=1, text="no")
    status, data, _err = run("apply", "-y", "-s", "ill", "wanted.yml")
    (server,) = data["servers"]
    assert (status, server["outcome"]) == (exit_codes.UNDONE, "undone")
    assert "htable.delete" in server["error"]
    assert set(server["undone"]) >= {"htable.features.recording", "cfg.limits.max_calls"}
    assert server["not_undone"] == []
    assert fleet.state("ill") == BEFORE


def test_what_could_not_be_undone_is_named_and_has_to_be_acted_upon(run, fleet):
    fleet["ill"].failures.add("busy", method="htable.delete", count=1, text="no")
    # Another client takes what the change has set.
    fleet["ill"].failures.add(
        "interfere", method="htable.delete", count=1, call="cfg.seti limits max_calls 7"
    )
    status, data, _err = run("apply", "-y", "-s", "ill", "wanted.yml")
    (server,) = data["servers"]
    assert (status, server["outcome"]) == (exit_codes.NOT_UNDONE, "partly_undone")
    found = {each["address"]: each["found"] for each in server["not_undone"]}
    assert found["cfg.limits.max_calls"] == 7
    # Nothing else is changed there until that is settled.
    fleet["ill"].failures.clear()
    status, data, _err = run("apply", "-y", "-s", "ill", "wanted.yml")
    assert (status, data["servers"][0]["reason"]) == (exit_codes.REFUSED, "open")
    run("history", "forget", server["id"])
    assert run("apply", "-y", "-s", "ill", "wanted.yml")[0] == 0


def test_a_batch_is_undone_as_a_whole_and_the_rest_is_not_begun(apply, fleet):
    fleet["ill"].failures.add("busy", method="htable.delete", count=1, text="no")
    words = ("-g", "ill", "-g", "one", "-g", "two", "wanted.yml")
    status, found = apply("--serial", "2", *words)
    assert status == exit_codes.UNDONE
    assert found == {"ill": "undone", "one": "undone", "two": "refused"}
    assert all(fleet.state(name) == BEFORE for name in fleet.labs)
    assert fleet.written("two") == []


@pytest.mark.parametrize("scope, first", [("--undo-batch", AFTER), ("--undo-all", BEFORE)])
def test_earlier_batches_stay_unless_all_is_to_be_undone(apply, fleet, scope, first):
    fleet["ill"].failures.add("busy", method="htable.delete", count=1, text="no")
    status, found = apply(scope, "--serial", "1", "-g", "labs", "wanted.yml")
    assert status == exit_codes.UNDONE
    assert fleet.state("one") == fleet.state("two") == first
    assert found["one"] == ("changed" if first is AFTER else "undone")
    assert fleet.state("ill") == BEFORE


def test_some_failures_are_allowed(apply, fleet):
    fleet["ill"].failures.add("busy", method="htable.delete", count=1, text="no")
    status, found = apply("--max-fail", "40", "-g", "labs", "wanted.yml")
    assert status == exit_codes.UNDONE
    assert found == {"one": "changed", "two": "changed", "ill": "undone"}


def test_a_server_that_cannot_be_reached_does_not_stop_the_others(apply, fleet):
    status, found = apply("--all", "wanted.yml")
    assert status == exit_codes.CONNECT
    assert found == {"one": "changed", "two": "changed", "ill": "changed", "gone": "unreachable"}


def test_a_server_that_cannot_be_changed_stops_all_before_the_first_write(apply, fleet):
    fleet.write("version: 1\nhtable: {features: {items: {a: 1}}}\npv: {shv: {none: 1}}\n")
    status, found = apply("-g", "labs", "wanted.yml")
    assert status == exit_codes.REFUSED
    assert set(found.values()) == {"refused"}
    assert not any(fleet.written(name) for name in fleet.labs)


def test_all_servers_of_a_change_have_one_id(run, fleet):
    _status, data, _err = run("apply", "-y", "-g", "labs", "wanted.yml")
    assert {each["id"] for each in data["servers"]} == {data["id"]}
    rows = run("history", data["id"])[1]["changes"]
    assert {row["server"] for row in rows} == set(fleet.labs)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_interruption_undoes_what_was_done(run, fleet, number):
    fleet["two"].failures.add(
        "interfere", method="htable.sets", count=1, action=lambda: os.kill(os.getpid(), number)
    )
    status, data, err = run("apply", "-y", "--serial", "1", "-g", "labs", "wanted.yml")
    found = {each["name"]: each for each in data["servers"]}
    assert status == exit_codes.UNDONE
    assert found["one"]["outcome"] == "changed"
    assert (found["two"]["outcome"], found["two"]["reason"]) == ("undone", "interrupted")
    assert found["ill"]["outcome"] == "refused"
    assert fleet.state("two") == BEFORE
    assert "interrupted; what was changed is being undone" in err


# --- saved plans


def test_a_saved_plan_is_made_only_on_the_server_that_it_is_of(kamrpc, apply, fleet):
    kamrpc("plan", "-s", "one", "--out", "plan.json", "wanted.yml")
    fleet.change("two", "htable.seti", "features", "old", 8)
    assert apply("-s", "two", "plan.json") == (exit_codes.REFUSED, {"two": "refused"})
    assert apply("-s", "one", "plan.json") == (0, {"one": "changed"})
    assert fleet.state("one") == AFTER


def test_a_saved_plan_that_is_stale_is_refused(kamrpc, run, fleet):
    kamrpc("plan", "-s", "one", "--out", "plan.json", "wanted.yml")
    fleet.change("one", "htable.seti", "features", "recording", 0)
    status, data, _err = run("apply", "-y", "-s", "one", "plan.json")
    assert (status, data["servers"][0]["reason"]) == (exit_codes.REFUSED, "stale")
    assert "htable.features.recording has changed since" in data["servers"][0]["error"]


def test_a_saved_plan_is_of_one_server(kamrpc, fleet):
    kamrpc("plan", "-s", "one", "--out", "plan.json", "wanted.yml")
    words = ("--journals", fleet.journals, "-y")
    status, _out, err = kamrpc("apply", *words, "-g", "labs", "plan.json")
    assert (status, "a saved plan is of one server" in err) == (exit_codes.USAGE, True)
    status, _out, err = kamrpc("apply", *words, "-s", "one", "plan.json", "wanted.yml")
    assert (status, "a saved plan stands alone" in err) == (exit_codes.USAGE, True)


# --- output


def test_events_of_a_change(kamrpc, fleet):
    words = ("-y", "--journals", fleet.journals, "-g", "well", "-o", "jsonl", "wanted.yml")
    _status, out, _err = kamrpc("apply", *words)
    events = [json.loads(line) for line in out.splitlines()]
    events = [each for each in events if each["event"] != "step"]
    assert [each["event"] for each in events] == ["server", "server", "end"]
    assert {each["outcome"] for each in events[:2]} == {"changed"}
    assert events[-1]["id"] == events[0]["id"]


def test_the_end_in_words(kamrpc, fleet):
    words = ("-y", "--journals", fleet.journals, "-g", "well", "wanted.yml")
    _status, out, err = kamrpc("apply", *words)
    assert out.endswith("one: changed (4 changes)\ntwo: changed (4 changes)\n")
    (id_,) = {entry.id for entry in Journals(fleet.journals).entries()}
    assert err == f"id: {id_}\n"


# --- time


def test_a_deadline_is_more_than_nothing(run):
    assert run("apply", "-y", "--deadline", "0", "-s", "one", "wanted.yml")[0] == exit_codes.USAGE


@pytest.mark.parametrize("checks", [1, 2, 3, 6, 9, 14, 22, 35, 56, 10_000])
def test_a_deadline_limits_the_change_and_leaves_nothing_half_done(
    apply, run, fleet, checks, monkeypatch
):
    """Whenever its time is over, all of it is made, or all is as before."""
    left = [checks]

    def clock():
        left[0] -= 1
        return 0.0 if left[0] > -1 else 1e9

    monkeypatch.setattr(change, "Stop", lambda event, seconds=None: Stop(event, seconds, clock))
    status, _outcomes = apply("--deadline", "500", "-g", "labs", "wanted.yml")
    found = {name: fleet.state(name) for name in fleet.labs}
    if checks == 10_000:
        assert (status, found) == (exit_codes.OK, dict.fromkeys(found, AFTER))
        return
    assert status in (exit_codes.UNDONE, exit_codes.REFUSED)
    assert found == dict.fromkeys(found, BEFORE)
    states = {each["state"] for each in run("history")[1]["changes"]}
    assert states <= {"undone", "refused"}


def test_a_deadline_that_is_over_names_itself(run, fleet, monkeypatch):
    monkeypatch.setattr(
        change, "Stop", lambda event, seconds=None: Stop(event, 0.0 if seconds else None)
    )
    status, data, _err = run("apply", "-y", "--deadline", "9", "-s", "one", "wanted.yml")
    assert status == exit_codes.REFUSED
    (server,) = data["servers"]
    assert server["reason"] == "deadline"
    assert "time" in server["error"]


def test_each_step_is_a_line_of_jsonl(kamrpc, fleet):
    words = ("-y", "--journals", fleet.journals, "-s", "one", "wanted.yml")
    status, out, _err = kamrpc("apply", "-o", "jsonl", *words)
    assert status == 0
    events = [json.loads(line) for line in out.splitlines()]
    steps = [each for each in events if each["event"] == "step"]
    assert [each["method"] for each in steps if each["state"] == "sending"] == WRITES
    assert [each["method"] for each in steps if each["state"] == "done"] == WRITES
    assert [each["event"] for each in events[-2:]] == ["server", "end"]


def test_steps_of_the_way_back_are_lines_too(kamrpc, fleet):
    fleet["ill"].failures.add("busy", method="htable.delete", count=1, code=500, text="no")
    words = ("-y", "--journals", fleet.journals, "--serial", "1", "-s", "ill", "wanted.yml")
    status, out, _err = kamrpc("apply", "-o", "jsonl", *words)
    assert status == exit_codes.UNDONE
    events = [json.loads(line) for line in out.splitlines()]
    back = [each["method"] for each in events if each["event"] == "step" and each["undo"]]
    assert sorted(back) == ["cfg.seti", "htable.delete", "htable.sets"]
