# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``kamrpc snapshot``."""

from __future__ import annotations

import pytest

from kamailio_binrpc.cli import exit_codes
from kamailio_binrpc.core.catalogue.reading import is_read_only

NASTY = (
    "on",
    "no",
    "y",
    "n",
    "e5",
    "1e5",
    "0042",
    "12:30",
    "~",
    "null",
    "=",
    "",
    " a ",
    "#",
    "a: b",
)


def test_a_snapshot_of_a_server_is_what_it_is(kamrpc, run, fleet):
    for number, text in enumerate(NASTY):
        if text:
            fleet.change("one", "htable.sets", "features", text, text)
        fleet.change("one", "htable.sets", "features", f"key{number}", text)
    status, out, _err = kamrpc("snapshot", "-s", "one", "--name", "edge", "htable")
    assert status == 0
    assert out.startswith("version: 1\nname: edge\nhtable:\n")
    fleet.write(out)
    status, data, _err = run("plan", "-s", "one", "wanted.yml")
    assert (status, data["servers"][0]["changes"]) == (0, [])
    status, data, _err = run("plan", "-s", "two", "wanted.yml")
    assert len(data["servers"][0]["changes"]) > len(NASTY)
    assert all(is_read_only(call.method, call.params) for call in fleet["two"].calls)


def test_what_is_left_out_is_said(monkeypatch, kamrpc, fleet):
    fleet.change("one", "htable.sets", "features", "new", "x")
    status, out, err = kamrpc("snapshot", "-s", "one", "-o", "yaml")
    assert status == 0
    left = [line for line in out.splitlines() if line.startswith("# ")]
    assert left[0] == "# Left out:"
    assert err == f"{len(left) - 1} left out, see the end\n"
    assert all(": " in line for line in left[1:])


def test_as_data(kamrpc, fleet):
    import json

    _status, out, _err = kamrpc("snapshot", "-s", "one", "-o", "json", "htable.features")
    data = json.loads(out)
    assert list(data) == ["format", "command", "status", "document", "left_out"]
    assert data["document"]["htable"]["features"]["items"]["old"] == 7


@pytest.mark.parametrize("words", [["nosuch"], ["htabel"]])
def test_there_is_no_such_section(kamrpc, fleet, words):
    status, _out, err = kamrpc("snapshot", "-s", "one", *words)
    assert (status, "there is no section" in err) == (exit_codes.USAGE, True)


@pytest.mark.parametrize(
    "form, section, line",
    [
        ("cfg", "htable", "event_route[htable:mod-init] {"),
        ("dispatcher.list", "dispatcher", "1 sip:192.0.2.11:5060 "),
    ],
)
def test_what_keeps_it_beyond_a_restart(kamrpc, fleet, form, section, line):
    status, out, _err = kamrpc("snapshot", "-s", "one", "--format", form, section)
    assert status == 0
    assert any(each.startswith(line) for each in out.splitlines()), out
    assert "# Left out:" in out or "left out" not in out
