# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

"""A short deterministic run of what the fuzzers do at length."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from kamailio_binrpc.core import wire
from kamailio_binrpc.core.errors import (
    DecodeError,
    DepthLimit,
    FramingLost,
    LengthLimit,
    NotBinrpcError,
    RecordLimit,
    TruncatedReply,
)
from kamailio_binrpc.core.packet import build_header, parse_header

from . import golden
from .properties import MAX_RECORDS, check_datagrams, check_decoder, check_stream, in_reply

SEEDS = range(8)
CASES = 500
HEADS = bytes.fromhex(
    "00 01 02 03 04 05 06 07 0f 10 11 15 20 25 40 7f 80 81 82 83 84 85 86 90 91 95 a1 b1 c1 f1 ff"
)


def mutate(rng, data):
    """Change a few places of ``data``."""
    data = bytearray(data)
    for _other in range(rng.randint(1, 4)):
        at = rng.randint(0, len(data))
        kind = rng.randrange(5)
        if kind == 0:
            data[at : at + 1] = bytes([rng.choice(HEADS)])
        elif kind == 1:
            data[at:at] = bytes([rng.choice(HEADS)])
        elif kind == 2:
            del data[at : at + rng.randint(1, 5)]
        elif kind == 3:
            data[at:at] = data[at : at + rng.randint(1, 20)]
        elif data:
            data[at % len(data)] ^= 1 << rng.randrange(8)
    return bytes(data)


def mutants(seed, with_header):
    rng = random.Random(seed)
    packets = sorted(golden.PACKETS.values())
    for _other in range(CASES):
        packet = rng.choice(packets)
        if with_header:
            yield mutate(rng, packet)
        else:
            yield in_reply(mutate(rng, packet[parse_header(packet).size :]))


@pytest.mark.parametrize("with_header", [False, True])
def test_mutated_packets_are_values_or_documented_errors(with_header):
    seen = Counter()
    for seed in SEEDS:
        for packet in mutants(seed, with_header):
            result = check_decoder(packet)
            code = result.code if isinstance(result, DecodeError) else "decoded"
            seen[code] += 1
    # The mutants are worth their time: they get everywhere.
    codes = {wire.E_MORE_DATA, wire.E_BADPKT}
    if not with_header:
        codes |= {wire.E_EOP, wire.E_TYPE, wire.E_RECORD}
    assert codes | {"decoded"} <= set(seen)
    assert min(seen.values()) >= 2
    assert sum(seen.values()) == CASES * len(SEEDS)


def test_mutated_streams():
    seen = Counter()
    for seed in SEEDS:
        rng = random.Random(seed)
        for _other in range(100):
            stream = b"".join(rng.choice(sorted(golden.PACKETS.values())) for _other in range(3))
            if rng.random() < 0.9:
                stream = mutate(rng, stream)
            _packets, end = check_stream(stream, [rng.randrange(1000) for _other in range(5)])
            seen[type(end)] += 1
    assert {type(None), NotBinrpcError, FramingLost, TruncatedReply, LengthLimit} == set(seen)


def test_mutated_datagrams():
    seen = Counter()
    packet = golden.PACKETS["struct"]
    for seed in SEEDS:
        rng = random.Random(seed)
        for _other in range(200):
            parts = [packet[:20], packet[20:30], packet[30:]] * 2
            rng.shuffle(parts)
            parts[rng.randrange(6)] = mutate(rng, rng.choice(parts))
            packets, end = check_datagrams(parts[: rng.randint(1, 6)], rng.choice([None, 0x1234]))
            seen[type(end)] += 1
            seen["packets"] += len(packets)
    assert {type(None), NotBinrpcError, TruncatedReply} <= set(seen)
    assert seen["packets"] > 10


@pytest.mark.parametrize(
    "body, limit",
    [
        (b"\x03\x83" * MAX_RECORDS, RecordLimit),
        (b"\0" * (MAX_RECORDS + 1), RecordLimit),
        (b"\x04" * MAX_RECORDS, DepthLimit),
        (b"\x03\x25\x61\x00" * MAX_RECORDS, DepthLimit),
    ],
)
def test_memory_is_bounded(body, limit):
    assert check_decoder(in_reply(body)).__class__ is limit


def test_a_packet_that_announces_too_much_allocates_nothing():
    assert check_decoder(build_header(wire.REPLY, 1, 2**31 - 1)).__class__ is LengthLimit
    huge_record = b"\xc1\x7f\xff\xff\xff"
    assert isinstance(check_decoder(in_reply(huge_record)), DecodeError)
