# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Accepting connections, also where no descriptor is left."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import logging
import socket

import pytest

from kamailio_binrpc.core.lab import acceptor
from kamailio_binrpc.core.lab.acceptor import Acceptor


class Listening:
    """A listening socket whose ``accept`` fails as told."""

    def __init__(self, real):
        self._real = real
        self.failures = []
        self.attempts = 0

    def fileno(self):
        return self._real.fileno()

    def accept(self):
        self.attempts += 1
        if self.failures:
            raise OSError(self.failures[0], "made up")
        return self._real.accept()


class Counting(asyncio.Protocol):
    made = 0

    def connection_made(self, transport):
        Counting.made += 1
        transport.close()


@pytest.fixture
def listening():
    with socket.socket() as sock:
        sock.setblocking(False)
        sock.bind(("127.0.0.1", 0))
        sock.listen(128)
        yield Listening(sock)


def play(listening, script, monkeypatch, pause=0.0):
    monkeypatch.setattr(acceptor, "PAUSE", pause)
    Counting.made = 0

    async def main():
        accepting = Acceptor(listening, Counting)
        try:
            with contextlib.ExitStack() as clients:

                def connect(count):
                    for _other in range(count):
                        sock = clients.enter_context(socket.socket())
                        sock.connect(listening._real.getsockname())

                await script(connect, accepting)
        finally:
            accepting.close()

    asyncio.run(main())


async def until(condition):
    while not condition():
        await asyncio.sleep(0.001)


def test_it_says_once_that_descriptors_have_run_out(listening, monkeypatch, caplog):
    async def script(connect, _accepting):
        listening.failures = [errno.EMFILE]
        connect(40)
        await until(lambda: listening.attempts >= 20)
        listening.failures = []
        await until(lambda: Counting.made == 40)
        listening.failures = [errno.ENFILE]
        connect(1)
        await until(lambda: len(caplog.records) == 2)

    with caplog.at_level(logging.WARNING):
        play(listening, script, monkeypatch)
    assert [record.message.partition(";")[0] for record in caplog.records] == [
        "no more connections can be accepted: made up"
    ] * 2
    assert not [record for record in caplog.records if record.exc_info]


def test_it_rests_meanwhile(listening, monkeypatch):
    async def script(connect, _accepting):
        listening.failures = [errno.EMFILE]
        connect(5)
        await until(lambda: listening.attempts)
        for _other in range(200):
            await asyncio.sleep(0)
        assert listening.attempts == 1

    play(listening, script, monkeypatch, pause=3600)


def test_a_client_that_has_gone_away_is_no_reason_to_rest(listening, monkeypatch, caplog):
    async def script(connect, accepting):
        listening.failures = [errno.ECONNABORTED]
        connect(1)
        await until(lambda: listening.attempts)
        listening.failures = []
        await until(lambda: Counting.made)
        assert accepting._pause is None

    with caplog.at_level(logging.WARNING):
        play(listening, script, monkeypatch, pause=3600)
    assert not caplog.records


def test_others_have_their_turn(listening, monkeypatch):
    async def script(connect, _accepting):
        seen = []
        connect(3 * acceptor.PER_TURN)
        while Counting.made < 3 * acceptor.PER_TURN:
            before = listening.attempts
            await asyncio.sleep(0)
            seen.append(listening.attempts - before)
        assert max(seen) == acceptor.PER_TURN

    play(listening, script, monkeypatch)
