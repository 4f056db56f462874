# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""A user's program that uses every public name of the package.

Not run, but checked by test_typing.py.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path

from opentelemetry.trace import get_tracer
from prometheus_client import CollectorRegistry
from typing_extensions import assert_type

from kamailio_binrpc import (
    Address,
    AddressError,
    AlreadyExists,
    AsyncClient,
    AsyncFifoClient,
    AsyncFleet,
    AsyncKamailio,
    Avp,
    BadRequest,
    BinrpcError,
    Busy,
    CallRecord,
    CallTimeout,
    Client,
    Command,
    Config,
    ConfigError,
    ConnectError,
    ConnectionLost,
    Damaged,
    DatagramDecoder,
    DeadlinePassed,
    DecodeError,
    DepthLimit,
    EncodeError,
    Fault,
    FifoClient,
    FifoReply,
    Fixed,
    Fleet,
    FramingLost,
    Header,
    InvalidParams,
    Kamailio,
    LabServer,
    LengthLimit,
    Limit,
    ListenError,
    LossyView,
    Message,
    MethodNotFound,
    NotBinrpcError,
    NotFound,
    ProtocolError,
    RecordLimit,
    Reply,
    ReplyTooLarge,
    Report,
    ReportedFailure,
    Result,
    RetryPolicy,
    Skipped,
    Ssh,
    StreamDecoder,
    Struct,
    StructTooLarge,
    TooFast,
    TransportError,
    TruncatedReply,
    TunnelError,
    UnexpectedReply,
    decode,
    decoder_implementation,
    encode,
    load_config,
    log_calls,
    may_retry,
    measure_calls,
    parse_address,
    parse_listen,
    signed,
    to_dict,
    to_json,
    to_pairs,
    trace_calls,
    unsigned,
    with_retries,
    with_retries_async,
)

ERRORS: Sequence[type[BinrpcError]] = (
    *(AddressError, AlreadyExists, BadRequest, Busy, CallTimeout, ConfigError, ConnectError),
    *(ConnectionLost, DeadlinePassed, DecodeError, DepthLimit, EncodeError, Fault, FramingLost),
    *(InvalidParams, LengthLimit, ListenError, LossyView, MethodNotFound, NotBinrpcError, NotFound),
    *(ProtocolError, RecordLimit, ReplyTooLarge, ReportedFailure, Skipped, StructTooLarge, TooFast),
    *(TransportError, TruncatedReply, TunnelError, UnexpectedReply),
)


class Watcher:
    """Is called when an attempt starts, and when it has ended."""

    def started(self, call: CallRecord) -> None:
        assert_type(call.begun, float)

    def __call__(self, call: CallRecord) -> None:
        assert_type(call.attempt, int)
        assert_type(call.error, BinrpcError | None)


def clients(path: Path, address: Address) -> None:
    options = RetryPolicy(retries=3, deadline=5.0)
    with Client(path, None, total_timeout=10, retry=options, on_call=Watcher()) as client:
        assert_type(client.call("core.version", total_timeout=1, repeatable=True), Reply)
        assert_type(client.ping(), float)
        for outcome in client.call_many([("core.version",), ("core.uptime",)], window=2):
            if isinstance(outcome, Reply):
                assert_type(outcome, Reply)
            else:
                assert_type(outcome, BinrpcError)
    assert_type(Client.from_config("edge1"), Client)
    assert_type(Kamailio.from_config("edge1", unsigned=True), Kamailio)
    with Kamailio(address, total_timeout=3, window=4, on_call=log_calls()) as kamailio:
        assert_type(kamailio.ping(), float)
    Client(on_call=trace_calls(get_tracer("x")))
    Client(on_call=measure_calls(CollectorRegistry()))
    Client(on_call=log_calls(logging.getLogger("x"), logging.INFO))
    with FifoClient(path, connect_wait=2, max_reply=1000) as text:
        reply = text.call("core.version", timeout=2)
        assert_type(reply, FifoReply)
        assert_type(reply.damaged, bool)
        if isinstance(reply.value, Damaged):
            assert_type(reply.value.rest, str)


async def awaited(path: Path) -> None:
    async with AsyncClient(path, total_timeout=3) as client:
        assert_type(await client.call("core.version"), Reply)
        assert_type(await client.ping(), float)
        await client.call_many([("core.version",)], window=1, total_timeout=3)
    async with AsyncFifoClient.from_config("edge1") as text:
        assert_type(await text.call("core.version"), FifoReply)
    assert_type(AsyncKamailio.from_config(), AsyncKamailio)
    report = await AsyncFleet.from_config("edge").call("core.version")
    assert_type(report, Report)

    async def attempt() -> int:
        return 1

    assert_type(await with_retries_async(attempt, RetryPolicy(), True), int)


def fleets(config: Config, path: Path) -> None:
    report = Fleet({"a": path, "b": "udp:192.0.2.1"}, total_timeout=2).call("core.version")
    assert_type(report.results["a"], Result)
    assert_type(report.errors, dict[str, BinrpcError])
    Fleet(config.select(["edge"]), unsigned=True)
    assert_type(Limit(5).at_most(3), float)


def values() -> None:
    assert_type(decode(encode([1, "a"])), Message)
    assert_type(decoder_implementation(), str)
    struct = Struct(a=1)
    print(to_dict(struct), to_json(struct), to_pairs(struct), Avp("name", 1), Fixed(1500))
    assert_type(signed(2**32 - 1), int)
    assert_type(unsigned(-1), int)
    for decoder in (StreamDecoder(), DatagramDecoder()):
        decoder.feed(b"")
        packet = decoder.next_packet()
        if packet is not None:
            assert_type(packet[0], Header)
    assert_type(parse_address("udp:192.0.2.1"), Address)
    Client(Ssh("edge1", "/run/kamailio/kamailio_ctl", user="kamailio", port=2222))
    Client(Command(["docker", "exec", "-i", "sip"], "/run/kamailio/kamailio_ctl", name="sip"))
    assert_type(parse_listen("udp:192.0.2.1"), Address)
    assert_type(load_config(), Config)
    assert_type(may_retry(ConnectError("x"), False), bool)
    assert_type(with_retries(lambda: 1, RetryPolicy(), True), int)


def server() -> None:
    with LabServer(["udp:127.0.0.1:0"]).running_in_thread() as lab:
        assert_type(lab.addresses, list[str])
