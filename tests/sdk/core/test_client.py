# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

"""Both clients, and fan-outs, against scripted servers over all four transports.

What needs a connection that stays, or several calls at once, is for the clients only. See also
test_async_client and test_fan_out.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import socket
import threading
import time

import pytest

from kamailio_binrpc.core import conversation, wire
from kamailio_binrpc.core import transport as transport_module
from kamailio_binrpc.core.address import parse_address
from kamailio_binrpc.core.client import Client
from kamailio_binrpc.core.errors import (
    AddressError,
    CallTimeout,
    ConnectError,
    ConnectionLost,
    EncodeError,
    FramingLost,
    LengthLimit,
    NotBinrpcError,
    TruncatedReply,
)
from kamailio_binrpc.core.faults import Fault, MethodNotFound, NotFound
from kamailio_binrpc.core.packet import encode
from kamailio_binrpc.core.retry import RetryPolicy
from kamailio_binrpc.core.values import Struct
from kamailio_binrpc.lab import LabServer

from .clients import CLIENTS, Blocking, Time
from .support import PATIENCE, Gone, echo, fault_to, once, reply_to

RICH = [1, "é", 1.5, b"\0", Struct([("a", 1), ("a", Struct.of(2))]), -1]
SOON = 0.2
"""A timeout for calls that are meant to run into it."""


# -- answers ---------------------------------------------------------------------------


def test_calls_reuse_a_connection(serve, transport, connect):
    server = serve(transport)
    with connect(server) as client:
        for value in (RICH, [], [5]):
            reply = client.call("core.echo", *value)
            assert reply == value
            assert reply.method == "core.echo"
    assert [request.values for request in server.requests] == [
        ["core.echo", *RICH],
        ["core.echo"],
        ["core.echo", 5],
    ]
    assert server.connections == (0 if server.is_datagram else 1)


def test_a_fault_is_raised_and_the_connection_stays(serve, transport, connect):
    def script(peer):
        peer.send(fault_to(peer.request(), 500, "No such htable"))
        peer.send(fault_to(peer.request(), 500, "command m.b not found"))
        echo(peer)

    server = serve(transport, script)
    with connect(server) as client:
        with pytest.raises(NotFound, match=r"htable.get: fault 500: No such htable"):
            client.call("htable.get", "t", "k")
        with pytest.raises(MethodNotFound) as caught:
            client.call("m.b")
        assert (caught.value.method, caught.value.executed) == ("m.b", False)
        assert client.call("core.echo", 1) == [1]
    assert server.connections == (0 if server.is_datagram else 1)


def test_stale_and_foreign_answers_are_skipped(serve, transport, dial):
    def script(peer):
        request = peer.request()
        for delta in (1, 2, -1):
            stray = (request.cookie + delta) % 2**32
            peer.send(encode(["stale"], wire.REPLY, stray))
            peer.send(encode([500, "stale"], wire.FAULT, stray))
        peer.reply(request, "mine")

    with dial(serve(transport, script)) as client:
        assert client.call("m.a") == ["mine"]


def test_a_reply_in_pieces(serve, transport, dial):
    def script(peer):
        request = peer.request()
        data = reply_to(request, *RICH, "x" * 500)
        # The first datagram has the whole header; a stream may be cut anywhere.
        size = 1 if not server.is_datagram else 20
        for start in range(0, len(data), size):
            peer.send(data[start : start + size])

    server = serve(transport, script)
    with dial(server) as client:
        assert client.call("m.a") == [*RICH, "x" * 500]


def test_a_large_reply(serve, stream, dial):
    structs = [Struct(name="x" * 100, value=number) for number in range(20_000)]

    def script(peer):
        peer.reply(peer.request(), *structs)

    with dial(serve(stream, script)) as client:
        assert client.call("m.a") == structs


def test_options_reach_the_decoder(serve, transport, dial):
    server = serve(transport)
    with dial(server, unsigned=True, max_reply=30) as client:
        assert client.call("core.echo", -1) == [2**32 - 1]
        with pytest.raises(LengthLimit, match="max_body is 30"):
            client.call("core.echo", "x" * 30)
        assert client.call("core.echo", 5) == [5]


def test_cookie_0_is_our_own_fault(serve, transport, dial):
    def script(peer):
        peer.request()
        peer.send(encode([400, "bad request: corrupted packet"], wire.FAULT, 0))

    server = serve(transport, once(script))
    with dial(server) as client:
        with pytest.raises(Fault, match="bad request: corrupted packet"):
            client.call("m.a")
        assert client.call("core.echo", 5) == [5]


# -- no or broken answers ----------------------------------------------------------------


def test_the_end_before_the_reply(serve, stream, dial):
    def script(peer):
        peer.request()

    server = serve(stream, once(script))
    with dial(server, connect_wait=PATIENCE) as client:
        with pytest.raises(ConnectionLost, match=r"m.a: .* closed the connection") as caught:
            client.call("m.a")
        assert caught.value.executed is None
        assert "it may have run" in str(caught.value)
        assert client.call("core.echo", 5) == [5]
    # What may have run is not sent again.
    assert [request.values[0] for request in server.requests] == ["m.a", "core.echo"]


def test_a_reset_before_the_reply(serve, dial):
    def script(peer):
        peer.request()
        peer.reset()

    server = serve("tcp", once(script))
    with dial(server, connect_wait=PATIENCE) as client:
        with pytest.raises(ConnectionLost) as caught:
            client.call("m.a")
        assert caught.value.executed is None
        assert client.call("core.echo", 5) == [5]
    assert len(server.requests) == 2


@pytest.mark.parametrize("size", [1, 3, 4, 30, 59])
def test_the_end_within_the_reply(serve, stream, size, dial):
    def script(peer):
        peer.send(reply_to(peer.request(), "x" * 100)[:size])

    server = serve(stream, once(script))
    with dial(server) as client:
        with pytest.raises(TruncatedReply) as caught:
            client.call("m.a")
        assert caught.value.received == size
        assert re.match(
            r"%d of (at least )?%d bytes" % (size, caught.value.expected), str(caught.value)
        )
        assert client.call("core.echo", 5) == [5]


def test_silence_ends_at_the_deadline(serve, transport, dial):
    def script(peer):
        peer.request()
        with pytest.raises(Gone):  # no repetition
            peer.request()

    server = serve(transport, script)
    start = time.monotonic()
    with dial(server, timeout=SOON, connect_wait=PATIENCE) as client:
        with pytest.raises(CallTimeout, match=r"m.a: no answer from .* within 0.2 s") as caught:
            client.call("m.a")
    assert SOON * 0.9 <= time.monotonic() - start < PATIENCE
    assert caught.value.executed is None
    assert isinstance(caught.value, TimeoutError)
    assert ("UDP does not tell" in str(caught.value)) is (transport == "udp")
    server.stop()
    assert len(server.requests) == 1


def test_a_timeout_per_call_overrides_the_clients(serve, transport, dial):
    def script(peer):
        peer.request()
        echo(peer)  # also for datagrams; on this connection nothing more comes

    with dial(serve(transport, once(script))) as client:
        with pytest.raises(CallTimeout, match=r"within 0.2 s"):
            client.call("m.a", timeout=SOON)
        assert client.call("core.echo", 5) == [5]


def test_after_a_timeout_late_answers_are_not_taken_for_the_next(serve, transport, dial):
    timed_out = threading.Event()

    def script(peer):
        request = peer.request()
        assert timed_out.wait(PATIENCE)
        with contextlib.suppress(OSError):  # the peer has gone
            peer.reply(request, "late")

    with dial(serve(transport, once(script))) as client:
        with pytest.raises(CallTimeout):
            client.call("m.a", timeout=SOON)
        timed_out.set()
        assert client.call("core.echo", "next") == ["next"]


@pytest.mark.parametrize("count", [1, 2])
def test_a_flood_without_an_answer_ends_at_the_deadline(
    serve, connect, monkeypatch, is_blocking, count
):
    """There is always something to read, but never a whole reply; each read takes a second."""

    def script(peer):
        peer.send(reply_to(peer.request(), "x" * 50_000))
        peer.request()

    clock = Time()
    real = transport_module.Transport.receive

    def receive(self):
        clock.now += 1
        self._read_size = 1000
        return real(self)

    monkeypatch.setattr(transport_module.Transport, "receive", receive)
    with connect(serve("unixs", script), timeout=10, time=clock) as client:
        outcomes = client.call_many([("m.a", number) for number in range(count)], window=1)
    assert isinstance(outcomes[0], TruncatedReply)
    # An asyncio loop looks at its timers once before and once after.
    assert 9_000 <= outcomes[0].received <= 12_000
    if count > 1 and is_blocking:  # an asyncio client gives the second one a new connection
        assert outcomes[1].executed is False


@pytest.mark.parametrize("junk", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\0\0\0\0"])
def test_another_protocol(serve, transport, junk, dial):
    def script(peer):
        peer.request()
        peer.send(junk)

    with dial(serve(transport, once(script))) as client:
        with pytest.raises(NotBinrpcError, match="not a binrpc endpoint") as caught:
            client.call("m.a")
        assert caught.value.executed is None
        assert client.call("core.echo", 5) == [5]


def test_lost_framing_starts_a_new_connection(serve, stream, connect):
    def script(peer):
        for number in range(2):
            request = peer.request()
            peer.send(reply_to(request, "good") if not number else b"junk")

    server = serve(stream, once(script))
    with connect(server) as client:
        assert client.call("m.a") == ["good"]
        with pytest.raises(FramingLost):
            client.call("m.b")
        assert client.call("core.echo", 5) == [5]
    assert server.connections == 2


def test_closed_at_once_names_the_limit_of_connections(serve, stream, dial):
    server = serve(stream, lambda peer: None)
    with dial(server) as client:
        # Depending on when the end is noticed, the request was sent or not.
        with pytest.raises((ConnectionLost, ConnectError), match="128 stream connections"):
            client.call("m.a")
    assert server.requests == []


# -- connecting ------------------------------------------------------------------------


@pytest.fixture
def unheard(folder, transport):
    """An address where nothing listens, and the sockets that keep it free."""
    if transport in ("unixs", "unixd"):
        yield "%s:%s/none" % (transport, folder)
        return
    kind = socket.SOCK_STREAM if transport == "tcp" else socket.SOCK_DGRAM
    with socket.socket(socket.AF_INET, kind) as sock:
        sock.bind(("127.0.0.1", 0))
        port = sock.getsockname()[1]
        if kind == socket.SOCK_DGRAM:
            sock.close()  # a bound one would swallow the datagram
        yield "%s:127.0.0.1:%d" % (transport, port)


@pytest.fixture
def few_attempts(monkeypatch):
    """Fail a caller that tries again without a pause, forever in the test's time."""
    real = transport_module.Transport.__init__
    count = iter(range(100))

    def begin(self, *arguments):
        assert next(count, None) is not None, "no pause between attempts"
        real(self, *arguments)

    monkeypatch.setattr(transport_module.Transport, "__init__", begin)


