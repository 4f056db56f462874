# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Everyday work of operators: gateways, calls, regs, drain, undrain, debug."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys

import pytest

from kamailio_binrpc import Client
from kamailio_binrpc.cli.debug import level_of, seconds_of
from kamailio_binrpc.cli.exit_codes import CONNECT, FAULT, REFUSED, USAGE
from kamailio_binrpc.core.errors import EncodeError
from kamailio_binrpc.core.lab.server import LabServer
from kamailio_binrpc.lab import Dispatcher

pytest.importorskip("rich")
pytestmark = pytest.mark.usefixtures("surroundings")


@pytest.fixture
def servers(tmp_path, monkeypatch):
    """Two servers, named in a configuration together with one that is gone."""
    sets = {
        1: [
            {"uri": "sip:192.0.2.1:5060", "attrs": "duid=a"},
            {"uri": "sip:192.0.2.2:5060", "attrs": "duid=b"},
        ],
        2: [{"uri": "sip:192.0.2.3:5060"}],
    }
    labs = [LabServer("tcp:127.0.0.1:0", modules=[Dispatcher(sets)]) for _ in range(2)]
    with labs[0].running_in_thread() as one, labs[1].running_in_thread() as two:
        path = tmp_path / "everyday.ini"
        path.write_text(
            f"[endpoints]\none = {one.addresses[0]}\ntwo = {two.addresses[0]}\n"
            f"gone = unix:{tmp_path}/none\n[groups]\nboth = one two\nill = one gone\n"
        )
        monkeypatch.setenv("KAMRPC_CONFIG", str(path))
        monkeypatch.setenv("KAMRPC_ENDPOINT", "one")
        yield one, two


def state(server, uri):
    with Client(server.addresses[0]) as client:
        (reply,) = client.call("dispatcher.list").to_json()
    found = [
        target["DEST"]["FLAGS"]
        for each in reply["RECORDS"]
        for target in each["SET"]["TARGETS"]
        if target["DEST"]["URI"] == uri
    ]
    return found[0]


def level(server):
    with Client(server.addresses[0]) as client:
        return client.call("cfg.get", "core", "debug").value


def test_gateways(kamrpc, servers):
    status, out, _err = kamrpc("gateways", "1")
    lines = [line.split() for line in out.splitlines()]
    assert (status, lines[0][:3]) == (0, ["SET", "URI", "STATE"])
    assert {line[0] for line in lines[1:]} == {"1"}
    status, out, _err = kamrpc("gateways", "-g", "both", "--where", "uri~192.0.2.3", "--json")
    replies = json.loads(out)
    assert {name: [row["ID"] for row in each["reply"]] for name, each in replies.items()} == {
        "one": [2],
        "two": [2],
    }


@pytest.mark.parametrize(
    "words, found",
    [
        (["calls", "bob"], "sip:bob@example.com"),
        (["calls", "alice"], "sip:alice@example.com"),
        (["regs", "alice"], "alice"),
    ],
)
def test_calls_and_registrations(kamrpc, servers, words, found):
    status, out, _err = kamrpc(*words)
    lines = out.splitlines()
    assert status == 0
    assert len(lines) > 1
    assert all(found in line for line in lines[1:])
    assert len(kamrpc(words[0])[1].splitlines()) > len(lines)


def test_draining(kamrpc, servers):
    one, two = servers
    gateway = "sip:192.0.2.1:5060"
    status, out, _err = kamrpc("drain", "-n", "1", "sip:192.0.2.1")
    assert (status, out) == (0, f"one: {gateway} active would become disabled\n")
    assert kamrpc("drain", "1", gateway)[0] == REFUSED  # no one to ask
    assert state(one, gateway) == "AX"
    status, out, _err = kamrpc("drain", "-y", "-g", "both", "1", "192.0.2.1")
    assert (status, sorted(out.splitlines())) == (
        0,
        [f"{name}: {gateway} active -> disabled" for name in ("one", "two")],
    )
    assert (state(one, gateway), state(two, gateway)) == ("DX", "DX")
    assert kamrpc("drain", "-y", "1", gateway)[1] == f"one: unchanged: {gateway} disabled\n"
    status, out, _err = kamrpc("undrain", "-y", "--json", "--probing", "1", "duid=a")
    (done,) = json.loads(out)
    assert (done["changed"], done["after"][gateway]["state"]) == (True, "active")
    assert state(one, gateway) == "AP"


