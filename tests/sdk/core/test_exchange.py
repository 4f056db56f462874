# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Requests under way on one connection: what is sent, and what becomes of each of them."""

from __future__ import annotations

import errno
from typing import NamedTuple

import pytest

from kamailio_binrpc.core.address import parse_address
from kamailio_binrpc.core.connection import Connection, Request
from kamailio_binrpc.core.errors import (
    CallTimeout,
    ConnectionLost,
    FramingLost,
    NotBinrpcError,
    TruncatedReply,
)
from kamailio_binrpc.core.exchange import Exchange
from kamailio_binrpc.core.packet import encode
from kamailio_binrpc.core.wire import FAULT

from .support import fault_to, reply_to

STREAM = parse_address("unix:/s")
TCP = parse_address("tcp:h:1")
DATAGRAM = parse_address("unixd:/d")
UDP = parse_address("udp:h:1")


class Case(NamedTuple):
    exchange: Exchange
    requests: list


def exchange_of(count=1, window=8, address=STREAM):
    """Return an exchange, and requests that were added to it."""
    exchange = Exchange(address, Connection(address.is_datagram), window)
    requests = [Request("m.%d" % number, (), cookie=number + 1) for number in range(count)]
    for request in requests:
        exchange.add(request)
    return Case(exchange, requests)


def send(exchange, requests=None):
    """Send these requests one by one, or whatever may be sent; return the bytes."""
    sent = b""
    for request in requests if requests is not None else [None] * 1000:
        data = bytes(exchange.outgoing)
        if not data:
            break
        if request is not None:
            data = data[: len(request.packet)]
        exchange.sent(len(data))
        sent += data
    return sent


# -- sending -----------------------------------------------------------------------------


def test_nothing_to_do():
    exchange, _none = exchange_of(0)
    assert exchange.idle
    assert bytes(exchange.outgoing) == b""
    assert exchange.untouched
    assert not exchange.broken


def test_requests_leave_in_order_and_whole():
    exchange, requests = exchange_of(3)
    assert send(exchange) == b"".join(request.packet for request in requests)
    assert [request.sent for request in requests] == [True] * 3
    assert not exchange.idle


@pytest.mark.parametrize("window", [1, 2, 3])
def test_the_window_holds(window):
    exchange, requests = exchange_of(4, window)
    assert send(exchange) == b"".join(request.packet for request in requests[:window])
    done = exchange.received(reply_to(requests[0], "x"))
    assert done == [requests[0]]
    assert send(exchange) == requests[window].packet


def test_a_request_in_parts_is_not_sent_before_its_last_byte():
    exchange, (first, second) = exchange_of(2, window=1)
    size = len(first.packet)
    exchange.sent(0)
    assert exchange.untouched
    assert not exchange.idle
    left = first.packet
    for count in (1, size - 2):
        assert bytes(exchange.outgoing) == left
        exchange.sent(count)
        left = left[count:]
        assert not exchange.untouched
        assert not first.sent
    assert bytes(exchange.outgoing) == left == first.packet[-1:]
    exchange.sent(1)
    assert (first.sent, second.sent) == (True, False)
    exchange.received(reply_to(first, 1))
    assert bytes(exchange.outgoing) == second.packet


@pytest.mark.parametrize("window", [1, 2, 8])
def test_a_window_leaves_in_one_piece(window):
    exchange, requests = exchange_of(3, window)
    whole = b"".join(request.packet for request in requests)
    assert bytes(exchange.outgoing) == whole[: window * len(requests[0].packet)]


def test_datagrams_leave_one_by_one():
    exchange, requests = exchange_of(3, address=UDP)
    assert bytes(exchange.outgoing) == requests[0].packet


def test_long_requests_leave_one_by_one():
    exchange, _none = exchange_of(0)
    requests = [Request("m", ("x" * 30_000,)) for _request in range(3)]
    for request in requests:
        exchange.add(request)
    assert bytes(exchange.outgoing) == requests[0].packet + requests[1].packet
    exchange.sent(len(exchange.outgoing))
    assert bytes(exchange.outgoing) == requests[2].packet