def test_nothing_listens(unheard, transport, make_caller):
    with make_caller(unheard, timeout=PATIENCE) as client:
        with pytest.raises(ConnectError) as caught:
            client.call("m.a")
    is_path = transport in ("unixs", "unixd")
    assert caught.value.errno == (errno.ENOENT if is_path else errno.ECONNREFUSED)
    assert caught.value.executed is False
    assert 'modparam("ctl", "binrpc"' in str(caught.value)


@pytest.mark.usefixtures("few_attempts")
def test_connect_wait_outlasts_a_start(serve, transport, dial):
    gone = serve(transport)
    gone.stop()
    clock = Time(skipping=True)

    def start_it(count):
        if count == 3:
            clock.skipping = False
            serve(transport, at=gone)
            clock.now += 2 * PATIENCE  # the next attempt has the whole timeout again

    clock.on_nap = start_it
    with dial(gone, connect_wait=3600, time=clock) as client:
        assert client.call("core.echo", 5) == [5]
    assert clock.naps == pytest.approx([0.05, 0.1, 0.2])


@pytest.mark.usefixtures("few_attempts")
@pytest.mark.parametrize("wait, last", [(3.0, 2.75), (2.74, 2.25), (0.0, 0.0)])
def test_connect_wait_ends(unheard, make_caller, wait, last):
    """The pauses grow to half a second, and none begins that would end too late."""
    clock = Time(skipping=True)
    # Longer than the timeout of an attempt, which each one has for itself.
    with make_caller(unheard, timeout=0.4, connect_wait=wait, time=clock) as client:
        with pytest.raises(ConnectError, match="modparam"):
            client.call("m.a")
    if make_caller in CLIENTS.values():  # a fan-out also wakes up for timers of earlier waits
        pauses = [0.05, 0.1, 0.2, 0.4, 0.5, 0.5, 0.5, 0.5]
        count = len(clock.naps)
        assert clock.naps == pytest.approx(pauses[:count])
    assert sum(clock.naps) == pytest.approx(last)


