# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Sockets to an endpoint, against sockets of the test; and where to connect to."""

from __future__ import annotations

import errno
import os
import socket

import pytest

from kamailio_binrpc.core import transport as module
from kamailio_binrpc.core.address import parse_address
from kamailio_binrpc.core.errors import ConnectError
from kamailio_binrpc.core.transport import Transport, find, look_up, targets_of

from .support import PATIENCE

FAMILIES = {"unixs": socket.AF_UNIX, "unixd": socket.AF_UNIX}


class Pair:
    """A transport and the socket at its other end."""

    def __init__(self, protocol, folder):
        datagram = protocol in ("unixd", "udp")
        family = FAMILIES.get(protocol, socket.AF_INET)
        kind = socket.SOCK_DGRAM if datagram else socket.SOCK_STREAM
        self.listener = socket.socket(family, kind)
        self.listener.settimeout(PATIENCE)
        if family == socket.AF_UNIX:
            target = os.path.join(folder, "s")
            address = "%s:%s" % (protocol, target)
        else:
            target = ("127.0.0.1", 0)
        self.listener.bind(target)
        if family == socket.AF_INET:
            target = self.listener.getsockname()
            address = "%s:127.0.0.1:%d" % (protocol, target[1])
        if not datagram:
            self.listener.listen(1)
        self.transport = Transport(parse_address(address), family)
        assert self.transport.start_connect(target) in (0, errno.EINPROGRESS)
        self.peer = self.listener
        if datagram:
            self.peer.connect(self.transport._socket.getsockname())
        else:
            self.peer = self.listener.accept()[0]
            assert self.transport.wait(PATIENCE, writing=True)
        assert self.transport.finish_connect() == 0

    def close(self):
        self.transport.close()
        self.peer.close()
        self.listener.close()


@pytest.fixture
def pair_of(folder):
    pairs = []

    def make(protocol):
        pairs.append(Pair(protocol, folder))
        return pairs[-1].transport, pairs[-1].peer

    yield make
    for pair in pairs:
        pair.close()


def fill(transport):
    """Send until nothing more fits."""
    while transport.send(bytes(65536)):
        pass


# -- bytes -------------------------------------------------------------------------------


def test_bytes_go_both_ways(pair_of, transport):
    ours, theirs = pair_of(transport)
    assert ours.receive() is None
    assert not ours.wait(0)
    assert ours.send(memoryview(b"question")) == 8
    assert theirs.recv(100) == b"question"
    theirs.send(b"answer")
    assert ours.wait(PATIENCE)
    assert ours.receive() == b"answer"
    assert ours.receive() is None


def test_the_end_of_a_stream(pair_of, stream):
    ours, theirs = pair_of(stream)
    theirs.send(b"last")
    theirs.close()
    assert ours.wait(PATIENCE)
    assert ours.receive() == b"last"
    assert ours.wait(PATIENCE)
    assert ours.receive() == b""


def test_finishing_sending_leaves_reading(pair_of, stream):
    ours, theirs = pair_of(stream)
    ours.finish_sending()
    assert theirs.recv(100) == b""
    theirs.send(b"answer")
    assert ours.wait(PATIENCE)
    assert ours.receive() == b"answer"


def test_what_does_not_fit_is_not_sent(pair_of):
    ours, _theirs = pair_of("unixs")
    fill(ours)
    assert ours.send(b"more") == 0


def test_a_broken_connection_is_an_error(pair_of):
    ours, theirs = pair_of("unixs")
    theirs.close()
    with pytest.raises(BrokenPipeError):
        ours.send(b"x")


def test_a_refused_datagram_is_an_error(pair_of):
    ours, theirs = pair_of("udp")
    theirs.close()
    ours.send(b"x")
    assert ours.wait(PATIENCE)
    with pytest.raises(ConnectionRefusedError):
        ours.receive()


def test_an_empty_datagram_is_not_the_end(pair_of):
    ours, theirs = pair_of("udp")
    theirs.send(b"")
    theirs.send(b"x")
    assert ours.wait(PATIENCE)
    assert (ours.receive(), ours.receive()) == (b"", b"x")


def test_waiting_for_room_is_over_with_something_to_read(pair_of):
    ours, theirs = pair_of("unixs")
    assert ours.wait(0, writing=True)
    fill(ours)
    assert not ours.wait(0, writing=True)
    theirs.send(b"x")
    assert ours.wait(0, writing=True)


def test_after_waiting_for_room_only_reading_is_waited_for(pair_of):
    ours, _theirs = pair_of("unixs")
    assert ours.wait(0, writing=True)
    assert not ours.wait(0)


@pytest.mark.parametrize(
    "seconds, milliseconds",
    [(0, 0), (0.0001, 1), (0.5, 500), (0.5001, 501), (31_536_000, 2**31 - 1)],
)
def test_how_long_a_wait_is(pair_of, seconds, milliseconds):
    """Never shorter than asked for, and never longer than the system allows."""
    ours, _theirs = pair_of("unixs")
    asked = []

    class Poll:
        def poll(self, timeout):
            asked.append(timeout)

    ours._poll = Poll()
    ours.wait(seconds)
    assert asked == [milliseconds]


def test_a_full_read_is_followed_by_larger_ones(pair_of):
    ours, theirs = pair_of("unixs")
    theirs.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)
    theirs.send(bytes(100_000))
    assert len(ours.receive()) == 64 * 1024
    assert len(ours.receive()) == 100_000 - 64 * 1024
    theirs.send(bytes(100_000))
    assert len(ours.receive()) == 100_000


def test_a_datagram_is_read_whole_at_once(pair_of):
    ours, theirs = pair_of("unixd")
    theirs.send(bytes(65_000))
    assert len(ours.receive()) == 65_000


