# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

"""The client's side of the protocol without a socket: matching, faults, outcomes."""

from __future__ import annotations

import asyncio
import errno

import pytest

from kamailio_binrpc.core import connection as connection_module
from kamailio_binrpc.core import wire
from kamailio_binrpc.core.address import parse_address
from kamailio_binrpc.core.async_client import AsyncClient
from kamailio_binrpc.core.client import Client
from kamailio_binrpc.core.connection import Connection, Request, build_request
from kamailio_binrpc.core.deadline import Deadline
from kamailio_binrpc.core.decoder import CHUNK
from kamailio_binrpc.core.errors import (
    CallTimeout,
    ConnectionLost,
    DecodeError,
    EncodeError,
    FramingLost,
    LengthLimit,
    NotBinrpcError,
    ProtocolError,
    TruncatedReply,
)
from kamailio_binrpc.core.exchange import Exchange
from kamailio_binrpc.core.faults import BadRequest, Fault, MethodNotFound
from kamailio_binrpc.core.fleet import Fleet
from kamailio_binrpc.core.packet import decode, encode
from kamailio_binrpc.core.reply import Reply
from kamailio_binrpc.core.values import Struct

from . import support


def reply(cookie, *values):
    return encode(values, wire.REPLY, cookie)


def fault(cookie, code=500, text="no"):
    return encode([code, text], wire.FAULT, cookie)


def asked(*cookies, **options):
    """Make a connection with requests under way."""
    connection = Connection(**options)
    requests = [Request("m.%d" % cookie, (), cookie) for cookie in cookies]
    for request in requests:
        connection.expect(request)
    return connection, requests


# -- requests --------------------------------------------------------------------------


def test_a_request_is_the_method_and_its_params():
    request = Request("core.echo", [1, "a", 1.5], 7)
    assert decode(request.packet) == decode(build_request("core.echo", (1, "a", 1.5), 7))
    assert decode(request.packet).values == ["core.echo", 1, "a", 1.5]
    assert (request.method, request.cookie, request.outcome) == ("core.echo", 7, None)


def test_cookies_are_random_and_never_zero(monkeypatch):
    cookies = {Request("m", ()).cookie for _other in range(100)}
    assert len(cookies) > 90
    monkeypatch.setattr("os.urandom", bytes)
    assert Request("m", ()).cookie == 1


@pytest.mark.parametrize(
    "method, params, why",
    [
        ("", [], "a method is a non-empty str, not ''"),
        (5, [], "a method is a non-empty str, not 5"),
        (b"core.ps", [], "a method is a non-empty str"),
        (None, [], "a method is a non-empty str"),
        ("a\0b", [], "holds a NUL"),
        ("m", [1, None], "m: parameter 2: binrpc has no null"),
        ("m", ["x" * 65535], "m: the request has 655.. bytes; ctl's receive buffer holds 65535"),
    ],
)
def test_requests_that_cannot_be(method, params, why):
    with pytest.raises(EncodeError, match=why) as caught:
        Request(method, params)
    assert caught.value.executed is False


def test_the_longest_request():
    size = wire.MAX_REQUEST - len(build_request("m", ["x" * 60000], 1)) + 60000
    assert len(build_request("m", ["x" * size], 1)) == wire.MAX_REQUEST
    with pytest.raises(EncodeError):
        build_request("m", ["x" * (size + 1)], 1)


# -- matching --------------------------------------------------------------------------


@pytest.mark.parametrize("datagram", [False, True])
def test_an_answer_goes_to_its_request(datagram):
    connection, (request,) = asked(7, datagram=datagram)
    assert connection.expects(7)
    assert connection.receive(reply(7, 1, "a", Struct(b=2))) == [request]
    assert request.outcome == [1, "a", Struct(b=2)]
    assert isinstance(request.outcome, Reply)
    assert request.outcome.method == "m.7"
    assert not connection.expects(7)
    assert (connection.in_flight, connection.received, connection.skipped) == (0, 1, 0)
    assert connection.partial() is None


def test_an_empty_reply_is_success():
    connection, (request,) = asked(7)
    connection.receive(reply(7))
    assert request.outcome == []
    assert request.outcome is not None


def test_options_reach_the_decoders():
    connection, (request,) = asked(7, unsigned=True, max_body=20)
    connection.receive(reply(7, 2**32 - 1))
    assert request.outcome == [2**32 - 1]
    connection.receive(reply(8, "x" * 20))
    assert isinstance(connection.failure, LengthLimit)


