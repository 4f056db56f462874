# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from kamailio_binrpc.core import pacing
from kamailio_binrpc.core.errors import ConnectError
from kamailio_binrpc.core.faults import TooFast
from kamailio_binrpc.core.pacing import SPACING, Turn, folder_of_user, in_turn

SERVER = "unixs:/run/kamailio/kamailio_ctl"


class Clock:
    def __init__(self):
        self.now = 1_000_000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def turn(tmp_path, clock):
    def turn(address=SERVER, folder=None):
        return Turn(address, folder=str(folder or tmp_path / "folder"), clock=clock)

    return turn


def take(turn, rebuilt=True):
    """Take a turn and return for how long it waited."""
    waited = sum(turn.waits())
    turn.end(rebuilt)
    return waited


def test_two_rebuilds_are_spaced(turn, clock):
    assert take(turn()) == 0
    assert take(turn()) == pytest.approx(SPACING)
    clock.now += SPACING / 4
    assert take(turn()) == pytest.approx(SPACING * 3 / 4)
    clock.now += SPACING
    assert take(turn()) == 0


def test_a_refusal_is_no_rebuild(turn):
    assert take(turn(), rebuilt=False) == 0
    assert take(turn()) == 0
    assert take(turn()) == pytest.approx(SPACING)


def test_servers_do_not_wait_for_each_other(turn):
    assert take(turn()) == 0
    assert take(turn("udp:192.0.2.1:2049")) == 0


def test_paths_of_one_socket_are_one_server(turn, tmp_path):
    (tmp_path / "link").symlink_to(tmp_path)
    assert take(turn("unixs:%s/ctl" % tmp_path)) == 0
    assert take(turn("unixs:%s/link/ctl" % tmp_path)) == pytest.approx(SPACING)


def test_a_clock_that_was_set_back_delays_once(turn, clock):
    take(turn())
    clock.now -= 3600
    assert take(turn()) == pytest.approx(SPACING)


def test_one_at_a_time(turn):
    """Another turn polls until the first one ends; a whole second is more than it needs."""
    first, second = turn(), turn()
    assert list(first.waits()) == []
    waits = second.waits()
    polled = [next(waits) for _attempt in range(5)]
    assert len(set(polled)) == 1
    assert polled[0] < SPACING / 10
    first.end()
    assert next(waits) == pytest.approx(SPACING)
    assert list(waits) == []
    second.end()


def test_patience_has_an_end(turn):
    """A process that was stopped in its turn does not stop all others."""
    first, second = turn(), turn()
    list(first.waits())
    # Sums of floats are not exact.
    assert pacing.PATIENCE - 0.001 <= sum(second.waits()) <= pacing.PATIENCE + SPACING
    second.end()
    first.end()


def test_other_processes_are_waited_for(tmp_path):
    folder = str(tmp_path / "folder")
    code = (
        "import sys; from kamailio_binrpc.core.pacing import Turn; "
        "turn = Turn(%r, folder=%r); list(turn.waits()); print('mine', flush=True); "
        "sys.stdin.read(); turn.end()" % (SERVER, folder)
    )
    other = subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert other.stdout.readline() == b"mine\n"
    mine = Turn(SERVER, spacing=3600, folder=folder)
    waits = mine.waits()
    assert next(waits) < 1
    other.communicate()
    assert 3000 < next(waits) <= 3600
    mine.end()


@pytest.mark.parametrize("case", ["shared", "link", "file", "no folder"])
def test_without_a_safe_place_each_call_waits(turn, tmp_path, case):
    folder = tmp_path / "place"
    if case == "shared":
        folder.mkdir()
        folder.chmod(0o777)
    elif case == "link":
        (tmp_path / "real").mkdir(mode=0o700)
        folder.symlink_to(tmp_path / "real")
    elif case == "file":
        folder.write_text("")
    else:
        folder = tmp_path / ("x" * 300)
    for _time in range(2):
        assert take(turn(folder=folder)) == SPACING


def test_without_an_address_each_call_waits(turn):
    assert [take(turn("")), take(turn(""))] == [SPACING, SPACING]


def test_files_are_the_users_own(turn, tmp_path):
    take(turn())
    folder = tmp_path / "folder"
    assert folder.stat().st_mode & 0o777 == 0o700
    (file,) = folder.iterdir()
    assert file.stat().st_mode & 0o777 == 0o600


def test_the_folder_does_not_depend_on_the_environment(monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert folder_of_user() == "/run/kamailio-binrpc"
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert folder_of_user() == "/tmp/kamailio-binrpc-1000"


@pytest.fixture
def default_folder(tmp_path, monkeypatch):
    monkeypatch.setattr(pacing, "folder_of_user", lambda: str(tmp_path / "folder"))


def test_in_turn(default_folder):
    def refuse():
        raise TooFast(500, "ongoing reload")

    pauses = []
    with pytest.raises(TooFast):
        in_turn(SERVER, refuse, pauses.append)
    assert in_turn(SERVER, lambda: "done", pauses.append) == "done"
    assert pauses == []
    with pytest.raises(ZeroDivisionError):
        in_turn(SERVER, lambda: 1 / 0, pauses.append)
    assert len(pauses) == 1
    assert in_turn(SERVER, lambda: "again", pauses.append) == "again"
    assert [0 < pause <= SPACING for pause in pauses] == [True, True]


def test_a_call_that_did_not_run_is_no_rebuild(default_folder):
    def unsent():
        raise ConnectError("refused")

    pauses = []
    with pytest.raises(ConnectError):
        in_turn(SERVER, unsent, pauses.append)
    assert in_turn(SERVER, lambda: "done", pauses.append) == "done"
    assert pauses == []


def test_a_turn_within_a_turn(default_folder):
    """As when a client that spaces its calls is used by something that does so, too."""
    pauses = []

    def inner():
        return in_turn(SERVER, lambda: "done", pauses.append)

    assert in_turn(SERVER, inner, pauses.append) == "done"
    assert pauses == []
    assert in_turn(SERVER, lambda: "next", pauses.append) == "next"
    assert len(pauses) == 1