def test_a_host_name_is_looked_up(serve, monkeypatch, make_caller):
    server = serve("tcp")
    asked = []
    real = transport_module.look_up

    def look_up(address, flags=0):
        asked.append(flags)
        return real(address, flags)

    monkeypatch.setattr(transport_module, "look_up", look_up)
    with make_caller("tcp:localhost:%d" % server.port, timeout=PATIENCE) as client:
        assert client.call("core.echo", 5) == [5]
    assert len(asked) == 2  # as a number, and then as a name


@pytest.mark.parametrize("host", ["no-such-host.invalid", "x" * 70, "a..b", "\udcff"])
def test_an_unknown_host(host, make_caller):
    with make_caller("tcp:%s:2049" % host, timeout=PATIENCE) as client:
        with pytest.raises(ConnectError, match="cannot resolve the host of tcp:") as caught:
            client.call("m.a")
    assert caught.value.executed is False


def test_a_slow_resolver_ends_at_the_deadline(monkeypatch, make_caller):
    release = threading.Event()

    def look_up(address, flags=0):
        if flags:
            raise OSError
        release.wait(PATIENCE)
        return []

    monkeypatch.setattr(transport_module, "look_up", look_up)
    start = time.monotonic()
    with make_caller("tcp:slow.invalid:2049", timeout=SOON) as client:
        with pytest.raises(ConnectError, match=r"no answer within 0.2 s"):
            client.call("m.a")
    assert time.monotonic() - start < PATIENCE
    release.set()


