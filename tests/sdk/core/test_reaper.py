# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""The end of processes: of itself, by a signal, in a fork, at the exit."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest

from kamailio_binrpc.core import reaper as module
from kamailio_binrpc.core.reaper import GRACE, Reaper
from tests.sdk.core.support import PATIENCE

STUBBORN = """\
import signal, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("ready", flush=True)
time.sleep(3600)
"""


def start(*argv):
    return subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE)


def await_idle(reaper):
    end = time.monotonic() + PATIENCE
    while not reaper.idle:
        assert time.monotonic() < end
        time.sleep(0.005)


def finished(child):
    child.stdin.close()
    child.stdout.close()
    return child.returncode


class Clock:
    now = 100.0

    def __call__(self):
        return self.now


@pytest.fixture
def reaper(monkeypatch):
    found = Reaper()
    found._clock = Clock()
    return found


def test_one_that_ends_of_itself(reaper):
    child = start("cat")
    child.stdin.close()
    reaper.take(child)
    await_idle(reaper)
    assert finished(child) == 0


def test_one_that_has_ended(reaper):
    child = start("true")
    child.wait(PATIENCE)
    reaper.take(child)
    assert reaper.idle
    finished(child)


def test_one_that_goes_on_is_terminated_after_a_while(reaper):
    child = start("sleep", "3600")
    reaper.take(child)
    assert not reaper.idle
    assert child.poll() is None
    reaper._clock.now += GRACE
    await_idle(reaper)
    assert finished(child) == -signal.SIGTERM


def test_or_at_once(reaper):
    child = start("sleep", "3600")
    reaper.take(child, at_once=True)
    await_idle(reaper)
    assert finished(child) == -signal.SIGTERM


def test_one_that_does_not_listen_is_killed(reaper):
    child = start(sys.executable, "-c", STUBBORN)
    assert child.stdout.readline() == b"ready\n"
    reaper.take(child, at_once=True)
    assert child.poll() is None
    reaper._clock.now += GRACE
    await_idle(reaper)
    assert finished(child) == -signal.SIGKILL


def test_a_thread_for_any_number_and_only_while_there_are_some(reaper):
    children = [start("cat") for _ in range(3)]
    for child in children:
        reaper.take(child)
    assert reaper._runs
    for child in children:
        child.stdin.close()
    await_idle(reaper)
    assert not reaper._runs
    again = start("cat")
    again.stdin.close()
    reaper.take(again)
    await_idle(reaper)
    assert [finished(child) for child in [*children, again]] == [0] * 4


def test_what_is_left_at_the_exit(reaper):
    child = start("sleep", "3600")
    reaper.take(child)
    reaper.finish()
    assert finished(child) == -signal.SIGTERM
    assert reaper.idle


def test_no_thread_can_be_started(reaper, monkeypatch):
    def refuse(**options):
        raise RuntimeError("can't create new thread at interpreter shutdown")

    monkeypatch.setattr(module.threading, "Thread", refuse)
    child = start("sleep", "3600")
    reaper.take(child)
    assert finished(child) == -signal.SIGTERM


def test_a_fork_leaves_them_alone(reaper):
    child = start("cat")
    reaper.take(child)
    pid = os.fork()
    if not pid:
        reaper.finish()
        os._exit(0 if reaper.idle and child.returncode == 0 else 1)
    assert os.waitpid(pid, 0)[1] == 0
    assert child.poll() is None
    child.stdin.close()
    await_idle(reaper)
    assert finished(child) == 0