@pytest.mark.parametrize("datagram", [False, True])
def test_stale_and_foreign_answers_are_skipped(datagram):
    connection, (request,) = asked(7, datagram=datagram)
    for stray in (reply(6, "stale"), fault(8), reply(0)):
        assert connection.receive(stray) == []
        assert request.outcome is None
    assert connection.receive(reply(7, "mine")) == [request]
    assert request.outcome == ["mine"]
    assert connection.receive(reply(7, "again")) == []
    assert (connection.received, connection.skipped) == (5, 4)
    assert connection.failure is None


def test_a_forgotten_request_has_no_answer():
    connection, (one, two) = asked(1, 2)
    connection.forget(one)
    connection.forget(one)
    connection.forget(Request("m", (), 2))  # another one with the same cookie
    assert connection.pending == [two]
    assert connection.receive(reply(1) + reply(2, 5)) == [two]
    assert (one.outcome, two.outcome, connection.skipped) == (None, [5], 1)


def test_several_answers_in_one_read_and_one_in_several():
    connection, requests = asked(1, 2, 3)
    data = reply(1, 10) + reply(2, 20) + reply(3, 30)
    assert connection.receive(data[:10]) == requests[:1]
    assert isinstance(connection.partial(), TruncatedReply)
    assert connection.pending == requests[1:]
    assert connection.receive(data[10:]) == requests[1:]
    assert [request.outcome.value for request in requests] == [10, 20, 30]


def test_a_reply_in_several_datagrams():
    packet = reply(7, *[Struct(name="x" * 20)] * 20)
    connection, (request,) = asked(7, datagram=True)
    for part in (packet[:100], packet[100:300]):
        assert connection.receive(part) == []
    assert connection.receive(packet[300:]) == [request]
    assert request.outcome == [Struct(name="x" * 20)] * 20


def test_an_overtaken_request_is_lost():
    connection, (one, two, three) = asked(1, 2, 3)
    assert connection.receive(reply(3, "x")) == [one, two, three]
    assert three.outcome == ["x"]
    for request in (one, two):
        assert isinstance(request.outcome, ConnectionLost)
        assert request.outcome.executed is None
        assert "%s: the server dropped the reply" % request.method in str(request.outcome)
    assert not connection.closing


def test_datagrams_overtake_freely():
    connection, (one, two) = asked(1, 2, datagram=True)
    assert connection.receive(reply(2)) == [two]
    assert connection.receive(reply(1)) == [one]
    assert (one.outcome, two.outcome) == ([], [])


# -- faults and broken answers -----------------------------------------------------------


def test_a_fault_is_an_outcome():
    connection, (request,) = asked(7)
    connection.receive(fault(7, 500, "command m.7 not found"))
    assert isinstance(request.outcome, MethodNotFound)
    assert (request.outcome.code, request.outcome.method) == (500, "m.7")
    assert not connection.closing


@pytest.mark.parametrize("datagram", [False, True])
@pytest.mark.parametrize(
    "cookie, text",
    [
        (0, "bad request: corrupted packet"),
        (7, "bad request method: bad record"),
    ],
)
def test_a_fault_after_which_a_stream_closes(datagram, cookie, text):
    connection, (one, two) = asked(7, 8, datagram=datagram)
    assert connection.receive(fault(cookie, 400, text)) == [one]
    assert isinstance(one.outcome, Fault)
    assert one.outcome.text == text
    assert connection.closing is not datagram
    assert connection.pending == [two]


def test_cookie_0_without_a_request_is_skipped():
    connection = Connection()
    assert connection.receive(fault(0, 400, "bad request: corrupted packet")) == []
    assert (connection.skipped, connection.closing) == (1, False)


@pytest.mark.parametrize("datagram", [False, True])
@pytest.mark.parametrize(
    "code, text", [(500, "internal server error"), (404, "No such key"), (500, "bad request")]
)
def test_cookie_0_says_nothing_but_bad_request(datagram, code, text):
    connection, (request,) = asked(7, datagram=datagram)
    assert connection.receive(fault(0, code, text)) == []
    assert connection.receive(encode(["x"], wire.REPLY, 0)) == []
    assert (connection.skipped, connection.closing) == (2, False)
    assert connection.pending == [request]