def test_the_next_address_of_a_host_is_tried(serve, monkeypatch, make_caller):
    server = serve("tcp")
    with socket.socket() as idle:
        idle.bind(("127.0.0.1", 0))
        targets = [
            (socket.AF_INET, idle.getsockname()),
            (socket.AF_INET, ("127.0.0.1", server.port)),
        ]
        monkeypatch.setattr(transport_module, "look_up", lambda address, flags=0: targets)
        with make_caller("tcp:twofold.invalid:1", timeout=PATIENCE) as client:
            assert client.call("core.echo", 5) == [5]


def test_datagrams_prefer_ipv4(monkeypatch):
    found = [
        (socket.AF_INET6, socket.SOCK_DGRAM, 17, "", ("::1", 1, 0, 0)),
        (socket.AF_INET, socket.SOCK_DGRAM, 17, "", ("127.0.0.1", 1)),
    ]
    monkeypatch.setattr(transport_module._socket, "getaddrinfo", lambda *args: found)
    for protocol, first in (("udp", socket.AF_INET), ("tcp", socket.AF_INET6)):
        targets = transport_module.look_up(parse_address(protocol + ":localhost:1"))
        assert targets[0][0] == first
        assert len(targets) == 2


def test_a_full_backlog_is_waited_for(folder, make_caller):
    path = os.path.join(folder, "full")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
        listener.listen(0)
        waiting = []
        try:
            while True:
                sock = socket.socket(socket.AF_UNIX)
                waiting.append(sock)
                sock.setblocking(False)
                if sock.connect_ex(path) or len(waiting) > 5000:
                    break
            if len(waiting) > 5000:
                pytest.skip("no limit to a backlog here")
            with make_caller("unix:" + path, timeout=SOON) as client:
                with pytest.raises(ConnectError) as caught:
                    client.call("m.a")
            assert caught.value.errno in (errno.EAGAIN, errno.ETIMEDOUT)
        finally:
            for sock in waiting:
                sock.close()


