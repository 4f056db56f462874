# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

"""From a relay's output, whole or cut anywhere, to outcomes and what they say about running."""

from __future__ import annotations

from binascii import b2a_base64

import pytest

from kamailio_binrpc.core import wire
from kamailio_binrpc.core.address import parse_address
from kamailio_binrpc.core.connection import Request
from kamailio_binrpc.core.errors import (
    CallTimeout,
    ConnectError,
    ConnectionLost,
    NotBinrpcError,
    TruncatedReply,
)
from kamailio_binrpc.core.faults import Fault
from kamailio_binrpc.core.packet import encode
from kamailio_binrpc.core.relay.trip import Trip

STREAM = parse_address("unix:/run/ctl")
DATAGRAM = parse_address("udp:192.0.2.1")


def made(count=1, address=STREAM):
    requests = [Request("core.test", [number]) for number in range(count)]
    return requests, Trip(address, requests, 3.0)


def tag(trip):
    return trip.text.splitlines()[0]


def said(trip, *lines):
    return "".join("%s %s .\n" % (tag(trip), line) for line in lines)


def answer(request, values=(1,), kind=wire.REPLY):
    return encode(list(values), kind, request.cookie)


def data(packet):
    return "data " + b2a_base64(packet, newline=False).decode()


def whole(trip, requests):
    lines = ["hello perl", "open ok"]
    for request in requests:
        lines += ["go", "sent %d" % len(request.packet), data(answer(request)), "end whole"]
    return said(trip, *lines, "bye")


def test_replies_and_faults():
    requests, trip = made(2)
    first, second = requests
    report = trip.settle(
        said(
            trip,
            *("hello perl", "open ok", "go", "sent 20", data(answer(first, ["a", 2])), "end whole"),
            *("go", "sent 20", data(answer(second, [500, "no"], wire.FAULT)), "end whole", "bye"),
        )
    )
    assert report.interpreter == "perl"
    assert list(first.outcome) == ["a", 2]
    assert isinstance(second.outcome, Fault)


def test_the_input_has_a_line_for_each():
    requests, trip = made(2)
    lines = trip.text.splitlines()
    assert [line.split()[0] for line in lines[1:]] == ["open", "ask", "ask"]
    assert Trip(STREAM, [], 1).text.count("\n") == 1
    assert len(requests) == 2


@pytest.mark.parametrize("lines", [1, 2, 3, 4, 5])
def test_cut_after_each_line_it_may_have_run(lines):
    requests, trip = made()
    output = whole(trip, requests).splitlines(keepends=True)
    trip.settle("".join(output[:lines]), "ssh was killed")
    outcome = requests[0].outcome
    if lines == 5:  # the answer is there, and only what follows is not
        assert list(outcome) == [1]
        return
    assert isinstance(outcome, ConnectionLost)
    assert outcome.executed is None
    assert "ssh was killed" in str(outcome)


def test_cut_anywhere_no_answer_is_made_up():
    requests, trip = made(2)
    output = whole(trip, requests)
    for end in range(len(output)):
        trip.settle(output[:end])
        for request in requests:
            outcome = request.outcome
            if isinstance(outcome, Exception):
                assert outcome.executed is not False
            else:
                assert list(outcome) == [1]


def test_nothing_at_all_came():
    requests, trip = made(2)
    trip.settle("")
    assert [each.outcome.executed for each in requests] == [None, None]


@pytest.mark.parametrize(
    "problem, text",
    [
        ("ENOENT", "No such file or directory. Is Kamailio running"),
        ("EACCES", "Permission denied. Run as the user of Kamailio"),
        ("ECONNREFUSED", "nothing listens"),
        ("late", "no answer within 3 s"),
        ("resolve", "cannot resolve"),
        ("EODD", "Input/output error"),
        ("odd", "Input/output error"),
    ],
)
def test_no_connection_means_that_nothing_ran(problem, text):
    requests, trip = made(2)
    trip.settle(said(trip, "hello perl", "open " + problem, "skip", "skip", "bye"))
    for request in requests:
        assert isinstance(request.outcome, ConnectError)
        assert text in str(request.outcome)
        assert request.outcome.executed is False


def test_a_packet_that_left_in_part_did_not_run():
    requests, trip = made(2)
    trip.settle(said(trip, "open ok", "go", "sent 3", "end EPIPE", "skip", "bye"))
    first, second = [each.outcome for each in requests]
    assert (first.executed, second.executed) == (False, False)
    assert isinstance(first, ConnectionLost)
    assert "not sent" in str(second)


def test_a_packet_of_which_nothing_left_found_no_connection():
    requests, trip = made()
    trip.settle(said(trip, "open ok", "go", "sent 0", "end ECONNREFUSED", "bye"))
    assert isinstance(requests[0].outcome, ConnectError)


def test_a_refused_datagram_reached_no_one():
    requests, trip = made(address=DATAGRAM)
    trip.settle(said(trip, "open ok", "go", "sent 20", "end ECONNREFUSED", "bye"))
    assert isinstance(requests[0].outcome, ConnectError)


@pytest.mark.parametrize("end", ["late", "still"])
def test_silence_is_a_timeout_and_nothing_follows_it(end):
    requests, trip = made(2)
    size = len(requests[0].packet)
    # The lines about the second one are lost, with the end of the output.
    trip.settle(said(trip, "open ok", "go", "sent %d" % size, "end " + end))
    first, second = [each.outcome for each in requests]
    assert isinstance(first, CallTimeout)
    assert (first.executed, second.executed) == (None, False)


def test_an_answer_that_was_truncated():
    requests, trip = made()
    packet = answer(requests[0], ["a" * 50])
    size = len(requests[0].packet)
    trip.settle(said(trip, "open ok", "go", "sent %d" % size, data(packet[:-5]), "end still"))
    assert isinstance(requests[0].outcome, TruncatedReply)
    assert requests[0].outcome.executed is True


def test_the_server_closed_the_connection():
    requests, trip = made()
    trip.settle(said(trip, "open ok", "go", "sent ?", "end eof", "bye"))
    assert "closed the connection" in str(requests[0].outcome)
    assert requests[0].outcome.executed is None


def test_another_protocol_listens():
    requests, trip = made()
    trip.settle(said(trip, "open ok", "go", data(b"HTTP/1.1 400"), "end whole", "bye"))
    assert isinstance(requests[0].outcome, NotBinrpcError)


def test_an_answer_to_someone_else():
    requests, trip = made()
    packet = encode([1], wire.REPLY, requests[0].cookie ^ 1)
    trip.settle(said(trip, "open ok", "go", "sent 20", data(packet), "end whole", "bye"))
    assert isinstance(requests[0].outcome, CallTimeout)


def test_a_reply_in_several_datagrams():
    requests, trip = made(address=DATAGRAM)
    packet = answer(requests[0], ["a" * 50])
    trip.settle(
        said(trip, "open ok", "go", "sent 20", data(packet[:9]), data(packet[9:]), "end whole")
    )
    assert list(requests[0].outcome) == ["a" * 50]