def test_who_says_bad_request_with_cookie_0_is_not_known():
    connection, (request,) = asked(7)
    request.sent = True
    assert connection.receive(fault(0, 400, "bad request: corrupted packet")) == [request]
    assert isinstance(request.outcome, BadRequest)
    assert (request.outcome.executed, request.outcome.method) == (None, "m.7")


def test_a_reply_is_decoded_when_it_is_asked_for(monkeypatch):
    decoded = []
    monkeypatch.setattr(
        connection_module, "decode_records", lambda *_p, **_o: decoded.append(1) or ["v"]
    )
    connection, (one, two) = asked(1, 2)
    assert connection.receive(reply(1, "x" * 50) + reply(2)) == [one, two]
    assert decoded == []
    assert (one.ended, one.undecoded, one.received) == (True, 57, 57)
    assert one.outcome == ["v"]
    assert one.outcome is one.outcome
    assert (one.undecoded, decoded) == (0, [1])


@pytest.mark.parametrize(
    "method, unsigned, value",
    [
        ("core.shmmem", None, 2**32 - 1),
        ("core.printi", None, -1),
        ("core.shmmem", False, -1),
        ("core.printi", True, 2**32 - 1),
    ],
)
def test_counters_are_unsigned_without_asking(method, unsigned, value):
    connection = Connection(unsigned=unsigned)
    request = Request(method, (), 7)
    connection.expect(request)
    assert connection.receive(reply(7, -1)) == [request]
    assert request.outcome == [value]


@pytest.mark.parametrize("values", [[], [500], ["text", 500], [500, "a", "b"], [Struct(), "a"]])
def test_a_fault_of_another_shape_is_no_fault(values):
    connection, (request,) = asked(7)
    connection.receive(encode(values, wire.FAULT, 7))
    assert request.outcome.__class__ is ProtocolError
    assert "a fault without code and text" in str(request.outcome)


def test_a_malformed_reply_does_not_disturb_the_next():
    connection, (one, two) = asked(1, 2)
    one.sent = True
    broken = bytes.fromhex("a1 10 02 01 21 61")
    assert connection.receive(broken + reply(2)) == [one, two]
    assert isinstance(one.outcome, DecodeError)
    assert one.outcome.executed is True
    assert two.outcome == []
    assert connection.failure is None


@pytest.mark.parametrize(
    "junk, kind",
    [
        (b"HTTP", FramingLost),
        (b"\xa1\x20\0\0", FramingLost),
        (encode(["core.ps"], wire.REQUEST, 5), ProtocolError),
        (encode(["x" * 100], wire.REPLY, 5), LengthLimit),
    ],
)
def test_a_failure_keeps_what_was_answered_before(junk, kind):
    connection, (one, two) = asked(1, 2, max_body=50)
    assert connection.receive(reply(1, "good")) == [one]
    assert connection.receive(junk) == []
    assert one.outcome == ["good"]
    assert connection.failure.__class__ is kind
    assert connection.pending == [two]


@pytest.mark.parametrize("missing", range(1, 14))
def test_a_cut_reply_that_the_next_one_completes_is_no_answer(missing):
    # The server drops the end of a reply that is not read in time, and goes on
    # (docs/protocol.md#short-writes).
    connection, (one, two, three) = asked(0x11223344, 0x55667788, 0x1BBCCDD)
    replies = [reply(each.cookie, "x" * 20, 7) for each in (one, two, three)]
    assert connection.receive(replies[0][:-missing] + replies[1] + replies[2]) == []
    assert connection.failure.__class__ is FramingLost
    assert connection.pending == [one, two, three]


def test_a_cut_reply_that_a_whole_one_completes_is_no_answer():
    connection, (one, two) = asked(0x11223344, 0x55667788)
    second = reply(two.cookie, "y")
    assert connection.receive(reply(one.cookie, "x" * 50)[: -len(second)] + second) == []
    assert connection.failure.__class__ is FramingLost


def test_the_reply_to_a_call_that_was_given_up_does_not_complete_another():
    connection, (one, two) = asked(0x11223344, 0x55667788)
    connection.forget(two)
    second = reply(two.cookie, "y")
    assert connection.receive(reply(one.cookie, "x" * 50)[: -len(second)] + second) == []
    assert connection.failure.__class__ is FramingLost


