# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Interruptions between calls, after which a generator can undo what it did."""

from __future__ import annotations

import os
import signal
import threading

import pytest

from kamailio_binrpc.core.desired.drive import Ask, Do, Sleep
from kamailio_binrpc.core.errors import BinrpcError
from kamailio_binrpc.core.state.run import OutOfTime
from kamailio_binrpc.state.interrupt import Signals, Stop, interruptible
from tests.support.signals import default_handlers


def change():
    """Make one call, wait, and take it back when it is interrupted."""
    try:
        yield Do("make")
        yield Sleep(1.0)
        return "made"
    except KeyboardInterrupt:
        yield Sleep(1.0)
        yield Do("undo")
        return "undone"


def run(talk, stop, after):
    """Run to the end; stop after that many needs; return what was needed, and the result."""
    needs = []
    if not after:
        stop.set()
    try:
        need = next(talk)
        while True:
            needs.append(round(need.seconds, 3) if isinstance(need, Sleep) else need.method)
            if len(needs) == after:
                stop.set()
            need = talk.send(None)
    except StopIteration as end:
        return needs, end.value


@pytest.mark.parametrize(
    "after, expected",
    [
        (99, (["make", *[0.2] * 5], "made")),
        (0, (["make", *[0.2] * 5, "undo"], "undone")),
        (1, (["make", *[0.2] * 5, "undo"], "undone")),
        (3, (["make", 0.2, 0.2, *[0.2] * 5, "undo"], "undone")),
    ],
)
def test_it_is_interrupted_once_and_between_calls(after, expected):
    stop = threading.Event()
    assert run(interruptible(change(), Stop(stop)), stop, after) == expected


def test_the_end_of_its_time_is_an_interruption_of_its_own():
    now = [0.0]
    stop = Stop(threading.Event(), 5.0, lambda: now[0])
    assert not stop.is_set()
    talk = interruptible(change(), stop)
    next(talk)
    now[0] = 5.0
    assert stop.late
    assert isinstance(stop.error, OutOfTime)
    assert run(talk, threading.Event(), 99) == ([*[0.2] * 5, "undo"], "undone")


def test_errors_and_answers_get_through():
    def talk():
        try:
            yield Ask("fails")
        except BinrpcError as error:
            return str(error), (yield Ask("answers"))

    wrapped = interruptible(talk(), Stop(threading.Event()))
    next(wrapped)
    wrapped.throw(BinrpcError("no"))
    with pytest.raises(StopIteration) as end:
        wrapped.send(5)
    assert end.value.value == ("no", 5)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_signals_set_the_event_and_are_given_back(number):
    counts = []
    stop = threading.Event()
    with default_handlers():
        before = signal.getsignal(number)
        with Signals(stop, counts.append):
            for _number in range(2):
                os.kill(os.getpid(), number)
        assert signal.getsignal(number) is before
    assert counts == [1, 2]
    assert stop.is_set()


def test_a_signal_that_is_ignored_stays_so():
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        stop = threading.Event()
        with Signals(stop, lambda _count: None):
            os.kill(os.getpid(), signal.SIGHUP)
        assert not stop.is_set()
    finally:
        signal.signal(signal.SIGHUP, before)
