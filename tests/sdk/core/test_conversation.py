# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

"""Conversations, driven by hand: what they wait for, until when, and what they make of it."""

from __future__ import annotations

import errno
from typing import ClassVar

import pytest

from kamailio_binrpc.core import conversation, explain
from kamailio_binrpc.core.address import parse_address
from kamailio_binrpc.core.connection import Connection, Request
from kamailio_binrpc.core.conversation import LOOK_UP, PAUSE, READ, WRITE, Patience, call, connect
from kamailio_binrpc.core.deadline import Deadline
from kamailio_binrpc.core.errors import CallTimeout, ConnectError, ConnectionLost, TruncatedReply
from kamailio_binrpc.core.exchange import Exchange

from .clients import Time
from .support import reply_to

UNIX = parse_address("unix:/s")
NAMED = parse_address("tcp:sip.example:2049")
DATAGRAM = parse_address("unixd:/d")
TARGETS = [(2, ("192.0.2.1", 2049)), (2, ("192.0.2.2", 2049))]


class Transport:
    """A socket whose answers are a list; an exception is raised."""

    answers: ClassVar[list] = []
    opened: ClassVar[list] = []

    def __init__(self, address, family, reply_at=None):
        self.address = address
        self.targets = []
        self.sent = b""
        self.closed = False
        self.opened.append(self)

    def start_connect(self, target):
        self.targets.append(target)
        return self._next()

    def finish_connect(self):
        return self._next()

    def send(self, data):
        count = self._next()
        self.sent += bytes(data[:count])
        return count if count is not None else len(data)

    def receive(self):
        return self._next()

    def unread(self, error):
        return False

    def last_words(self):
        return ""

    def connect_error(self, number):
        return explain.connect_error(self.address, number)

    def close(self):
        self.closed = True

    def _next(self):
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


ALL = None
"""As the answer to sending: it takes everything."""


@pytest.fixture(autouse=True)
def closed(monkeypatch):
    """Replace the sockets; insist that a conversation leaves no answer unused."""
    monkeypatch.setattr(conversation, "Transport", Transport)
    Transport.opened, Transport.answers = [], []
    yield
    assert Transport.answers == []


def script(*answers):
    Transport.answers = list(answers)


@pytest.fixture
def clock():
    return Time()


def ends(steps, answer=None):
    """Go on to the end, which must come at once; return the result."""
    with pytest.raises(StopIteration) as caught:
        steps.send(answer)
    return caught.value.value


# -- connecting --------------------------------------------------------------------------


def test_a_connection_at_once(clock):
    script(0)
    transport = ends(connect(UNIX, Deadline(5, clock)))
    assert transport is Transport.opened[0]
    assert not transport.closed


def test_a_connect_in_progress_waits_for_room_to_write(clock):
    script(errno.EINPROGRESS, 0)
    steps = connect(UNIX, Deadline(5, clock))
    transport = Transport.opened
    assert next(steps) == (WRITE, transport[0], 1005.0)
    assert ends(steps, True) is transport[0]


def test_a_connect_in_progress_that_takes_too_long(clock):
    script(errno.EINPROGRESS)
    steps = connect(UNIX, Deadline(5, clock))
    next(steps)
    with pytest.raises(ConnectError, match="within 5 s"):
        steps.send(False)
    assert Transport.opened[0].closed


def test_a_full_backlog_is_tried_again_until_the_deadline(clock):
    script(*[errno.EAGAIN] * 4)
    steps = connect(UNIX, Deadline(0.025, clock))
    ends_at = []
    for kind, subject, end in steps:
        assert (kind, subject) == (PAUSE, None)
        ends_at.append(round(end - 1000, 6))
        clock.now = end
        if len(ends_at) == 3:
            break
    assert ends_at == [0.01, 0.02, 0.025]
    with pytest.raises(ConnectError) as caught:
        next(steps)
    assert caught.value.errno == errno.EAGAIN


def test_a_name_is_looked_up_and_each_address_tried(clock):
    script(errno.ECONNREFUSED, 0)
    steps = connect(NAMED, Deadline(5, clock))
    assert next(steps) == (LOOK_UP, NAMED, 1005.0)
    transport = ends(steps, TARGETS)
    assert [each.targets for each in Transport.opened] == [[TARGETS[0][1]], [TARGETS[1][1]]]
    assert [each.closed for each in Transport.opened] == [True, False]
    assert transport is Transport.opened[1]


@pytest.mark.parametrize(
    "answer, why",
    [
        (None, "no answer within 5 s"),
        (OSError(-2, "Name or service not known"), "Name or service not known"),
        (UnicodeError("label too long"), "label too long"),
    ],
)
def test_a_name_that_is_not_found(clock, answer, why):
    steps = connect(NAMED, Deadline(5, clock))
    next(steps)
    with pytest.raises(ConnectError, match="cannot resolve the host of tcp:.*" + why) as caught:
        steps.send(answer)
    assert caught.value.executed is False


def test_a_driver_that_is_interrupted_closes_the_socket(clock):
    script(errno.EINPROGRESS)
    steps = connect(UNIX, Deadline(5, clock))
    next(steps)
    steps.close()
    assert Transport.opened[0].closed


# -- patience ----------------------------------------------------------------------------

REFUSED = ConnectError("refused", errno.ECONNREFUSED)


