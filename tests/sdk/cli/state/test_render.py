# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Plans and results for people."""

from __future__ import annotations

import json
import sys

import pytest

from kamailio_binrpc.cli.state import render
from kamailio_binrpc.cli.terminal import for_terminal
from kamailio_binrpc.state.report import ChangeReport, NotUndone, ServerReport, grouped

CHANGES = [
    ChangeReport("htable.features.recording", "add", None, 1, lost_on="restart"),
    ChangeReport("htable.features.greeting", "change", "hi", "hello", lost_on="restart"),
    ChangeReport('htable.features["old item"]', "remove", "7", None, lost_on="restart"),
    ChangeReport(
        "cfg.tm.fr_timer", "unknown", None, 5000, reversible="none", why="it is not shown"
    ),
    ChangeReport(
        'dispatcher.1["sip:h"]',
        "change",
        {"attrs": "weight=1", "priority": 0},
        {"attrs": "weight=2", "priority": 0},
        reversible="value",
        why="its place in the order is lost",
        lost_on="reload",
    ),
]


def server(name="edge1", changes=CHANGES, **more):
    steps = [{"method": "m", "params": []} for _change in changes]
    return ServerReport(name, "differs", list(changes), steps, **more)


def test_a_plan_is_leaves_then_effects_then_the_way_back_then_the_count():
    report = server(effects=["dispatcher rebuilds all sets once"])
    assert render.plan(grouped([report]), several=False) == (
        "+ htable.features.recording: 1\n"
        '~ htable.features.greeting: "hi" -> "hello"\n'
        '- htable.features["old item"]: was "7"\n'
        "? cfg.tm.fr_timer: ? -> 5000\n"
        '~ dispatcher.1["sip:h"]: attrs "weight=1" -> "weight=2"\n'
        "Effects:\n"
        "  dispatcher rebuilds all sets once\n"
        "Undo:\n"
        "  exact: 3\n"
        '  the value only: dispatcher.1["sip:h"]: its place in the order is lost\n'
        "  NOT possible: cfg.tm.fr_timer: it is not shown\n"
        "Lost on a restart; 1 of them on a reload of the module.\n"
        "1 to add, 2 to change, 1 to remove, 1 not shown by the server; 5 calls.\n"
    )


def test_servers_with_the_same_plan_are_shown_once():
    reports = [
        server("a", CHANGES[:1]),
        server("ill", [], error="no answer"),
        server("b", CHANGES[:1]),
    ]
    reports[1].outcome = "unreachable"
    assert render.plan(grouped(reports), several=True) == (
        "2 servers (a, b):\n"
        "  + htable.features.recording: 1\n"
        "  Undo:\n"
        "    exact: all\n"
        "  Lost on a restart.\n"
        "  1 to add; 1 call.\n"
        "\n"
        "ill:\n"
        "  unreachable: nothing was changed: no answer\n"
    )


def test_nothing_to_do():
    assert (
        render.plan(grouped([ServerReport("edge1")]), several=False)
        == "Nothing to do: all is as wanted.\n"
    )


def test_a_secret_is_not_shown():
    secret = ChangeReport("uac.registrations.t.auth_password", "change", "old", "new", secret=True)
    text = render.change(secret)
    assert text == "~ uac.registrations.t.auth_password: (hidden)\n"


def test_texts_of_servers_cannot_move_the_cursor_or_forge_a_line():
    nasty = "x\x1b[2J\u202e\n+ forged"
    changes = [
        ChangeReport(nasty, "change", nasty, {nasty: nasty, "n": 1}),
        ChangeReport("a", "change", {nasty: 1}, {nasty: nasty}),
    ]
    report = server(nasty, changes, effects=[nasty], warnings=[nasty])
    report.not_undone.append(NotUndone(nasty, nasty, nasty))
    shown = render.plan(grouped([report]), several=True) + render.result(report)
    report.error = nasty
    shown += render.plan(grouped([report]), several=True) + render.result(report)
    assert shown.isascii()
    assert "\x1b" not in shown
    assert not any(line.lstrip().startswith("+ forged") for line in shown.splitlines())


def test_colour_on_a_terminal_only(monkeypatch):
    plain = render.plan(grouped([server()]), several=True)
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    painted = for_terminal(render.plan(grouped([server()]), several=True))
    assert "\x1b[32m+ htable.features.recording: 1\x1b[0m\n" in painted
    monkeypatch.setenv("NO_COLOR", "1")
    assert render.plan(grouped([server()]), several=True) == plain


@pytest.mark.parametrize(
    "outcome, text",
    [
        ("changed", "edge1: changed (5 changes)\n"),
        ("undone", "edge1: undone: as before: it timed out\n"),
        ("partly_undone", "edge1: NOT all undone: act: it timed out\n"),
    ],
)
def test_results(outcome, text):
    report = server(error="" if outcome == "changed" else "it timed out")
    report.outcome = outcome
    assert render.result(report) == text


def test_what_was_not_undone_is_named():
    report = server(not_undone=[NotUndone("pv.shv.x", 3, "another client has changed it since")])
    report.outcome = "partly_undone"
    last = render.result(report).splitlines()[-1]
    assert last == "  not undone: pv.shv.x is 3: another client has changed it since"


def test_servers_are_counted_by_outcome():
    reports = [ServerReport("a"), ServerReport("b"), ServerReport("c", "partly_undone")]
    assert render.summary(reports) == "3 servers: 2 unchanged, 1 partly undone"


def test_the_data_of_a_command_is_one_object():
    data = json.loads(render.data("plan", [server()], 9, "json", wish="edge"))
    assert (data["format"], data["command"], data["status"]) == (1, "plan", 9)
    assert data["wish"] == "edge"
    assert [each["name"] for each in data["servers"]] == ["edge1"]


def test_an_event_is_one_line():
    text = render.event("step", name="edge1", method="htable.seti")
    assert json.loads(text)["event"] == "step"
    assert text.count("\n") == 1
