# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

"""The driver that blocks, with conversations of the test's own."""

from __future__ import annotations

import threading

import pytest

from kamailio_binrpc.core import blocking, transport
from kamailio_binrpc.core.address import parse_address
from kamailio_binrpc.core.blocking import run
from kamailio_binrpc.core.conversation import LOOK_UP, PAUSE, READ, WRITE

from .clients import Time
from .support import PATIENCE

NAMED = parse_address("tcp:sip.example:1")


class Socket:
    def __init__(self):
        self.waits = []

    def wait(self, seconds, writing):
        self.waits.append((seconds, writing))
        return len(self.waits) == 1


def test_the_result_and_each_wait():
    sock, clock, answers = Socket(), Time(), []

    def steps():
        answers.append((yield READ, sock, 1005.0))
        answers.append((yield WRITE, sock, 1007.0))
        yield PAUSE, None, 1000.5
        yield PAUSE, None, 900.0
        return "done"

    assert run(steps(), clock, clock.nap) == "done"
    assert answers == [True, False]
    assert sock.waits == [(5.0, False), (7.0, True)]
    assert clock.naps == [0.5, 0.0]


def test_an_interrupted_conversation_is_closed():
    closed = []

    def steps():
        try:
            yield PAUSE, None, 0.0
        finally:
            closed.append(True)

    def interrupted(seconds):
        raise KeyboardInterrupt

    conversation = steps()
    with pytest.raises(KeyboardInterrupt):
        run(conversation, pause=interrupted)
    assert closed == [True]


def test_a_look_up(monkeypatch):
    def steps(seconds):
        return (yield LOOK_UP, NAMED, 1000.0 + seconds)

    release = threading.Event()
    found = [(2, ("192.0.2.1", 1))]
    monkeypatch.setattr(transport, "look_up", lambda address: found)
    assert run(steps(PATIENCE), Time()) == found
    error = OSError(-2, "Name or service not known")
    monkeypatch.setattr(blocking, "find", lambda address: error)
    assert run(steps(PATIENCE), Time()) is error
    monkeypatch.setattr(blocking, "find", lambda address: release.wait(PATIENCE))
    assert run(steps(0.01), Time()) is None
    release.set()
