# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``kamrpc plan``."""

from __future__ import annotations

import json
import stat

import pytest

from kamailio_binrpc.cli import exit_codes


def test_differences_have_a_status_of_their_own(kamrpc, fleet):
    status, out, _err = kamrpc("plan", "-s", "one", "wanted.yml")
    assert status == exit_codes.DIFFERENCES
    assert out == (
        "+ htable.features.recording: 1\n"
        '~ htable.features.greeting: "hi" -> "hello"\n'
        "- htable.features.old: was 7\n"
        "~ cfg.limits.max_calls: 1000 -> 250\n"
        "Undo:\n"
        "  exact: all\n"
        "Lost on a restart; 3 of them on a reload of the module.\n"
        "1 to add, 2 to change, 1 to remove; 4 calls.\n"
    )
    assert fleet.written("one") == []


def test_servers_with_the_same_plan_are_shown_once(kamrpc, fleet):
    fleet.change("ill", "htable.delete", "features", "old")
    status, out, err = kamrpc("plan", "-g", "labs", "wanted.yml")
    assert status == exit_codes.DIFFERENCES
    heads = [line for line in out.splitlines() if line.endswith(":") and line[0] != " "]
    assert heads == ["2 servers (one, two):", "ill:"]
    assert err == "3 servers: 3 differ\n"


def test_a_server_that_does_not_answer_is_graver_than_differences(run):
    status, data, _err = run("plan", "--all", "wanted.yml")
    assert status == data["status"] == exit_codes.CONNECT
    outcomes = {each["name"]: each["outcome"] for each in data["servers"]}
    assert outcomes == {**dict.fromkeys(("one", "two", "ill"), "differs"), "gone": "unreachable"}
    assert data["servers"][-1]["error"].startswith("cannot connect to")


def test_the_data_is_one_object(run):
    _status, data, _err = run("plan", "-s", "one", "wanted.yml")
    assert list(data) == ["format", "command", "status", "wish", "servers"]
    assert (data["format"], data["command"], data["wish"]) == (1, "plan", "edge")
    (server,) = data["servers"]
    assert server["outcome"] == "differs"
    assert server["changes"][1] == {
        "address": "htable.features.greeting",
        "action": "change",
        "before": "hi",
        "after": "hello",
        "secret": False,
        "reversible": "exact",
        "why": None,
        "lost_on": "reload",
    }
    assert server["steps"][0] == {"method": "cfg.seti", "params": ["limits", "max_calls", 250]}


def test_events_are_lines(kamrpc, fleet):
    status, out, _err = kamrpc("plan", "-g", "well", "-o", "jsonl", "wanted.yml")
    events = [json.loads(line) for line in out.splitlines()]
    assert [each["event"] for each in events] == ["server", "server", "end"]
    assert {each["name"] for each in events[:2]} == {"one", "two"}
    assert events[-1] == {"format": 1, "event": "end", "command": "plan", "status": status}


def test_what_cannot_be_is_refused(run, fleet):
    fleet.write("version: 1\nhtable: {nosuch: {items: {a: 1}}}\n")
    status, data, _err = run("plan", "-s", "one", "wanted.yml")
    assert status == exit_codes.REFUSED
    assert data["servers"][0]["reason"] == "impossible"
    assert "No such htable" in data["servers"][0]["error"]


@pytest.mark.parametrize(
    "words, said",
    [
        (["-s", "one", "none.yml"], "none.yml: cannot be read"),
        (["-s", "one", "-g", "well", "wanted.yml"], "--endpoint is one server"),
        (["-g", "well", "--out", "p", "wanted.yml"], "--out keeps the plan of one server"),
        (["-g", "nosuch", "wanted.yml"], "there is no endpoint or group nosuch"),
        (["-s", "one", "--out", "/nonexistent/p", "wanted.yml"], "/nonexistent/p"),
    ],
)
def test_wrong_words(kamrpc, fleet, words, said):
    status, out, err = kamrpc("plan", *words)
    assert (status, out) == (exit_codes.USAGE, "")
    assert said in err


def test_a_wrong_file_is_named_with_its_line(kamrpc, fleet):
    fleet.write("version: 1\nhtable:\n  features: {items: {recording: yes}}\n")
    status, _out, err = kamrpc("plan", "-g", "labs", "wanted.yml")
    assert status == exit_codes.USAGE
    assert "wanted.yml:3:" in err
    assert not fleet["one"].calls.of("htable.dump")


def test_a_plan_is_kept_for_its_owner_alone(kamrpc, fleet):
    kamrpc("plan", "-s", "one", "--out", "plan.json", "wanted.yml")
    path = fleet.path / "plan.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [each.name for each in fleet.path.glob("plan.json*")] == ["plan.json"]