def test_an_answer_that_came_twice_does_not_complete_another():
    connection, (one, two, three) = asked(0x11223344, 0x55667788, 0x1BBCCDD)
    second = reply(two.cookie, "y")
    assert connection.receive(second) == [one, two]
    cut = reply(three.cookie, "x" * 50)[: -len(second)]
    assert connection.receive(cut + second) == []
    assert connection.failure.__class__ is FramingLost


def test_an_answer_to_no_one_does_not_complete_another():
    connection, (one, _two) = asked(0x11223344, 0x55667788)
    foreign = reply(0x99999999, "y")
    assert connection.receive(reply(one.cookie, "x" * 50)[: -len(foreign)] + foreign) == []
    assert connection.failure.__class__ is FramingLost


@pytest.mark.parametrize("end", ["ended", "timed_out", "expire"])
def test_a_reply_that_began_is_told_to_its_own_request(end):
    exchange, requests = exchange_of(3)
    send_all(exchange)
    exchange.received(reply(2, "x" * 20)[:-5])
    if end == "ended":
        exchange.ended()
    elif end == "timed_out":
        exchange.timed_out(1.0)
    else:
        for request in requests:
            exchange.expire(request, 1.0)
    # The first one's answer may be lost, and it may not have run.
    assert [request.outcome.executed for request in requests] == [None, True, None]
    assert requests[1].outcome.__class__ is TruncatedReply


def test_whole_replies_that_look_odd_are_answers():
    connection, (one, two) = asked(0x11223344, 0x55667788)
    # Another's cookie, and headers of packets that no one waits for, are mere data here.
    texts = ["\udca1\x13\x04\x01\x02\x03\x04", "\x55\x66\x77\udc88", "\udca1"]
    first = reply(one.cookie, *texts)
    assert connection.receive(first + first + reply(two.cookie)) == [one, two]
    assert one.outcome == texts
    assert connection.failure is None
    assert connection.skipped == 1


def test_what_begins_behind_a_reply_may_still_be_on_its_way():
    for size in range(1, 9):
        connection, (one, two) = asked(0x11223344, 0x55667788)
        second = reply(two.cookie, "y")
        assert connection.receive(reply(one.cookie, "x") + second[:size]) == [one]
        assert connection.receive(second[size:]) == [two]


# -- exchanges -------------------------------------------------------------------------


def exchange_of(count, window=8, address="unix:/s"):
    """Make an exchange with requests 1 to count queued."""
    target = parse_address(address)
    connection = Connection(target.is_datagram)
    exchange = Exchange(target, connection, window)
    requests = [Request("m.%d" % cookie, (), cookie) for cookie in range(1, count + 1)]
    for request in requests:
        exchange.add(request)
    return exchange, requests


def send_all(exchange):
    """Send all that the window allows; return the bytes."""
    out = b""
    while exchange.outgoing:
        piece = bytes(exchange.outgoing)
        out += piece
        exchange.sent(len(piece))
    return out


def test_the_window_limits_what_is_under_way():
    exchange, requests = exchange_of(5, window=2)
    assert send_all(exchange) == requests[0].packet + requests[1].packet
    assert not exchange.outgoing
    assert exchange.received(reply(1)) == requests[:1]
    assert send_all(exchange) == requests[2].packet
    assert exchange.received(reply(2) + reply(3)) == requests[1:3]
    assert send_all(exchange) == requests[3].packet + requests[4].packet
    assert not exchange.idle
    assert exchange.received(reply(4) + reply(5)) == requests[3:]
    assert exchange.idle
    assert not exchange.broken
    assert not exchange.outgoing


def test_partial_sends():
    exchange, (request,) = exchange_of(1)
    sent = b""
    for _other in request.packet:
        assert exchange.untouched is (sent == b"")
        assert not request.sent
        sent += bytes(exchange.outgoing[:1])
        exchange.sent(1)
        exchange.sent(0)
    assert sent == request.packet
    assert request.sent
    assert not exchange.outgoing


def test_equal_cookies_are_not_under_way_at_once():
    exchange, _requests = exchange_of(0)
    twins = [Request("a", (), 5), Request("b", (), 5)]
    for request in twins:
        exchange.add(request)
    assert send_all(exchange) == twins[0].packet
    assert exchange.received(reply(5, "first")) == twins[:1]
    assert send_all(exchange) == twins[1].packet
    assert exchange.received(reply(5, "second")) == twins[1:]
    assert [request.outcome.value for request in twins] == ["first", "second"]