def test_nowhere_if_not_everywhere(kamrpc, servers):
    one, two = servers
    with Client(two.addresses[0]) as client:
        client.call("dispatcher.set_state", "d", 1, "sip:192.0.2.2:5060")
    words = ["drain", "-y", "-g", "both", "1", "sip:192.0.2.1"]
    status, _out, err = kamrpc(*words)
    assert status == FAULT
    assert "two: Nothing was changed: only 0 active destinations would be left" in err
    assert "no server was changed" in err
    assert (state(one, "sip:192.0.2.1:5060"), one.calls.of("dispatcher.set_state")) == ("AX", [])
    assert kamrpc(*words, "--at-least", "0")[0] == 0


def test_a_server_that_cannot_be_reached(kamrpc, servers):
    one, _two = servers
    words = ["drain", "-y", "-g", "ill", "1", "sip:192.0.2.1"]
    status, _out, err = kamrpc(*words)
    assert status == CONNECT
    assert "no server was changed" in err
    assert state(one, "sip:192.0.2.1:5060") == "AX"
    status, _out, err = kamrpc(*words, "--reachable-only")
    assert status == 0
    assert "gone: " in err
    assert state(one, "sip:192.0.2.1:5060") == "DX"


def test_levels(kamrpc, servers):
    one, _two = servers
    before = level(one)
    status, out, _err = kamrpc("debug", "-y", "4")
    assert (status, out) == (0, f"one: level {before} -> 4\n")
    assert level(one) == 4
    assert kamrpc("debug", "-y", "nosuch")[0] == USAGE
    assert kamrpc("debug", "-y", "3", "--for", "2d")[0] == USAGE


def test_a_level_for_a_while(kamrpc, servers, monkeypatch):
    one, two = servers
    before = level(one)
    seen = []
    monkeypatch.setattr(
        "time.sleep", lambda seconds: seen.append((seconds, level(one), level(two)))
    )
    status, _out, err = kamrpc("debug", "-y", "-g", "both", "debug", "--for", "10m")
    assert (status, seen) == (0, [(600.0, 3, 3)])
    assert (level(one), level(two)) == (before, before)
    assert f"two: back to {before}" in err


def test_a_level_that_another_client_changed_meanwhile(kamrpc, servers, monkeypatch):
    one, _two = servers

    def sleep(_seconds):
        with Client(one.addresses[0]) as client:
            client.call("cfg.seti", "core", "debug", 0)

    monkeypatch.setattr("time.sleep", sleep)
    status, _out, err = kamrpc("debug", "-y", "debug", "--for", "5")
    assert (status, level(one)) == (0, 0)
    assert "the level is no longer 3: it is left" in err


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_brings_the_level_back_at_once(servers, number):
    one, _two = servers
    before = level(one)
    command = [sys.executable, "-m", "kamailio_binrpc.cli.main", "debug", "-y", "3", "--for", "1h"]
    with subprocess.Popen(
        command, stderr=subprocess.PIPE, text=True, env=os.environ.copy()
    ) as process:
        assert "goes back in 1h00m" in process.stderr.readline()
        assert level(one) == 3
        process.send_signal(number)
        assert process.wait(60) != 0
    assert level(one) == before


@pytest.mark.parametrize("text", ["", "10", "-6", "debugg", "3.5"])
def test_what_is_no_level(text):
    with pytest.raises(EncodeError, match="not a log level"):
        level_of(text)


@pytest.mark.parametrize("text, seconds", [("30", 30), ("30s", 30), ("10m", 600), ("24h", 86400)])
def test_times(text, seconds):
    assert seconds_of(text) == seconds


@pytest.mark.parametrize("text", ["", "0", "m", "25h", "1d", "-5", "1.5h"])
def test_what_is_no_time(text):
    with pytest.raises(EncodeError, match="not a time"):
        seconds_of(text)
