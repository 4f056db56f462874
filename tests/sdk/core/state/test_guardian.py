# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from kamailio_binrpc.core.desired.leaf import Secret
from kamailio_binrpc.core.state import guardian
from kamailio_binrpc.core.state.guardian import guard, secret_at, start
from kamailio_binrpc.core.state.journal import Journals, Taken
from kamailio_binrpc.core.state.outcome import Outcome
from kamailio_binrpc.core.state.transaction import apply_at, confirm, expired, roll_back
from tests.support.state import four

PATIENCE = 60.0


@pytest.fixture
def journals(tmp_path):
    return Journals(str(tmp_path / "journals"))


def apply(server, journals, **more):
    return apply_at([four()], server, server.address, journals, server.clock, server.pause, **more)


def states(journals):
    return [each.state for each in journals.entries()]


def has_gone(pid):
    """Has a process ended? Whoever is its parent may leave it as a zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def wait_for(condition):
    """Wait for an event, however busy the machine is."""
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_a_change_that_is_not_confirmed_is_undone(server, journals):
    before = server.seen()
    sessions = []

    def guard(id_):
        sessions.append(os.getsid(start(journals, id_)))

    outcome = apply(server, journals, confirm=0.01, guard=guard)
    assert outcome.outcome == "pending"
    assert sessions != [os.getsid(0)]
    wait_for(lambda: states(journals) == ["undone"])
    assert server.seen() == before


def test_a_folder_of_journals_that_is_relative(server, tmp_path, monkeypatch):
    """A guardian does not share the working folder of its starter."""
    monkeypatch.chdir(tmp_path)
    before = server.seen()
    mine = Journals("here")
    outcome = apply(server, mine, confirm=0.01, guard=lambda id_: start(mine, id_))
    assert outcome.outcome == "pending"
    wait_for(lambda: states(mine) == ["undone"])
    assert server.seen() == before


def test_a_guardian_that_finds_no_journal_says_so(journals):
    with pytest.raises(OSError, match="ended at once"):
        start(journals, "20261127-000000-000000")


def test_a_change_that_is_confirmed_stays(server, journals):
    pids = []
    outcome = apply(
        server, journals, confirm=600, guard=lambda id_: pids.append(start(journals, id_))
    )
    confirm(journals, outcome.id)
    os.close(guardian._pipes.pop())
    wait_for(lambda: has_gone(pids[0]))
    assert states(journals) == ["confirmed"]
    assert server.seen()["maintenance"] == 5


def test_what_a_dead_starter_left_is_undone_at_once(server, journals):
    before = server.seen()

    class Killed(BaseException):
        pass

    server.events["dispatcher.add"] = Killed()
    with pytest.raises(Killed):
        apply(server, journals, confirm=600)
    assert states(journals) == ["applying"]
    guard(journals, journals.entries()[0].id, server.connect, lambda seconds: False, undo(server))
    assert states(journals) == ["undone"]
    assert server.seen() == before


def undo(server):
    def undo(*args, **more):
        return roll_back(*args, clock=server.clock, pause=server.pause, **more)

    return undo


def test_it_leaves_alone_what_the_starter_holds(server, journals):
    waits = []

    def look(seconds):
        waits.append(states(journals))
        if len(waits) == 3:
            raise RuntimeError
        return True

    def while_applying():
        with pytest.raises(RuntimeError):
            guard(journals, journals.entries()[0].id, server.connect, look, undo(server))

    server.events["dispatcher.add"] = while_applying
    assert apply(server, journals, confirm=600).outcome == "pending"
    assert waits == [["applying"]] * 3


def test_it_tries_again_where_the_server_does_not_answer(server, journals):
    apply(server, journals, confirm=-1)
    answers = [Outcome("unknown"), Outcome("unknown"), Outcome("unknown", "restarted")]
    tried = []

    def attempt(_journals, entry, *_more, **_options):
        tried.append(entry.state)
        found = answers[len(tried) - 1]
        if found.reason:
            _journals.resume(entry).close()
            os.rename(_journals.entries()[0].path, entry.path.rpartition(".")[0] + ".restarted")
        return found

    waits = []
    guard(
        journals,
        journals.entries()[0].id,
        server.connect,
        waits.append,
        attempt,
    )
    assert len(tried) == 3
    assert waits[:2] == [guardian.RETRY] * 2


def test_the_next_command_undoes_what_a_killed_guardian_left(server, journals):
    before = server.seen()
    pids = []
    outcome = apply(
        server, journals, confirm=600, guard=lambda id_: pids.append(start(journals, id_))
    )
    os.kill(pids[0], signal.SIGKILL)
    wait_for(lambda: has_gone(pids[0]))
    assert expired(journals) == []
    with journals.resume(journals.entries()[0], "pending") as journal:
        journal.set_deadline(-1)
    with pytest.raises(Taken):
        confirm(journals, outcome.id)
    (entry,) = expired(journals)
    roll_back(journals, entry, server.connect, clock=server.clock, pause=server.pause)
    assert server.seen() == before


def test_it_outlives_its_starter(server, journals):
    """The starter is killed right after the change: the guardian waits for the deadline."""
    before = server.seen()
    program = f"""
import os, signal
from kamailio_binrpc import Client
from kamailio_binrpc.core.desired.calls import Calls
from kamailio_binrpc.core.desired.pv import SharedVariable
from kamailio_binrpc.core.state import guardian
from kamailio_binrpc.core.state.journal import Journals
from kamailio_binrpc.core.state.transaction import apply_at
from types import SimpleNamespace as Stage
journals = Journals({journals.folder!r})
with Client({server.address!r}) as client:
    stage = Stage(resources=[SharedVariable("maintenance", 5)], checks=[])
    found = apply_at([stage], Calls(client), {server.address!r}, journals, confirm=1.0,
                     guard=lambda id_: guardian.start(journals, id_))
    assert found.outcome == "pending", found
os.kill(os.getpid(), signal.SIGKILL)
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == -signal.SIGKILL, done.stderr
    wait_for(lambda: states(journals) == ["undone"])
    assert server.seen() == before


def test_a_guardian_that_does_not_start_is_an_error(journals, monkeypatch):
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(OSError, match=r"guardian|Broken pipe"):
        start(journals, "one")


def test_secrets_are_had_again_where_the_journal_says(monkeypatch, tmp_path):
    monkeypatch.setenv("TRUNK", "one")
    (tmp_path / "two").write_text("two\n")
    assert secret_at({"env": "TRUNK"}) == "one"
    assert secret_at({"file": str(tmp_path / "two")}) == "two"
    with pytest.raises(LookupError):
        secret_at({"keep": True})
    assert Secret("one", {"env": "TRUNK"}) == Secret("one")
