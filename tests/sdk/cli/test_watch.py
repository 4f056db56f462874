# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``kamrpc watch``."""

from __future__ import annotations

import json
from types import SimpleNamespace

import pytest

from kamailio_binrpc import Client
from kamailio_binrpc.cli import exit_codes, watch

pytestmark = pytest.mark.usefixtures("surroundings")


def test_watch_shows_the_first_reply_and_then_changes(kamrpc, lab):
    lab.counter = 1
    status, out, _other = kamrpc("watch", "-n", "0.01", "--count", "4", "test.count")
    assert status == 0
    first, *rest = out.splitlines()
    assert first == "1"
    assert [line.split(" ", 2)[2] for line in rest] == ["~ [0]: 1 -> 2"]


def test_watch_as_jsonl_until_something_changes(kamrpc, lab):
    lab.counter = 1
    _other, out, _other = kamrpc(
        "watch", "-n", "0.01", "-o", "jsonl", "--until-changed", "test.count"
    )
    first, second = map(json.loads, out.splitlines())
    assert first["reply"] == [1]
    assert second["changes"] == [
        {"kind": "changed", "place": "0", "keys": {}, "members": [], "old": 1, "new": 2}
    ]


def test_watch_refuses_what_makes_no_sense(kamrpc):
    assert kamrpc("watch", "-n", "0", "core.echo")[0] == exit_codes.USAGE
    assert kamrpc("watch", "--count", "0", "core.echo")[0] == exit_codes.USAGE
    assert kamrpc("watch", "-s", "unix:/nonexistent", "core.echo")[0] == exit_codes.CONNECT


@pytest.mark.parametrize(
    "call, line",
    [
        (("dispatcher.add", 1, "sip:127.0.0.1:5099"), "+ SET.ID=1 DEST.URI=sip:127.0.0.1:5099: "),
        (("dispatcher.add", 77, "sip:127.0.0.1:5099"), "+ SET.ID=77: SET.TARGETS.0."),
        (("dispatcher.remove", 1, "sip:127.0.0.1:5082"), "- SET.ID=1 DEST.URI=sip:127.0.0.1:5082"),
        (
            ("dispatcher.set_state", "ip", 1, "sip:127.0.0.1:5082"),
            "~ SET.ID=1 DEST.URI=sip:127.0.0.1:5082: DEST.FLAGS AX -> IP",
        ),
    ],
)
def test_a_change_of_destinations_is_one_line(kamrpc, make_gateways, monkeypatch, call, line):
    address = make_gateways()

    def act(_seconds):
        with Client(address) as client:
            client.call(*call)

    clock = SimpleNamespace(sleep=act, strftime=lambda _form: "DAY TIME")
    monkeypatch.setattr(watch, "time", clock)
    status, out, err = kamrpc("watch", "-s", address, "--count", "2", "dispatcher.list")
    assert (status, err) == (0, "")
    lines = [each for each in out.splitlines() if each.startswith("DAY")]
    assert len(lines) == 1
    assert lines[0].startswith("DAY TIME " + line)
