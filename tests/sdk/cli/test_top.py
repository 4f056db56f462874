# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Servers at a glance."""

from __future__ import annotations

import json
import os
import pty
import select
import subprocess
import sys
import termios

import pytest

from kamailio_binrpc import Client
from kamailio_binrpc.cli.exit_codes import CONNECT, USAGE
from kamailio_binrpc.cli.samples import History, Sample, take
from kamailio_binrpc.cli.top import Board, sparkline, split_keys
from kamailio_binrpc.core.errors import ConnectError
from kamailio_binrpc.core.faults import Fault

pytest.importorskip("rich")
pytestmark = pytest.mark.usefixtures("surroundings")


def sample(seconds=0.0, **gauges):
    counters = {"requests": gauges.pop("requests", 0)}
    return Sample(seconds, gauges, counters)


def test_a_sample(lab):
    with Client(lab.addresses[0]) as client:
        found = take(client, 5.0)
    assert found.seconds == 5.0
    assert set(found.gauges) >= {"uptime", "memory", "transactions", "calls", "registered"}
    assert set(found.counters) == {"requests", "dropped", "errors"}
    assert found.gauges["gateways"] == len(found.destinations)


class Answers:
    """A client with prepared answers, by method."""

    def __init__(self, **answers):
        self._answers = answers

    def call_many(self, calls):
        fault = Fault(500, "no such method")
        return [self._answers.get(call[0].replace(".", "_"), fault) for call in calls]


def test_what_a_server_does_not_offer_is_left_out():
    assert take(Answers(), 1.0) == Sample(1.0)


def test_a_server_that_does_not_answer():
    with pytest.raises(ConnectError):
        take(Answers(tm_stats=ConnectError("no")), 1.0)


def test_rates_need_two_samples_and_know_restarts():
    history = History()
    assert history.rate("requests") is None
    history.add(sample(10.0, requests=100))
    assert history.rate("requests") is None
    history.add(sample(12.0, requests=150))
    assert history.rate("requests") == 25.0
    history.add(sample(14.0, requests=3))
    assert history.rate("requests") is None
    history.add(sample(16.0, requests=5))
    assert history.rate("requests") == 1.0
    assert list(history.requests) == [25.0, 1.0]


def test_what_was_known_stays_on_show_with_the_problem():
    history = History()
    history.add(sample(1.0, calls=7))
    history.add(Sample(2.0, error="all of it", problem="no connection"))
    assert (history.last.gauges, history.last.problem) == ({"calls": 7}, "no connection")


@pytest.fixture
def board():
    made = Board(["a", "b", "c"])
    made.add({"a": sample(calls=5), "b": sample(calls=9), "c": Sample(0.0, error="x", problem="x")})
    return made


def test_the_order(board):
    assert board.order() == ["a", "b", "c"]
    board.press("r")
    assert board.order() == ["c", "b", "a"]
    board.press("s")
    board.press("s")
    assert board.title() == "3 servers by calls, descending"
    assert board.order() == ["b", "a", "c"]  # one that does not say is last in any order
    board.press("r")
    assert board.order() == ["a", "b", "c"]


def test_choosing_and_looking_inside(board):
    board.add({"b": Sample(0.0, destinations=[(1, "sip:192.0.2.1", "AP")])})
    for key in ("up", "down", "down", "down", "up"):
        board.press(key)
    assert board.text(10).splitlines()[2].startswith("> b")
    board.press("\n")
    assert board.title() == "gateways of b  (Enter: back)"
    assert "sip:192.0.2.1" in board.text(10)
    board.press("\n")
    assert "> b" in board.text(10)


@pytest.mark.parametrize("width", [40, 60, 80, 100, 200])
def test_each_server_has_one_line_however_narrow_the_terminal(width, monkeypatch):
    """A folded row shows fewer servers than there is place for, and pushes the head away."""
    board = Board(["a-rather-long-name-of-a-server", "b"])
    for second in range(30):
        busy = sample(float(second), requests=second * second, calls=5, uptime=90000, memory=0.4)
        failed = Sample(0.0, error="x", problem="no answer")
        board.add({"a-rather-long-name-of-a-server": busy, "b": failed})
    monkeypatch.setattr("shutil.get_terminal_size", lambda: os.terminal_size((width, 24)))
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setenv("NO_COLOR", "1")
    lines = board.text(10, width).splitlines()
    assert len(lines) == 3
    assert max(map(len, lines)) <= width
    assert width < 60 or "\u2588" in lines[1]


@pytest.mark.parametrize("steps, shown", [(0, ["s0", "s1", "s2"]), (9, ["s7", "s8", "s9"])])
def test_more_servers_than_lines(steps, shown):
    board = Board([f"s{number}" for number in range(10)])
    for _ in range(steps):
        board.press("down")
    lines = board.text(3).splitlines()
    assert [line.replace(">", " ").split()[0] for line in lines[1:]] == shown


def test_sparkline():
    assert sparkline([]) == ""
    assert sparkline([0, 0]) == "▁▁"
    assert sparkline([0, 5, 10]) == "▁▅█"


def test_keys_that_are_pressed_faster_than_they_are_read():
    assert split_keys("s\x1b[B\x1bOA\r\x1b[1;5Cq") == ["s", "down", "up", "\n", "\x1b[1;5C", "q"]
    assert split_keys("\x1b") == ["\x1b"]
    assert split_keys("") == []


def test_into_a_pipe(kamrpc, config):
    status, out, _err = kamrpc("top", "-g", "both", "-g", "gone", "--count", "1", "--json")
    found = {each["name"]: each for each in json.loads(out)}
    assert status == 0
    assert found["one"]["calls"] >= 0
    assert found["gone"]["error"].startswith("cannot connect to")
    status, out, _err = kamrpc("top", "-g", "both", "--count", "2", "-n", "0.05", "--sort=-memory")
    assert (status, out.split()[0]) == (0, "SERVER")
    assert "REQ/s" in out


def test_errors(kamrpc, config):
    assert kamrpc("top", "-s", "gone", "--count", "1")[0] == CONNECT
    assert kamrpc("top", "--sort", "nosuch")[0] == USAGE
    assert kamrpc("top", "--interval", "0")[0] == USAGE


@pytest.mark.slow
def test_on_a_terminal(config):
    """Keys work, and the terminal is as before when it ends."""
    ours, theirs = pty.openpty()
    before = termios.tcgetattr(theirs)
    command = [sys.executable, "-m", "kamailio_binrpc.cli.main", "top", "-g", "both", "-n", "600"]
    env = {**os.environ, "TERM": "xterm"}
    with subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, env=env) as process:
        shown = _until(ours, b"", b"servers by name")
        os.write(ours, b"ss\x1b[B")
        shown = _until(ours, shown, b"servers by calls, descending")
        os.write(ours, b"\n")
        shown = _until(ours, shown, b"gateways of")
        os.write(ours, b"q")
        shown = _until(ours, shown, b"\x1b[?1049l")
        assert process.wait(60) == 0
    assert termios.tcgetattr(theirs)[3] == before[3]
    assert shown.startswith(b"\x1b[?1049h")
    os.close(ours)
    os.close(theirs)


def _until(file, shown, text):
    while text not in shown:
        assert select.select([file], [], [], 60)[0], shown
        shown += os.read(file, 65536)
    return shown
