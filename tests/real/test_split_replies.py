# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Replies that Kamailio cuts into several datagrams; only the first has a header."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator

import pytest

from kamailio_binrpc import (
    BinrpcError,
    CallTimeout,
    Client,
    Reply,
    TruncatedReply,
    decode,
    encode,
)
from tests.real.wire import Wire
from tests.support.kamailio import Kamailio, find_kamailio

pytestmark = pytest.mark.real

DUMP = ("htable.dump", "big")
REQUEST = encode(DUMP, cookie=7)
ENTRIES = 500
REPEATS = 20

# A reply in that many parts is lost when this process sleeps for more than the server's 10 ms, or
# when the kernel's queue is full. That must show as an error, and may happen to some of the calls.
ATTEMPTS = 200

datagrams = pytest.mark.parametrize("via", ["unixd", "udp"])


def fill(server: Kamailio, entries: int, width: int) -> None:
    with Client(server.endpoints["unix"]) as client:
        client.call("htable.flush", "big")
        items = [
            ("htable.sets", "big", f"key-{number}", f"{number}-{'v' * width}")
            for number in range(entries)
        ]
        assert all(isinstance(outcome, Reply) for outcome in client.call_many(items))


@pytest.fixture(scope="module")
def server(request: pytest.FixtureRequest) -> Iterator[Kamailio]:
    """With 500 items in the table: more structs than fit into one datagram."""
    if find_kamailio() is None:
        request.getfixturevalue("kamailio")  # skips or fails
    with Kamailio(full=False) as kamailio:
        fill(kamailio, ENTRIES, 20)
        yield kamailio


@pytest.fixture(scope="module")
def large(request: pytest.FixtureRequest) -> Iterator[Kamailio]:
    """With a table of more than half a megabyte."""
    if find_kamailio() is None:
        request.getfixturevalue("kamailio")
    with Kamailio(full=False) as kamailio:
        fill(kamailio, 4000, 120)
        yield kamailio


def over_the_stream(kamailio: Kamailio) -> Reply:
    with Client(kamailio.endpoints["unix"]) as client:
        return client.call(*DUMP)


@datagrams
def test_the_server_does_split_it(server: Kamailio, via: str) -> None:
    with Wire(server.endpoints[via]) as wire:
        parts = wire.parts(REQUEST)
    assert len(parts) > 10
    assert [part[0] == 0xA1 for part in parts].count(True) == 1
    assert encode(decode(b"".join(parts))) == b"".join(parts)


@datagrams
def test_500_entries_arrive_whole_and_equal_to_the_streams(
    server: Kamailio, via: str, tell: Callable[[str], None]
) -> None:
    expected = over_the_stream(server)
    names = [item["name"] for slot in expected for item in slot["slot"].values()]
    assert sorted(names) == sorted(f"key-{number}" for number in range(ENTRIES))
    with Wire(server.endpoints["unix"]) as stream:
        size = len(stream.ask(REQUEST))
    whole = attempts = 0
    with Client(server.endpoints[via], timeout=2.0) as client:
        while whole < REPEATS and attempts < ATTEMPTS:
            attempts += 1
            try:
                reply = client.call(*DUMP)
            except (TruncatedReply, CallTimeout):
                continue
            assert encode(reply) == encode(expected)
            whole += 1
    tell(
        f"{via + ':':7}{whole} of {attempts} dumps of {ENTRIES} htable entries ({size} bytes in "
        "several datagrams) whole and equal to the stream's"
    )
    assert whole == REPEATS


def test_a_reply_of_several_hundred_kilobytes_over_unix_datagram(
    large: Kamailio, tell: Callable[[str], None]
) -> None:
    with Wire(large.endpoints["unix"]) as stream:
        size = len(stream.ask(REQUEST))
    assert size > 500_000
    whole, errors = attempt(large, "unixd", wanted=5)
    tell(f"unixd: {whole} of {whole + len(errors)} dumps of {size} bytes whole, none wrong")
    assert whole == 5


def test_over_udp_it_is_whole_or_a_clear_error(
    large: Kamailio, tell: Callable[[str], None]
) -> None:
    whole, errors = attempt(large, "udp", wanted=5, attempts=10)
    tell(f"udp:   {whole} of {whole + len(errors)} dumps of the same whole, none wrong")
    for error in errors:
        if isinstance(error, TruncatedReply):
            assert 0 < error.received < error.expected
            assert f"{error.received} of {error.expected} bytes of the reply arrived" in str(error)
            assert "wants a stream (unix: or tcp:)" in str(error)
            assert error.executed is True
        else:
            assert "UDP does not tell a lost datagram from a silent or absent server" in str(error)


def attempt(
    kamailio: Kamailio, via: str, wanted: int, attempts: int = ATTEMPTS
) -> tuple[int, list[BinrpcError]]:
    """Ask until ``count`` replies came whole; every one that comes must be the right one."""
    expected = over_the_stream(kamailio)
    whole = 0
    errors: list[BinrpcError] = []
    with Client(kamailio.endpoints[via], timeout=2.0) as client:
        while whole < wanted and whole + len(errors) < attempts:
            try:
                reply = client.call(*DUMP, timeout=1.0)
            except (TruncatedReply, CallTimeout) as error:
                errors.append(error)
                continue
            assert encode(reply) == encode(expected)
            whole += 1
    return whole, errors


@datagrams
def test_a_client_is_of_use_after_giving_up(large: Kamailio, via: str) -> None:
    """Parts that come late must not be taken for the next reply."""
    with Client(large.endpoints[via]) as client:
        for number in range(20):
            # Far too short as a rule, but a client which finds data waiting goes on reading.
            with contextlib.suppress(TruncatedReply, CallTimeout):
                client.call(*DUMP, timeout=0.0005)
            assert client.call("core.echo", f"next {number}").value == f"next {number}"