def test_a_fifo_is_not_binrpc(make_caller):
    with make_caller("fifo:/run/x") as client:
        with pytest.raises(ConnectError, match="text protocol, not binrpc"):
            client.call("m.a")


# -- reconnecting ------------------------------------------------------------------------


def test_a_restarted_server_is_found_again(serve, transport, dial):
    server = serve(transport)
    with dial(server) as client:
        assert client.call("core.echo", 1) == [1]
        server.stop()
        again = serve(transport, at=server)
        assert client.call("core.echo", 2) == [2]
    assert [request.values for request in again.requests] == [["core.echo", 2]]


def test_a_stopped_server_is_noticed(serve, transport, connect):
    server = serve(transport)
    with connect(server) as client:
        assert client.call("core.echo", 1) == [1]
        server.stop()
        with pytest.raises(ConnectError) as caught:
            client.call("core.echo", 2)
    assert caught.value.executed is False


def test_a_connection_closed_meanwhile_is_replaced(serve, stream, connect):
    def script(peer):
        request = peer.request()
        peer.reply(request, *request.values[1:])

    server = serve(stream, script)
    with connect(server) as client:
        for number in range(5):
            assert client.call("core.echo", number) == [number]
            assert server.closed.wait(PATIENCE)
    assert server.connections == len(server.requests) == 5


def test_stray_bytes_between_calls_end_a_connection(serve, stream, connect):
    answered = threading.Event()

    def script(peer):
        peer.reply(peer.request(), 1)
        peer.send(b"stray")
        answered.set()
        with pytest.raises(Gone):
            peer.request()

    server = serve(stream, once(script))
    with connect(server) as client:
        assert client.call("m.a") == [1]
        assert answered.wait(PATIENCE)
        assert client.call("core.echo", 5) == [5]
    assert server.connections == 2


def test_an_interrupted_call_closes_the_connection(serve, transport, monkeypatch):
    def script(peer):
        peer.reply(peer.request(), 1)
        peer.request()

    server = serve(transport, once(script))
    real = transport_module.Transport.wait
    interrupts = [KeyboardInterrupt]

    def wait(self, seconds, writing=False):
        if seconds and interrupts:
            raise interrupts.pop()
        return real(self, seconds, writing)

    with Blocking(server.address, timeout=PATIENCE) as client:
        assert client.call("m.a") == [1]
        monkeypatch.setattr(transport_module.Transport, "wait", wait)
        with pytest.raises(KeyboardInterrupt):
            client.call("m.b")
        assert client._transport is None
        assert client.call("core.echo", 5) == [5]


def test_close_is_repeatable_and_not_final(serve, transport, connect):
    client = connect(serve(transport))
    client.close()
    assert client.call("core.echo", 1) == [1]
    client.close()
    client.close()
    assert client.call("core.echo", 2) == [2]
    client.close()


# -- many calls ------------------------------------------------------------------------


@pytest.mark.parametrize("window", [1, 8, 1000])
def test_a_thousand_calls_in_order(serve, stream, window, connect):
    server = serve(stream)
    with connect(server) as client:
        outcomes = client.call_many([("core.echo", n) for n in range(1000)], window=window)
    assert outcomes == [[number] for number in range(1000)]
    assert [request.values[1] for request in server.requests] == list(range(1000))
    assert server.connections == 1


def test_many_calls_leave_together_and_datagrams_one_by_one(serve, transport, connect, monkeypatch):
    done = []
    server = serve(transport)
    with connect(server) as client:
        assert client.call("core.echo", 1) == [1]
        for name in ("send", "receive"):
            monkeypatch.setattr(transport_module.Transport, name, noted(name, done))
        assert client.call_many([("core.echo", n) for n in range(20)]) == [[n] for n in range(20)]
    if server.is_datagram:
        assert done == ["send", "receive"] * 20
    else:
        # A window at first, whose first call does not wait for the others in asyncio, and then
        # as many as there is room for: twelve times one at most.
        assert "receive" in done[:3]
        assert done.count("send") <= 14