ENDS = {
    "timeout": lambda exchange: exchange.timed_out(2.5),
    "eof": lambda exchange: exchange.ended(),
    "reset": lambda exchange: exchange.failed(ConnectionResetError(errno.ECONNRESET, "")),
    "unnumbered": lambda exchange: exchange.failed(OSError("odd")),
}


@pytest.mark.parametrize("end", ENDS)
def test_what_may_have_run_when_it_ends(end):
    exchange, requests = exchange_of(5, window=4)
    assert exchange.outgoing
    # Of the third, only a part left.
    exchange.sent(sum(len(request.packet) for request in requests[:2]) + 3)
    assert exchange.outgoing
    exchange.received(reply(1))
    assert ENDS[end](exchange) == requests[1:]
    assert exchange.idle
    assert exchange.broken
    assert not exchange.outgoing
    assert requests[0].outcome == []
    kind = CallTimeout if end == "timeout" else ConnectionLost
    for request, executed in zip(requests[1:], [None, False, False, False]):
        assert request.outcome.__class__ is kind
        assert request.outcome.executed is executed
        assert request.method in str(request.outcome)
        doubt = "it may have run" if executed is None else "it has not run"
        assert str(request.outcome).endswith(doubt)


def test_a_timeout_is_a_timeout():
    exchange, (request,) = exchange_of(1)
    send_all(exchange)
    exchange.timed_out(2.5)
    assert isinstance(request.outcome, TimeoutError)
    assert request.outcome.errno == errno.ETIMEDOUT
    assert "m.1: no answer from unixs:/s within 2.5 s" in str(request.outcome)
    assert "UDP" not in str(request.outcome)
    exchange, (request,) = exchange_of(1, address="udp:h:1")
    exchange.timed_out(1)
    assert "UDP does not tell a lost datagram" in str(request.outcome)


@pytest.mark.parametrize("end", ENDS)
def test_the_oldest_gets_the_partial_reply(end):
    exchange, (one, two) = exchange_of(2)
    send_all(exchange)
    exchange.received(reply(1, "x" * 50)[:20])
    ENDS[end](exchange)
    assert one.outcome.__class__ is TruncatedReply
    assert (one.outcome.received, one.outcome.executed) == (20, True)
    assert two.outcome.executed is None


@pytest.mark.parametrize("end", ["eof", "reset"])
def test_closed_before_any_answer_names_the_limit_of_connections(end):
    exchange, (one,) = exchange_of(1)
    send_all(exchange)
    ENDS[end](exchange)
    assert "128 stream connections" in str(one.outcome)
    exchange, (one, two) = exchange_of(2)
    send_all(exchange)
    exchange.received(reply(1))
    ENDS[end](exchange)
    assert "128" not in str(two.outcome)


def test_a_datagram_that_is_too_long():
    exchange, (request,) = exchange_of(1, address="udp:h:1")
    assert exchange.outgoing
    exchange.failed(OSError(errno.EMSGSIZE, ""))
    assert request.outcome.executed is False
    assert request.outcome.errno == errno.EMSGSIZE
    assert "does not fit a datagram; use a stream" in str(request.outcome)


def test_another_protocol():
    exchange, (one, two) = exchange_of(2)
    send_all(exchange)
    assert exchange.received(b"HTTP/1.1 400 Bad Request") == [one, two]
    assert one.outcome.__class__ is NotBinrpcError
    assert two.outcome.__class__ is ConnectionLost
    assert exchange.idle
    assert exchange.broken


def test_lost_framing_behind_a_good_answer():
    exchange, requests = exchange_of(4, window=3)
    send_all(exchange)
    assert exchange.received(reply(1, "good")) == requests[:1]
    assert exchange.received(b"junk") == requests[1:]
    assert requests[0].outcome == ["good"]
    assert requests[1].outcome.__class__ is FramingLost
    assert [type(request.outcome) for request in requests[2:]] == [ConnectionLost] * 2
    assert [request.outcome.executed for request in requests[2:]] == [None, False]
    assert exchange.idle
    assert not exchange.outgoing


def test_a_closing_fault_ends_a_stream_for_all():
    exchange, requests = exchange_of(3)
    send_all(exchange)
    assert exchange.received(fault(0, 400, "bad request: corrupted packet")) == requests
    assert isinstance(requests[0].outcome, Fault)
    assert {type(request.outcome) for request in requests[1:]} == {ConnectionLost}
    assert exchange.broken