def test_the_pauses_grow(clock):
    patience = Patience(3600, Deadline(5, clock))
    pauses = []
    for _each in range(7):
        pauses.append(patience.next_attempt(REFUSED) - clock.now)
        clock.now += pauses[-1]
    assert pauses == pytest.approx([0.05, 0.1, 0.2, 0.4, 0.5, 0.5, 0.5])


def test_patience_counts_from_the_start_of_the_call(clock):
    deadline = Deadline(5, clock)
    clock.now += 2.96  # the first attempt took that long
    with pytest.raises(ConnectError) as caught:
        Patience(3, deadline).next_attempt(REFUSED)
    assert caught.value is REFUSED
    clock.now -= 0.02
    Patience(3, deadline).next_attempt(REFUSED)


def test_what_waiting_cannot_mend_is_raised_at_once(clock):
    error = ConnectError("no access", errno.EACCES)
    assert not error.may_pass
    with pytest.raises(ConnectError) as caught:
        Patience(3600, Deadline(5, clock)).next_attempt(error)
    assert caught.value is error


# -- asking ------------------------------------------------------------------------------


def asking(clock, address=UNIX, wait=0.0):
    request = Request("m.a", ())
    return request, call(address, request, Deadline(5, clock), wait)


def test_a_call(clock):
    request, steps = asking(clock)
    script(0, ALL, None, reply_to(request, 1))
    transport = Transport.opened
    assert next(steps) == (READ, transport[0], 1005.0)
    clock.now += 3
    assert steps.send(True) == (READ, transport[0], 1005.0)  # nothing came, and no time with it
    ends(steps, True)
    assert request.outcome == [1]
    assert transport[0].closed


def test_what_does_not_fit_is_sent_when_there_is_room(clock):
    request, steps = asking(clock)
    script(0, 3, 0, None, ALL, reply_to(request, 1))
    assert next(steps)[0] == WRITE
    assert steps.send(True)[0] == READ
    ends(steps, True)
    assert request.outcome == [1]


@pytest.mark.parametrize("sent, executed", [((0,), False), ((3, 0), False), ((ALL,), None)])
def test_silence(clock, sent, executed):
    request, steps = asking(clock, wait=60)
    script(0, *sent)
    next(steps)
    ends(steps, False)
    assert isinstance(request.outcome, CallTimeout)
    assert request.outcome.executed is executed
    assert Transport.opened[0].closed


def test_bytes_that_are_no_answer_do_not_renew_the_deadline(clock):
    request, steps = asking(clock)
    data = reply_to(request, "x" * 100)
    script(0, ALL, *[data[index : index + 1] for index in range(5)])
    next(steps)
    for _each in range(4):
        clock.now += 1
        assert steps.send(True)[2] == 1005.0
    clock.now += 1
    ends(steps, True)
    assert isinstance(request.outcome, TruncatedReply)
    assert request.outcome.received == 5


def test_an_answer_at_the_last_moment_counts(clock):
    request, steps = asking(clock)
    script(0, ALL, reply_to(request, 1))
    next(steps)
    clock.now += 6
    ends(steps, True)
    assert request.outcome == [1]


def test_what_was_refused_is_asked_again_with_the_whole_time(clock):
    request, steps = asking(clock, DATAGRAM, wait=60)
    script(0, ALL, OSError(errno.ECONNREFUSED, "refused"), 0, ALL, reply_to(request, 1))
    next(steps)
    clock.now += 1
    assert steps.send(True) == (PAUSE, None, pytest.approx(1001.05))
    assert Transport.opened[0].closed
    clock.now += 1
    assert steps.send(None) == (READ, Transport.opened[1], 1007.0)
    ends(steps, True)
    assert request.outcome == [1]


@pytest.mark.parametrize("number", [errno.ECONNRESET, errno.EPIPE])
def test_what_may_have_run_is_not_asked_again(clock, number):
    request, steps = asking(clock, wait=60)
    script(0, ALL, OSError(number, "broken"), b"")  # reading on finds the end
    next(steps)
    ends(steps, True)
    assert isinstance(request.outcome, ConnectionLost)
    assert request.outcome.executed is None


def test_what_was_not_sent_is_asked_again(clock):
    request, steps = asking(clock, wait=60)
    script(0, OSError(errno.ECONNREFUSED, "refused"), 0, ALL, reply_to(request, 1))
    assert next(steps)[0] == PAUSE
    steps.send(None)
    ends(steps, True)
    assert request.outcome == [1]


def test_the_answer_before_the_break_counts(clock):
    request, steps = asking(clock)
    script(0, 3, OSError(errno.EPIPE, "broken"), reply_to(request, 1))
    ends(steps)
    assert request.outcome == [1]


def test_the_end_of_a_stream(clock):
    request, steps = asking(clock, wait=60)
    script(0, ALL, b"")
    next(steps)
    ends(steps, True)
    assert isinstance(request.outcome, ConnectionLost)
    assert "closed the connection" in str(request.outcome)


def test_pull_tells_nothing_from_no_answer():
    script(None, b"\xa1")
    transport = Transport(UNIX, 1)
    exchange = Exchange(UNIX, Connection(), 8)
    assert conversation.pull(transport, exchange) is None
    assert conversation.pull(transport, exchange) == []