def noted(name, done):
    """Wrap a method of a transport; note its name whenever it did something."""
    real = getattr(transport_module.Transport, name)

    def method(self, *arguments):
        result = real(self, *arguments)
        if result:
            done.append(name)
        return result

    return method


def test_replies_are_read_while_requests_are_written(serve, stream, connect):
    large = "x" * 60_000
    server = serve(stream)
    with connect(server) as client:
        outcomes = client.call_many([("core.echo", large)] * 50, window=50)
    assert outcomes == [[large]] * 50


def test_many_calls_with_mixed_outcomes(serve, transport, connect):
    def script(peer):
        while True:
            request = peer.request()
            if request.values[0] == "m.bad":
                peer.send(fault_to(request, 404, "Key not found in htable."))
            else:
                peer.reply(request, "fine")

    with connect(serve(transport, script)) as client:
        outcomes = client.call_many([("m.good",), ["m.bad", 1], ("m.good", 2)])
    assert [type(outcome).__name__ for outcome in outcomes] == ["Reply", "NotFound", "Reply"]


def test_the_end_within_many_calls(serve, stream, connect):
    def script(peer):
        first = peer.request()
        peer.request()
        peer.reply(first, 1)

    server = serve(stream, script)
    with connect(server, connect_wait=PATIENCE) as client:
        outcomes = client.call_many([("m", n) for n in range(5)], window=2)
    assert outcomes[0] == [1]
    assert [type(outcome) for outcome in outcomes[1:]] == [ConnectionLost] * 4
    assert outcomes[1].executed is None
    assert outcomes[-1].executed is False
    assert len(server.requests) == 2


def test_junk_behind_an_answer_ends_many_calls(serve, stream, connect):
    def script(peer):
        first = peer.request()
        peer.request()
        peer.send(reply_to(first, 1) + b"junk")
        while True:
            peer.request()

    server = serve(stream, script)
    with connect(server) as client:
        outcomes = client.call_many([("m", n) for n in range(5)], window=2)
    # The junk may be what is left of a reply that has completed the one before it.
    assert [type(outcome) for outcome in outcomes] == [FramingLost] + [ConnectionLost] * 4
    server.stop()
    assert [request.values[1] for request in server.requests] in ([0], [0, 1])


def test_no_calls_at_all(unheard, make_client):
    with make_client(unheard) as client:
        assert client.call_many([]) == []


def test_the_timeout_of_many_calls_is_for_each_answer(serve, transport, make_client):
    def script(peer):
        while True:
            request = peer.request()
            clock.now += 10
            peer.reply(request, *request.values[1:])

    clock = Time()
    with make_client(serve(transport, script).address, timeout=50, time=clock) as client:
        calls = [("m", n) for n in range(12)]
        assert client.call_many(calls, window=1) == [[n] for n in range(12)]


def test_a_total_limits_many_calls(serve, transport, make_client):
    def silent(peer):
        peer.request()
        clock.skipping = True
        peer.request()

    clock = Time()
    with make_client(serve(transport, silent).address, timeout=5, time=clock) as client:
        outcomes = client.call_many([("m", n) for n in range(3)], window=1, total_timeout=2)
    assert [type(each) for each in outcomes] == [CallTimeout] * 3
    assert "within 2 s" in str(outcomes[0])
    assert [each.executed for each in outcomes] == [None, False, False]


# -- refused before anything is sent -----------------------------------------------------


@pytest.mark.parametrize(
    "params, why",
    [(["x" * 65535], "ctl's receive buffer holds 65535"), ([None], "parameter 1: binrpc has no")],
)
def test_requests_that_cannot_be(serve, transport, params, why, connect):
    server = serve(transport)
    with connect(server) as client:
        with pytest.raises(EncodeError, match=why):
            client.call("m.a", *params)
        with pytest.raises(EncodeError, match=why):
            client.call_many([("m.a", 1), ("m.b", *params)])
        assert client._transport is None
    assert (server.requests, server.connections) == ([], 0)


