# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Look-ups in threads: answers find those who asked, and nothing waits for one that hangs."""

from __future__ import annotations

import contextlib
import os
import select
import threading

import pytest

from kamailio_binrpc.core import lookups as module
from kamailio_binrpc.core.lookups import THREADS, Lookups

from .support import PATIENCE


@pytest.fixture
def lookups(monkeypatch):
    """Look-ups whose resolver gives the question back, at once."""
    monkeypatch.setattr(module, "find", lambda address: "found " + address)
    lookups = Lookups()
    yield lookups
    lookups.close()


def is_readable(lookups):
    return bool(select.select([lookups], [], [], 0)[0])


def wait_for(lookups, count):
    """Take as many answers, whenever the descriptor says that there are some."""
    found = []
    while len(found) < count:
        assert select.select([lookups], [], [], PATIENCE)[0]
        found += lookups.take()
    return found


class Resolver:
    """Hangs in every look-up until it is released.

    :ivar running: how many look-ups have begun; a semaphore.
    """

    def __init__(self):
        self.running = threading.Semaphore(0)
        self.release = threading.Event()
        self.threads = set()

    def __call__(self, address):
        self.threads.add(threading.current_thread())
        self.running.release()
        assert self.release.wait(PATIENCE)
        return "found " + address

    def await_running(self, count):
        for _each in range(count):
            assert self.running.acquire(timeout=PATIENCE)

    def join(self):
        self.release.set()
        for thread in self.threads:
            thread.join(PATIENCE)


@pytest.fixture
def resolver(monkeypatch):
    resolver = Resolver()
    monkeypatch.setattr(module, "find", resolver)
    yield resolver
    resolver.join()


def test_nothing_to_take(lookups):
    assert lookups.take() == []
    assert not is_readable(lookups)


def test_answers_find_those_who_asked(lookups):
    for number in range(100):
        lookups.ask(number, "host%d" % number)
    found = wait_for(lookups, 100)
    assert dict(found) == {number: "found host%d" % number for number in range(100)}
    assert len(found) == 100


def test_the_descriptor_is_readable_until_all_is_taken(lookups):
    lookups.ask("who", "host")
    assert wait_for(lookups, 1) == [("who", "found host")]
    assert not is_readable(lookups)
    assert lookups.take() == []


def test_one_look_ends_what_several_answers_woke(lookups):
    os.write(lookups._writer, bytes(3))
    assert lookups.take() == []
    assert not is_readable(lookups)


def test_an_error_is_an_answer(lookups, monkeypatch):
    error = OSError(-2, "Name or service not known")
    monkeypatch.setattr(module, "find", lambda address: error)
    lookups.ask("who", "host")
    assert wait_for(lookups, 1) == [("who", error)]


def test_threads_are_limited_and_take_what_waits(resolver):
    lookups = Lookups()
    for number in range(THREADS + 5):
        lookups.ask(number, "host")
    resolver.await_running(THREADS)
    assert len(resolver.threads) == THREADS
    assert not is_readable(lookups)
    resolver.release.set()
    assert len(wait_for(lookups, THREADS + 5)) == THREADS + 5
    assert len(resolver.threads) == THREADS
    lookups.close()


def test_a_thread_ends_when_nothing_is_asked_and_another_begins(resolver):
    resolver.release.set()
    lookups = Lookups()
    for _each in range(THREADS + 1):  # if ended ones were counted, the last would not be answered
        lookups.ask("who", "host")
        assert wait_for(lookups, 1)
        for thread in list(resolver.threads):
            thread.join(PATIENCE)
    assert len(resolver.threads) == THREADS + 1
    lookups.close()


def test_closing_does_not_wait_for_a_look_up_that_hangs(resolver):
    lookups = Lookups()
    for number in range(THREADS + 1):
        lookups.ask(number, "host")
    resolver.await_running(THREADS)
    reader, writer = lookups._reader, lookups._writer
    lookups.close()
    for descriptor in (reader, writer):
        with pytest.raises(OSError, match="Bad file descriptor"):
            os.fstat(descriptor)
    assert all(thread.daemon and thread.is_alive() for thread in resolver.threads)


def test_what_is_found_after_closing_is_written_nowhere(resolver):
    """The descriptor's number may already be another file's."""
    lookups = Lookups()
    for number in range(THREADS + 1):
        lookups.ask(number, "host")
    resolver.await_running(THREADS)
    writer = lookups._writer
    lookups.close()
    reader, other = os.pipe()
    try:
        if other != writer:
            os.dup2(other, writer)
        resolver.join()
        os.set_blocking(reader, False)
        with pytest.raises(BlockingIOError):
            os.read(reader, 1)
        assert not resolver.running.acquire(blocking=False)  # the last question was forgotten
    finally:
        for descriptor in {reader, other, writer}:
            os.close(descriptor)


def test_a_full_pipe_can_be_read_anyway(lookups):
    with contextlib.suppress(BlockingIOError):
        while True:
            os.write(lookups._writer, bytes(65536))
    lookups.ask("who", "host")
    assert wait_for(lookups, 1) == [("who", "found host")]