# -- sockets -----------------------------------------------------------------------------


def test_its_socket_does_not_block_and_is_not_inherited(pair_of, transport):
    ours, _theirs = pair_of(transport)
    assert not os.get_blocking(ours.fileno())
    assert not os.get_inheritable(ours.fileno())


def test_systems_without_a_flag_for_it_do_not_block_either(monkeypatch):
    monkeypatch.setattr(module, "_NON_BLOCKING", 0)
    transport = Transport(parse_address("tcp:h:1"), socket.AF_INET)
    assert not os.get_blocking(transport.fileno())
    transport.close()


def test_options_of_its_socket():
    tcp = Transport(parse_address("tcp:h:1"), socket.AF_INET)
    udp = Transport(parse_address("udp:h:1"), socket.AF_INET)
    plain = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    buffer = socket.SOL_SOCKET, socket.SO_RCVBUF
    assert tcp._socket.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
    assert udp._socket.getsockopt(*buffer) >= plain.getsockopt(*buffer)
    for each in (tcp, udp, plain):
        each.close()


def test_a_failed_connect_has_a_number(folder):
    path = os.path.join(folder, "none")
    transport = Transport(parse_address("unix:" + path), socket.AF_UNIX)
    assert transport.start_connect(path) == errno.ENOENT
    transport.close()


def test_a_refused_connect_in_progress_has_a_number():
    with socket.socket() as idle:
        idle.bind(("127.0.0.1", 0))
        transport = Transport(parse_address("tcp:h:1"), socket.AF_INET)
        number = transport.start_connect(idle.getsockname())
        if number == errno.EINPROGRESS:
            assert transport.wait(PATIENCE, writing=True)
            number = transport.finish_connect()
        assert number == errno.ECONNREFUSED
        transport.close()


def test_closing_may_be_repeated_and_removes_the_reply_socket(folder):
    transport = Transport(parse_address("unixd:/d"), socket.AF_UNIX, folder)
    assert len(os.listdir(folder)) == 1
    for _each in range(2):
        transport.close()
        assert os.listdir(folder) == []
        assert transport.fileno() == -1


def test_a_reply_socket_that_cannot_be_bound_leaves_no_socket(folder, monkeypatch):
    made = []
    real = module._socket.socket

    def make(*arguments):
        made.append(real(*arguments))
        return made[-1]

    monkeypatch.setattr(module._socket, "socket", make)
    with pytest.raises(ConnectError):
        Transport(parse_address("unixd:/d"), socket.AF_UNIX, os.path.join(folder, "none", "s"))
    assert [each.fileno() for each in made] == [-1]


# -- where to connect --------------------------------------------------------------------


@pytest.mark.parametrize(
    "address, targets",
    [
        ("unix:/run/s", [(socket.AF_UNIX, b"/run/s")]),
        ("unixd:/run/\udcff", [(socket.AF_UNIX, b"/run/\xff")]),
        ("tcp:127.0.0.1:2049", [(socket.AF_INET, ("127.0.0.1", 2049))]),
        ("udp:[::1]:2049", [(socket.AF_INET6, ("::1", 2049, 0, 0))]),
    ],
)
def test_targets_that_need_no_name_service(address, targets):
    assert targets_of(parse_address(address)) == targets


def test_the_name_service_is_not_asked_for_targets(monkeypatch):
    flags = []
    real = module._socket.getaddrinfo

    def ask(*arguments):
        flags.append(arguments[-1])
        return real(*arguments)

    monkeypatch.setattr(module._socket, "getaddrinfo", ask)
    assert targets_of(parse_address("tcp:localhost:2049")) == []
    assert flags == [socket.AI_NUMERICHOST]


@pytest.mark.parametrize("error", [OSError, UnicodeError])
def test_a_name_has_no_targets_yet(monkeypatch, error):
    def ask(*arguments):
        raise error

    monkeypatch.setattr(module._socket, "getaddrinfo", ask)
    assert targets_of(parse_address("tcp:h:1")) == []


def test_a_fifo_is_another_protocol():
    with pytest.raises(ConnectError, match="FifoClient"):
        targets_of(parse_address("fifo:/f"))


FOUND = [
    (socket.AF_INET6, None, 0, "", ("::1", 1, 0, 0)),
    (socket.AF_INET, None, 0, "", ("127.0.0.1", 1)),
    (socket.AF_INET, None, 0, "", ("127.0.0.2", 1)),
]


@pytest.mark.parametrize("protocol, kind", [("tcp", "SOCK_STREAM"), ("udp", "SOCK_DGRAM")])
def test_the_resolver_is_asked_for_what_is_needed(monkeypatch, protocol, kind):
    asked = []
    monkeypatch.setattr(module._socket, "getaddrinfo", lambda *args: asked.append(args) or FOUND)
    targets = look_up(parse_address(protocol + ":sip.example:2049"))
    assert asked == [("sip.example", 2049, 0, getattr(socket, kind), 0, 0)]
    order = [1, 2, 0] if protocol == "udp" else [0, 1, 2]  # datagrams prefer IPv4
    assert targets == [(FOUND[index][0], FOUND[index][4]) for index in order]


@pytest.mark.parametrize("error", [socket.gaierror(-2, "unknown"), UnicodeError("too long")])
def test_finding_gives_an_error_instead_of_raising_it(monkeypatch, error):
    def ask(*arguments):
        raise error

    monkeypatch.setattr(module._socket, "getaddrinfo", ask)
    assert find(parse_address("tcp:h:1")) is error


def test_finding_gives_targets():
    assert find(parse_address("tcp:127.0.0.1:1")) == [(socket.AF_INET, ("127.0.0.1", 1))]