def test_a_request_that_no_udp_datagram_holds(serve, dial):
    server = serve("udp")
    with dial(server) as client:
        with pytest.raises(ConnectionLost, match="does not fit a datagram; use a stream") as caught:
            client.call("m.a", "x" * 65_515)
        assert caught.value.executed is False
        assert client.call("core.echo", 5) == [5]
    assert len(server.requests) == 1


@pytest.mark.parametrize("timeout", [0, -1, float("nan"), float("inf"), 31_536_001])
def test_timeouts_out_of_range(timeout, unheard):
    with pytest.raises(ValueError, match="a timeout is more than 0"):
        Client(unheard, timeout=timeout)
    with Client(unheard) as client, pytest.raises(ValueError, match="a timeout is more than 0"):
        client.call("m.a", timeout=timeout)


@pytest.mark.parametrize("wait", [-1, float("nan"), float("inf"), 31_536_001])
def test_connect_waits_out_of_range(wait):
    with pytest.raises(ValueError, match="connect_wait is 0 to 31536000 s"):
        Client(connect_wait=wait)


def test_a_year_is_a_timeout(serve, transport, dial):
    with dial(serve(transport), timeout=31_536_000) as client:
        assert client.call("core.echo", 5) == [5]


def test_other_arguments():
    with pytest.raises(ValueError, match="window must be at least 1, not 0"):
        Client().call_many([("m",)], window=0)
    with pytest.raises(AddressError, match="names no host"):
        Client("tcp:2049")
    assert str(Client().address) == "unixs:/run/kamailio/kamailio_ctl"
    address = parse_address("udp:h:1")
    assert Client(address).address is address


# -- reports ---------------------------------------------------------------------------


def test_each_call_is_reported(serve, transport, connect):
    def script(peer):
        request = peer.request()
        peer.reply(request, 1)
        peer.send(fault_to(peer.request(), 500, "No such htable"))
        peer.request()

    records = []
    server = serve(transport, script)
    with connect(server, on_call=records.append) as client:
        client.call("m.a")
        with pytest.raises(NotFound):
            client.call("m.b")
        with pytest.raises((CallTimeout, ConnectionLost)):
            client.call("m.c", timeout=SOON)
    assert [record.method for record in records] == ["m.a", "m.b", "m.c"]
    assert [record.outcome for record in records[:2]] == ["ok", "NotFound"]
    assert records[2].outcome in ("CallTimeout", "ConnectionLost")
    assert [record.received > 0 for record in records] == [True, True, False]
    assert all(record.sent > 0 and record.seconds >= 0 for record in records)
    assert all(str(record.address) == server.address for record in records)
    assert "m.b, attempt 1: NotFound in " in repr(records[1])


def test_a_failed_connect_is_reported(unheard, make_client):
    records = []
    with make_client(unheard, on_call=records.append) as client:
        errors = client.call_many([("m.a",), ("m.b",)])
        assert [type(error) for error in errors] == [ConnectError] * 2
    assert [(record.method, record.error) for record in records] == [
        ("m.a", errors[0]),
        ("m.b", errors[1]),
    ]


# -- cut replies -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "method, options, calls",
    [
        ("core.version", {}, 2),
        ("my.method", {"repeatable": True}, 2),
        ("my.method", {}, 1),
        ("core.kill", {}, 1),
    ],
)
def test_a_cut_reply_is_asked_for_again(serve, stream, connect, method, options, calls):
    seen = []

    def script(peer):
        request = peer.request()
        seen.append(request)
        data = reply_to(request, "x" * 1000)
        if len(seen) == 1:
            peer.send(data[:500])
        else:
            peer.send(data)
            echo(peer)

    with connect(serve(stream, script)) as client:
        if calls == 1:
            with pytest.raises(TruncatedReply):
                client.call(method, **options)
        else:
            assert client.call(method, **options) == ["x" * 1000]
    assert len(seen) == calls