@pytest.mark.parametrize("count", range(1, 27))
def test_of_some_requests_a_part_may_leave(count):
    """Only requests that have begun to be sent are under way; the others can go elsewhere."""
    exchange, requests = exchange_of(3)
    size = len(requests[0].packet)
    whole = bytes(exchange.outgoing)
    assert len(whole) == 3 * size == 27
    exchange.sent(count)
    assert [request.sent for request in requests] == [count >= size * n for n in (1, 2, 3)]
    begun = -(-count // size)
    if count % size:
        assert bytes(exchange.outgoing) == whole[count : begun * size]
    else:
        assert bytes(exchange.outgoing) == whole[count:]
    if count < 2 * size:
        last = requests[2]
        exchange.withdraw(last)
        assert send(exchange) == whole[count : 2 * size]
        assert not last.sent
    else:
        assert exchange.release() == requests[begun:]
        assert send(exchange) == whole[count : begun * size]
    done = exchange.received(b"".join(reply_to(request, 1) for request in requests[:2]))
    assert done == requests[:2]


def test_what_is_added_later_leaves_with_the_others():
    exchange, (first,) = exchange_of(1)
    assert bytes(exchange.outgoing) == first.packet
    second = Request("m.2", ())
    exchange.add(second)
    assert bytes(exchange.outgoing) == first.packet + second.packet
    exchange.withdraw(first)
    assert bytes(exchange.outgoing) == second.packet


def test_a_request_that_was_sent_before_has_not_been_sent_here():
    exchange, _none = exchange_of(0)
    request = Request("m", ())
    request.sent = True
    exchange.add(request)
    assert request.sent is False


def test_two_requests_with_the_same_cookie_are_not_under_way_at_once():
    exchange, (first, second) = exchange_of(2)
    twin = Request("m.twin", (), cookie=first.cookie)
    exchange.add(twin)
    assert send(exchange) == first.packet + second.packet
    exchange.received(reply_to(first, 1))
    assert send(exchange) == twin.packet


# -- answers -----------------------------------------------------------------------------


def test_answers_are_given_to_those_who_asked():
    exchange, (first, second) = exchange_of(2)
    send(exchange)
    done = exchange.received(reply_to(first, 1) + fault_to(second, 500, "no"))
    assert done == [first, second]
    assert first.outcome == [1]
    assert str(second.outcome) == "m.1: fault 500: no"
    assert exchange.idle
    assert not exchange.broken


def test_an_answer_in_parts():
    exchange, (request,) = exchange_of()
    send(exchange)
    data = reply_to(request, "x")
    for index in range(len(data) - 1):
        assert exchange.received(data[index : index + 1]) == []
    assert not exchange.idle
    assert exchange.received(data[-1:]) == [request]


def test_another_protocol_ends_all():
    exchange, requests = exchange_of(3, window=2)
    send(exchange)
    assert exchange.received(b"HTTP/1.1 400") == requests
    assert exchange.broken
    assert exchange.idle
    # It is the answer to the oldest; whether it or the next has run is unknown.
    assert isinstance(requests[0].outcome, NotBinrpcError)
    assert [type(each.outcome) for each in requests[1:]] == [ConnectionLost] * 2
    assert "m.1: the connection is out of step; it may have run" in str(requests[1].outcome)
    assert [each.outcome.executed for each in requests[1:]] == [None, False]


def test_junk_after_an_answer_is_the_error_of_those_that_follow():
    exchange, requests = exchange_of(3)
    send(exchange)
    exchange.received(reply_to(requests[0], 1))
    exchange.received(b"junk")
    assert requests[0].outcome == [1]
    assert isinstance(requests[1].outcome, FramingLost)
    assert isinstance(requests[2].outcome, ConnectionLost)


def test_a_server_that_closes_after_its_fault_is_not_waited_for():
    exchange, (first, second, third) = exchange_of(3, window=2)
    send(exchange)
    done = exchange.received(encode([400, "bad request"], FAULT, 0))
    assert done == [first, second, third]
    assert first.outcome.code == 400
    assert [each.outcome.executed for each in (second, third)] == [None, False]
    assert exchange.broken
    assert bytes(exchange.outgoing) == b""


def test_a_server_that_closes_after_the_only_answer():
    exchange, (request,) = exchange_of()
    send(exchange)
    assert exchange.received(encode([400, "bad request"], FAULT, 0)) == [request]
    assert exchange.broken
    assert request.outcome.code == 400


def test_nothing_is_sent_on_a_broken_connection():
    exchange, _request = exchange_of()
    send(exchange)
    exchange.ended()
    exchange.add(Request("m.late", ()))
    assert bytes(exchange.outgoing) == b""


# -- the end of the stream ---------------------------------------------------------------


def test_the_end_without_any_answer_names_likely_reasons():
    exchange, requests = exchange_of(2, window=1)
    send(exchange)
    assert exchange.ended() == requests
    first, second = (str(request.outcome) for request in requests)
    assert first.startswith("m.0: unixs:/s closed the connection without an answer. ctl does so")
    assert first.endswith("; it may have run")
    assert second.endswith("; it has not run")
    assert [each.outcome.executed for each in requests] == [None, False]
    assert exchange.broken
    assert exchange.idle


def test_the_end_after_an_answer():
    exchange, (first, second) = exchange_of(2)
    send(exchange)
    exchange.received(reply_to(first, 1))
    assert exchange.ended() == [second]
    assert "ctl does so" not in str(second.outcome)


def test_the_end_within_an_answer_is_the_error_of_its_request():
    exchange, (first, second) = exchange_of(2)
    send(exchange)
    exchange.received(reply_to(first, "x" * 100)[:50])
    exchange.ended()
    assert isinstance(first.outcome, TruncatedReply)
    assert first.outcome.received == 50
    assert isinstance(second.outcome, ConnectionLost)


def test_a_request_half_sent_has_not_run():
    exchange, (request,) = exchange_of()
    assert exchange.outgoing
    exchange.sent(3)
    exchange.ended()
    assert request.outcome.executed is False
    assert bytes(exchange.outgoing) == b""
    exchange.sent(1)  # what the kernel says late changes nothing
    assert request.sent is False


# -- the operating system ----------------------------------------------------------------


@pytest.mark.parametrize(
    "address, sent, number, never",
    [
        (STREAM, 0, errno.EPIPE, True),
        (STREAM, 1, errno.EPIPE, False),
        (STREAM, 1, errno.ECONNREFUSED, False),
        (DATAGRAM, 1, errno.ECONNREFUSED, True),
        (UDP, 1, errno.ECONNREFUSED, True),
        (UDP, 1, errno.ENETUNREACH, False),
        (UDP, 0, errno.EMSGSIZE, False),
    ],
)
def test_what_never_left_can_be_sent_elsewhere(address, sent, number, never):
    exchange, requests = exchange_of(address=address)
    send(exchange, requests[:sent])
    assert exchange.never_left(OSError(number, "")) is never


@pytest.mark.parametrize(
    "requests, answers, never", [(1, 0, True), (2, 0, False), (2, 1, False), (1, 1, False)]
)
def test_what_nothing_read_never_left_if_it_is_all_there_was(requests, answers, never):
    exchange, sent = exchange_of(requests)
    send(exchange)
    for request in sent[:answers]:
        exchange.received(reply_to(request, 1))
    assert exchange.never_left(OSError(errno.ECONNRESET, ""), unread=True) is never
    assert exchange.never_left(OSError(errno.ECONNRESET, ""), unread=False) is False


def test_how_a_process_ended_is_told_in_place_of_what_ctl_does():
    for end in ("ended", "failed"):
        exchange, (request,) = exchange_of()
        send(exchange)
        if end == "ended":
            exchange.ended("ssh ended with status 255")
        else:
            exchange.failed(OSError(errno.ECONNRESET, ""), "ssh ended with status 255")
        assert ": ssh ended with status 255; it may have run" in str(request.outcome)
        assert "128" not in str(request.outcome)


@pytest.mark.parametrize(
    "number, answers, text",
    [
        (errno.ENETDOWN, 0, "the connection to tcp:h:1 broke: Network is down; it may"),
        (errno.EPIPE, 0, "broke: Broken pipe. ctl does so when"),
        (errno.ECONNRESET, 0, "broke: Connection reset by peer. ctl does so when"),
        (errno.ECONNRESET, 1, "broke: Connection reset by peer; it may"),
        (errno.EMSGSIZE, 0, "broke: Message too long. The request does not fit a datagram"),
    ],
)
def test_a_failure_of_the_system_is_explained(number, answers, text):
    exchange, requests = exchange_of(2, address=TCP)
    send(exchange)
    for request in requests[:answers]:
        exchange.received(reply_to(request, 1))
    done = exchange.failed(OSError(number, "ignored"))
    assert done == requests[answers:]
    assert text in str(done[0].outcome)
    assert isinstance(done[0].outcome, ConnectionLost)
    assert done[0].outcome.errno == number
    assert exchange.broken


def test_a_failure_without_a_number_keeps_its_text():
    exchange, (request,) = exchange_of()
    exchange.failed(OSError("closed by hand"))
    assert "broke: closed by hand; it has not run" in str(request.outcome)


# -- time --------------------------------------------------------------------------------


@pytest.mark.parametrize("address, doubt", [(STREAM, False), (DATAGRAM, False), (UDP, True)])
def test_silence(address, doubt):
    exchange, requests = exchange_of(2, window=1, address=address)
    send(exchange)
    assert exchange.timed_out(2.5) == requests
    first, second = (request.outcome for request in requests)
    assert isinstance(first, CallTimeout)
    assert str(first).startswith("m.0: no answer from %s within 2.5 s" % address)
    assert ("UDP does not tell" in str(first)) is doubt
    assert [first.executed, second.executed] == [None, False]
    assert first.errno == errno.ETIMEDOUT
    assert exchange.broken


def test_time_passes_within_an_answer():
    exchange, (first, second) = exchange_of(2)
    send(exchange)
    exchange.received(reply_to(first, "x" * 100)[:50])
    exchange.timed_out(1)
    assert isinstance(first.outcome, TruncatedReply)
    assert isinstance(second.outcome, CallTimeout)


REPLY = encode(["x" * 100], 1, 1)
FOREIGN = encode(["x" * 100], 1, 0x77)
FAULT_1 = encode([500, "x" * 100], FAULT, 1)
TOO_LONG = bytes.fromhex("a1 1d 7f ff ff ff 00 01")
TOO_LONG_FOREIGN = bytes.fromhex("a1 1d 7f ff ff ff 00 77")


@pytest.mark.parametrize("end", ["timed_out", "expire", "ended", "failed"])
@pytest.mark.parametrize(
    "data, whole, executed",
    [
        (REPLY[:50], True, True),
        (REPLY[:50], False, False),
        (REPLY[:3], True, None),  # no cookie yet
        (REPLY[:3], False, False),
        (FOREIGN[:50], True, None),
        (FOREIGN[:50], False, False),
        (FAULT_1[:50], True, None),  # perhaps it says that nothing ran
        (TOO_LONG, True, True),
        (TOO_LONG, False, False),
        (TOO_LONG_FOREIGN, True, None),
        (b"HTTP/1.1", True, None),
        (b"HTTP/1.1", False, False),
    ],
    ids=lambda value: value.hex()[:16] if isinstance(value, bytes) else str(value),
)
def test_executed_is_true_only_where_that_is_known(data, whole, executed, end):
    """The cookie was seen, is this request's, and the request had left whole."""
    exchange, (request,) = exchange_of()
    exchange.sent(len(exchange.outgoing) - (not whole))
    if not exchange.received(data):
        arguments = {"timed_out": (1,), "expire": (request, 1), "failed": (OSError(104, "x"),)}
        getattr(exchange, end)(*arguments.get(end, ()))
    assert request.outcome.executed is executed


def test_a_reply_of_two_requests_claims_nothing_of_the_other():
    exchange, (first, second) = exchange_of(2)
    send(exchange)
    exchange.received(encode(["x" * 100], 1, second.cookie)[:50])
    exchange.timed_out(1)
    assert [first.outcome.executed, second.outcome.executed] == [None, True]


def test_one_expires_and_the_others_go_on():
    exchange, (first, second, third) = exchange_of(3, window=2)
    send(exchange)
    exchange.expire(first, 1)
    assert isinstance(first.outcome, CallTimeout)
    assert first.outcome.executed is None
    exchange.expire(third, 1)
    assert third.outcome.executed is False
    assert not exchange.broken
    assert exchange.received(reply_to(first, "late") + reply_to(second, 2)) == [second]
    assert exchange.idle


def test_the_one_whose_answer_has_begun_expires():
    exchange, (first, second) = exchange_of(2)
    send(exchange)
    exchange.received(reply_to(first, "x" * 100)[:50])
    exchange.expire(second, 1)
    assert isinstance(second.outcome, CallTimeout)
    exchange.expire(first, 1)
    assert isinstance(first.outcome, TruncatedReply)


# -- those who leave ---------------------------------------------------------------------


def test_a_request_withdrawn_before_it_left_is_never_sent():
    exchange, (first, second) = exchange_of(2)
    exchange.withdraw(first)
    assert send(exchange) == second.packet


def test_the_answer_to_a_request_withdrawn_is_skipped():
    exchange, (first, second) = exchange_of(2)
    send(exchange)
    exchange.withdraw(first)
    assert exchange.received(reply_to(first, 1) + reply_to(second, 2)) == [second]
    assert (first.outcome, second.outcome) == (None, [2])


def test_a_request_half_sent_is_sent_to_its_end():
    exchange, (first, second) = exchange_of(2)
    assert exchange.outgoing
    exchange.sent(3)
    exchange.withdraw(first)
    assert exchange._connection.pending == [first]  # its answer may come
    assert send(exchange) == first.packet[3:] + second.packet


def test_what_waits_is_handed_back():
    exchange, requests = exchange_of(3, window=1)
    send(exchange)
    assert exchange.release() == requests[1:]
    assert exchange.release() == []
    assert exchange.received(reply_to(requests[0], 1)) == [requests[0]]
    assert exchange.idle
    assert bytes(exchange.outgoing) == b""