def test_a_closing_fault_to_the_last_request_breaks_the_stream():
    exchange, (request,) = exchange_of(1)
    send_all(exchange)
    assert exchange.received(fault(1, 400, "bad request method: bad record")) == [request]
    assert exchange.idle
    assert exchange.broken


def test_a_bad_request_by_datagram_ends_nothing():
    exchange, (one, two) = exchange_of(2, window=1, address="udp:h:1")
    assert send_all(exchange) == one.packet
    assert exchange.received(fault(0, 400, "bad request: corrupted packet")) == [one]
    assert not exchange.broken
    assert send_all(exchange) == two.packet
    assert exchange.received(reply(2)) == [two]


def test_an_expired_request_leaves_the_others():
    exchange, (one, two, three) = exchange_of(3, window=2)
    send_all(exchange)
    exchange.expire(one, 2.5)
    assert isinstance(one.outcome, CallTimeout)
    assert one.outcome.executed is None
    exchange.expire(three, 2.5)
    assert isinstance(three.outcome, CallTimeout)
    assert three.outcome.executed is False
    assert exchange.received(reply(1, "late") + reply(2, "x")) == [two]
    assert two.outcome == ["x"]
    assert isinstance(one.outcome, CallTimeout)
    assert exchange.idle


def test_a_half_sent_request_is_sent_to_its_end():
    exchange, (one, two) = exchange_of(2)
    assert exchange.outgoing
    exchange.sent(len(one.packet) - 1)
    rest = bytes(exchange.outgoing)
    assert rest == one.packet[-1:]
    exchange.withdraw(one)
    assert send_all(exchange) == rest + two.packet
    assert two in exchange.received(reply(1) + reply(2))


def test_an_unsent_request_is_withdrawn_without_a_trace():
    exchange, (one, two) = exchange_of(2)
    exchange.withdraw(one)
    assert send_all(exchange) == two.packet


def test_a_failed_exchange_can_be_done_again():
    exchange, requests = exchange_of(2)
    assert exchange.outgoing
    assert exchange.untouched
    again = Exchange(parse_address("unix:/s"), Connection(), 8)
    for request in requests:
        again.add(request)
    assert send_all(again) == requests[0].packet + requests[1].packet


# -- work for a reply --------------------------------------------------------------------


class Work:
    """Counts the bytes that the checks of a reply read, and the decoding of its inside."""

    def __init__(self, monkeypatch):
        self.bytes = 0
        for name in ("decode_records", "find_answers"):
            monkeypatch.setattr(connection_module, name, self.counting(name))

    def counting(self, name):
        function = getattr(connection_module, name)

        def count(data, start=0, *args, **options):
            self.bytes += len(data) - start
            return function(data, start, *args, **options)

        return count


def hidden_headers(size):
    """Make a reply of texts that each hold a header which ends where the packet does."""
    count = size // 24
    text = "x" * 20
    packet = bytearray(reply(0x11223344, *[text] * count))
    for at in range(8, len(packet) - 70_000, 24):
        body = len(packet) - at - 2 - 9
        packet[at + 2 : at + 11] = b"\xa1\x1b" + body.to_bytes(3, "big") + b"\x99\x99\x99\x99"
    return bytes(packet)


@pytest.mark.parametrize("size", [100_000, 1_000_000])
def test_headers_without_end_end_the_stream(monkeypatch, size):
    work = Work(monkeypatch)
    connection, _requests = asked(0x11223344, 0x55667788)
    packet = hidden_headers(size)
    assert connection.receive(packet) == []
    assert connection.failure.__class__ is FramingLost
    assert work.bytes <= 3 * len(packet)


def test_bytes_that_fit_by_chance_cost_one_more_decoding(monkeypatch):
    work = Work(monkeypatch)
    connection, (one, _two) = asked(0x11223344, 0x55667788)
    packet = bytearray(reply(0x11223344, *["x" * 20] * 5000))
    for at in (9 + 2 + 23 * 2500, 9 + 2 + 23 * 4000):
        body = len(packet) - at - 9
        packet[at : at + 9] = b"\xa1\x1b" + body.to_bytes(3, "big") + b"\x99\x99\x99\x99"
    assert connection.receive(bytes(packet)) == [one]
    assert connection.failure is None
    assert len(one.outcome) == 5000
    assert work.bytes <= 4 * len(packet)