def test_a_reply_that_stands_still_is_asked_for_again(serve, transport, make_client, monkeypatch):
    """The server dropped its end, and keeps the connection: waiting is of no use."""
    seen = []

    def script(peer):
        while True:
            request = peer.request()
            seen.append(request)
            data = reply_to(request, "x" * 1000)
            peer.send(data[:500] if len(seen) == 1 else data)
            if len(seen) == 1 and not peer.is_datagram:
                with contextlib.suppress(Gone):
                    peer.request()
                return

    monkeypatch.setattr(conversation, "STANDSTILL", 0.05)
    with make_client(serve(transport, script).address, timeout=PATIENCE) as client:
        assert client.call("core.version") == ["x" * 1000]
    assert len(seen) == 2


@pytest.mark.parametrize("retries, calls", [(0, 5), (2, 7)])
def test_cut_replies_have_an_end(serve, stream, make_client, retries, calls):
    """Four times more in the whole call, and not in each of its attempts."""
    seen, numbers = [], []

    def script(peer):
        request = peer.request()
        seen.append(request)
        peer.send(reply_to(request, "x" * 1000)[:500])

    options = {"retry": RetryPolicy(retries, wait=0.0), "on_call": numbers.append}
    with make_client(serve(stream, script).address, timeout=PATIENCE, **options) as client:
        with pytest.raises(TruncatedReply):
            client.call("core.version")
    assert len(seen) == calls
    assert [record.attempt for record in numbers] == list(range(1, calls + 1))


# -- threads and processes ---------------------------------------------------------------


def test_threads_take_turns(serve, transport):
    """The long run is `make chaos`."""
    with Client(serve(transport).address, timeout=PATIENCE) as client:
        wrong = []

        def work(number):
            for count in range(100):
                value = number * 1000 + count
                if client.call("core.echo", value) != [value]:
                    wrong.append(value)

        threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert wrong == []


def test_the_wait_for_a_turn_counts(serve, transport):
    started = threading.Event()
    over = threading.Event()

    def script(peer):
        request = peer.request()
        started.set()
        over.wait(PATIENCE)
        peer.reply(request, 1)
        echo(peer)

    server = serve(transport, script)
    with Client(server.address, timeout=PATIENCE) as client:
        first = threading.Thread(target=client.call, args=("m.a",))
        first.start()
        started.wait(PATIENCE)
        with pytest.raises(CallTimeout, match="other threads called") as caught:
            client.call("m.b", timeout=0.05)
        assert caught.value.executed is False
        over.set()
        first.join()
        assert client.call("core.echo", 2) == [2]
    assert [request.values[0] for request in server.requests] == ["m.a", "core.echo"]


def in_a_child(work):
    """Run work in a forked process; return what it returned, which is small."""
    reader, writer = os.pipe()
    pid = os.fork()
    if not pid:
        try:
            os.write(writer, repr(work()).encode())
        finally:
            os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as file:
        answer = file.read()
    os.waitpid(pid, 0)
    return answer


def test_a_forked_process_leaves_the_stream_alone(lab_echo):
    with Client(lab_echo, timeout=PATIENCE) as client:
        assert client.call("core.echo", "a") == ["a"]
        before = client._transport
        assert in_a_child(lambda: client.call("core.echo", "child")) == "Reply(['child'])"
        assert in_a_child(client.close) == "None"
        assert client.call("core.echo", "b") == ["b"]
        assert client._transport is before


def test_a_fork_while_another_thread_calls(lab_echo):
    """The child's copy of the lock is taken forever, and its copy of the stream in mid-call."""
    with Client(lab_echo, timeout=PATIENCE) as client:
        client._lock.acquire()
        try:
            shown = in_a_child(lambda: client.call("core.echo", "child"))
        finally:
            client._lock.release()
    assert shown == "Reply(['child'])"


@pytest.fixture(params=["unix:%s/s", "unixd:%s/d", "tcp:127.0.0.1:0", "udp:127.0.0.1:0"])
def lab_echo(request, folder):
    """A server that many connections at once may use, unlike a script."""
    text = request.param
    with LabServer([text % folder if "%s" in text else text]).running_in_thread() as lab:
        yield lab.addresses[0]
