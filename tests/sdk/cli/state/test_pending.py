# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Changes that wait for a confirmation: kept, cancelled, or undone when their time is over.

The guardian is a process of its own. Tests wait until it has acted, however long that takes.
"""

from __future__ import annotations

import os
import pty
import re
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from kamailio_binrpc.cli import exit_codes
from kamailio_binrpc.cli.state import pending
from kamailio_binrpc.core.state.journal import UNFINISHED, Journals
from tests.sdk.cli.state.support import AFTER, BEFORE

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

LONG = "600"
PATIENCE = 240
KAMRPC = Path(sys.executable).parent / "kamrpc"


def states(fleet):
    return sorted(entry.state for entry in Journals(fleet.journals).entries())


def until(condition):
    """Wait until something holds, for minutes if need be."""
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)


def finished(fleet):
    return not any(state in UNFINISHED for state in states(fleet))


@pytest.fixture
def waiting(run, fleet):
    """Make a change of two servers that waits for long; give its id. No guardian stays behind."""
    status, data, _err = run("apply", "-y", "--confirm", LONG, "-g", "well", "wanted.yml")
    assert status == 0
    assert {each["outcome"] for each in data["servers"]} == {"pending"}
    assert fleet.state("one") == fleet.state("two") == AFTER
    yield data["id"]
    if not finished(fleet):
        run("cancel", data["id"])


def test_a_change_is_undone_when_no_one_confirms_it(run, fleet):
    status, data, _err = run("apply", "-y", "--confirm", "1", "-g", "well", "wanted.yml")
    assert (status, data["confirm"]) == (0, 1.0)
    until(lambda: states(fleet) == ["undone", "undone"])
    assert fleet.state("one") == fleet.state("two") == BEFORE
    status, _data, err = run("confirm", data["id"])
    assert (status, "undone, not pending" in err) == (exit_codes.REFUSED, True)


def test_a_change_that_is_confirmed_stays(run, fleet, waiting):
    status, data, _err = run("confirm", waiting)
    assert (status, [each["name"] for each in data["servers"]]) == (0, ["one", "two"])
    assert states(fleet) == ["confirmed", "confirmed"]
    assert fleet.state("one") == AFTER
    status, _data, err = run("cancel", waiting)
    assert (status, "it is confirmed" in err) == (exit_codes.REFUSED, True)


def test_a_change_that_is_cancelled_is_undone_at_once(run, fleet, waiting):
    status, data, _err = run("cancel", waiting)
    assert (status, {each["outcome"] for each in data["servers"]}) == (0, {"undone"})
    assert fleet.state("one") == fleet.state("two") == BEFORE
    assert states(fleet) == ["undone", "undone"]


def test_meanwhile_another_change_is_refused(run, fleet, waiting):
    fleet.write("version: 1\nhtable: {features: {items: {recording: 2}}}\n")
    written = fleet.written("one")
    status, data, _err = run("apply", "-y", "-g", "labs", "wanted.yml")
    found = {each["name"]: (each["outcome"], each["reason"]) for each in data["servers"]}
    assert status == exit_codes.REFUSED
    assert found["one"] == ("refused", "pending")
    assert fleet.written("one") == written
    assert fleet.state("ill") == BEFORE


def test_the_history_tells_how_long_it_waits(kamrpc, fleet, waiting):
    _status, out, _err = kamrpc("history", "--journals", fleet.journals)
    assert re.search(r"pending, \d{3} s left", out)


def test_a_batch_that_fails_is_undone_and_nothing_waits(run, fleet):
    fleet["ill"].failures.add("busy", method="htable.delete", count=1, text="no")
    status, data, _err = run("apply", "-y", "--confirm", LONG, "-g", "labs", "wanted.yml")
    assert status == exit_codes.UNDONE
    assert {each["outcome"] for each in data["servers"]} == {"undone"}
    assert all(fleet.state(name) == BEFORE for name in fleet.labs)
    assert finished(fleet)


def test_a_change_whose_guardian_is_gone_is_undone_by_the_next_command(
    run, kamrpc, fleet, monkeypatch
):
    monkeypatch.setattr(pending, "guardian", lambda *_arguments: lambda _id: None)
    run("apply", "-y", "--confirm", "0.2", "-s", "one", "wanted.yml")
    time.sleep(0.3)
    assert states(fleet) == ["pending"]
    status, out, err = kamrpc("history", "--journals", fleet.journals, "--expired")
    assert (status, out) == (0, f"{fleet['one'].addresses[0]}: undone: as before\n")
    assert "was not confirmed in time" in err
    assert fleet.state("one") == BEFORE


@pytest.mark.parametrize("number", ["0", "-1", "86401"])
def test_times_out_of_range(kamrpc, fleet, number):
    status, _out, err = kamrpc("apply", f"--confirm={number}", "-s", "one", "wanted.yml")
    assert (status, "--confirm is more than 0" in err) == (exit_codes.USAGE, True)


@pytest.mark.parametrize("command", ["confirm", "cancel"])
def test_a_change_that_is_not_there(kamrpc, fleet, command):
    status, _out, err = kamrpc(command, "--journals", fleet.journals, "nosuch")
    assert (status, "nosuch" in err) == (exit_codes.REFUSED, True)


def test_a_change_that_its_guardian_is_undoing_is_waited_for(run, fleet, waiting):
    journals = Journals(fleet.journals)
    entries = journals.entries(waiting)
    held = journals.lock(entries[0].server)
    pauses = []

    def pause(seconds):
        pauses.append(seconds)
        if len(pauses) == 2:
            held.close()

    found = pending.taken_back(journals, waiting, {}, "unconfirmed", {"timeout": 30.0}, pause)
    assert [report.outcome for report in found] == ["undone", "undone"]
    assert len(pauses) == 2
    assert fleet.state("one") == fleet.state("two") == BEFORE


# --- on a terminal


class Session:
    """A command at a terminal of its own."""

    def __init__(self, fleet, *words):
        self.screen = ""
        pid, self.terminal = pty.fork()
        if pid == 0:  # the command
            os.execv(KAMRPC, [str(KAMRPC), *words])  # pragma: no cover
        self.pid = pid

    def expect(self, text):
        while text not in self.screen:
            data = os.read(self.terminal, 4096)
            assert data, self.screen
            self.screen += data.decode()

    def type(self, text):
        os.write(self.terminal, text.encode())

    def end(self):
        """Read the rest, and return the exit status."""
        try:
            while data := os.read(self.terminal, 4096):
                self.screen += data.decode()
        except OSError:
            pass  # it has ended
        _pid, status = os.waitpid(self.pid, 0)
        os.close(self.terminal)
        return os.waitstatus_to_exitcode(status)


@pytest.fixture
def session(fleet):
    """Start an apply that waits for long, and answer its first question."""
    words = ("--journals", fleet.journals, "--confirm", LONG, "-s", "one", "wanted.yml")
    found = Session(fleet, "apply", *words)
    found.expect("Apply this on one? [y/N] ")
    found.type("y\n")
    found.expect(f"Press Enter within {LONG} s to keep it")
    assert fleet.state("one") == AFTER
    return found


def test_enter_keeps_it(fleet, session):
    session.type("\n")
    assert session.end() == 0
    assert states(fleet) == ["confirmed"]
    assert fleet.state("one") == AFTER


@pytest.mark.parametrize("key", ["\x03", "\x04"], ids=["Ctrl-C", "end of input"])
def test_a_key_undoes_it(fleet, session, key):
    session.type(key)
    assert session.end() == exit_codes.NOT_CONFIRMED
    assert states(fleet) == ["undone"]
    assert fleet.state("one") == BEFORE


def test_a_lost_session_undoes_it(fleet, session):
    os.close(session.terminal)
    os.waitpid(session.pid, 0)
    until(lambda: states(fleet) == ["undone"])
    assert fleet.state("one") == BEFORE


def test_nothing_answers(fleet):
    words = ("--journals", fleet.journals, "--confirm", "1", "-s", "one", "wanted.yml")
    session = Session(fleet, "apply", *words)
    session.expect("[y/N] ")
    session.type("y\n")
    assert session.end() == exit_codes.NOT_CONFIRMED
    until(lambda: states(fleet) == ["undone"])
    assert fleet.state("one") == BEFORE


def test_a_command_that_is_killed_leaves_the_change_to_its_guardian(fleet):
    stuck = threading.Event()
    go_on = threading.Event()

    def hold():
        stuck.set()
        go_on.wait(PATIENCE)

    fleet["one"].failures.add("interfere", method="htable.sets", count=1, action=hold)
    words = ("--journals", fleet.journals, "-y", "--confirm", LONG, "-s", "one", "wanted.yml")
    process = subprocess.Popen(
        [KAMRPC, "apply", *words], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL
    )
    assert stuck.wait(PATIENCE)
    process.send_signal(signal.SIGKILL)
    process.wait()
    go_on.set()
    until(lambda: states(fleet) == ["undone"])
    assert fleet.state("one") == BEFORE