@pytest.mark.parametrize("text", ["á" * 40, "á1" * 20, "ñandú ¡hola! 3¡", "Съешь 37", "好37"])
def test_text_in_any_language_is_an_answer(monkeypatch, text):
    work = Work(monkeypatch)
    connection, (one, two) = asked(0x11223344, 0x55667788)
    packet = reply(one.cookie, *[Struct(name="key", value=text)] * 3000)
    assert connection.receive(packet + reply(two.cookie)) == [one, two]
    assert one.outcome == [Struct(name="key", value=text)] * 3000
    assert work.bytes <= 3 * len(packet)


# -- decoding within the limit -----------------------------------------------------------


class Clock:
    """Each time it is asked a second has passed."""

    def __init__(self):
        self.now = 0.0

    def __call__(self):
        self.now += 1.0
        return self.now


def answered(size, limit, sent=True):
    connection, (request,) = asked(0x11223344)
    request.limit = limit
    request.sent = sent
    connection.receive(reply(request.cookie, *[0] * size))
    return request


@pytest.mark.parametrize("sent", [True, False])
def test_decoding_ends_with_the_deadline(sent):
    clock = Clock()
    request = answered(10 * CHUNK, Deadline(3.5, clock), sent)
    assert request.outcome.__class__ is CallTimeout
    assert request.outcome.executed is sent
    assert "decoding it took longer than the limit of 3.5 s" in str(request.outcome)
    assert clock.now == 5.0  # the start, and a check after each chunk until it is late
    assert request.outcome is request.outcome


def test_decoding_that_is_done_in_time_is_a_reply():
    assert answered(3 * CHUNK, Deadline(3.5, Clock())).outcome == [0] * 3 * CHUNK
    assert answered(CHUNK - 1, Deadline(0.5, Clock())).outcome == [0] * (CHUNK - 1)
    assert answered(10 * CHUNK, None).outcome == [0] * 10 * CHUNK
    assert answered(10 * CHUNK, 60.0).outcome == [0] * 10 * CHUNK


def test_seconds_count_from_the_begin_of_decoding(monkeypatch):
    monkeypatch.setattr("kamailio_binrpc.core.deadline.monotonic", Clock())
    request = answered(10 * CHUNK, 3.5)
    assert request.outcome.__class__ is CallTimeout
    assert request.outcome.executed is True


def by_client(address):
    with Client(address) as client:
        client.call("m.a")


def by_pipeline(address):
    with Client(address) as client:
        client.call_many([("m.a",), ("m.b",)])


def by_async_client(address):
    async def run():
        async with AsyncClient(address) as client:
            await client.call("m.a")

    asyncio.run(run())


def by_fleet(address):
    Fleet({"a": address}).call("m.a")


@pytest.mark.parametrize("make", [by_client, by_pipeline, by_async_client, by_fleet])
def test_every_client_limits_decoding(make, tmp_path, monkeypatch):
    checks = []
    original = connection_module.decode_records

    def watched(*args, check=None, **options):
        checks.append(check)
        return original(*args, check=check, **options)

    monkeypatch.setattr(connection_module, "decode_records", watched)
    with support.Server("unixs", support.echo, str(tmp_path)) as server:
        make(server.address)
    assert checks
    assert all(callable(check) for check in checks)


ADD = ["t", "a", "b", "c", "d", ".", "e", "hunter2", ".", "sip:h", 60, 0, 0, ".", "."]


def test_a_fault_does_not_repeat_a_password():
    connection = Connection()
    request = Request("uac.reg_add", ADD, 7)
    connection.expect(request)
    request.sent = True
    (done,) = connection.receive(encode([500, "no hunter2"], wire.FAULT, 7))
    assert str(done.outcome) == "uac.reg_add: fault 500: no (hidden)"
    assert "hunter2" not in repr(done.outcome)


def test_a_password_that_cannot_be_sent_is_not_in_the_error():
    with pytest.raises(EncodeError) as caught:
        Request("uac.reg_add", [*ADD[:7], "hunter2\0", *ADD[8:]])
    assert "hunter2" not in str(caught.value)
    assert "parameter 8" in str(caught.value)


def test_a_reply_knows_what_was_sent():
    connection = Connection()
    request = Request("cfg.get", ["app", "token"], 7)
    connection.expect(request)
    (done,) = connection.receive(encode(["sesame"], wire.REPLY, 7))
    assert (list(done.outcome), list(done.outcome.params)) == (["sesame"], ["app", "token"])
    assert repr(done.outcome) == "Reply(['(hidden)'])"
