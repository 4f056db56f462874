# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

"""Whole packets: golden ones, headers, truncation, the length limit."""

from __future__ import annotations

import pytest

from kamailio_binrpc.core import wire
from kamailio_binrpc.core.errors import DecodeError, EncodeError, LengthLimit
from kamailio_binrpc.core.packet import Message, build_header, decode, encode, parse_header

from . import golden
from .properties import check_decoder

PACKETS = pytest.mark.parametrize("name", golden.PACKETS)


@PACKETS
def test_golden_packets_both_ways(name):
    packet, expected = golden.PACKETS[name], golden.MESSAGES[name]
    message = decode(packet)
    assert message == expected
    assert repr(message) == repr(expected)
    assert message.anomalies == ()
    assert encode(message) == packet
    assert encode(expected.values, expected.type, expected.cookie) == packet


@PACKETS
def test_every_truncation_is_a_decode_error(name):
    packet = golden.PACKETS[name]
    for size in range(len(packet)):
        with pytest.raises(DecodeError) as caught:
            decode(packet[:size])
        assert caught.value.code == wire.E_MORE_DATA


@PACKETS
def test_every_truncation_of_the_body_alone_is_values_or_a_decode_error(name):
    packet = golden.PACKETS[name]
    message = golden.MESSAGES[name]
    header = parse_header(packet)
    for size in range(header.body):
        cut = build_header(message.type, message.cookie, size) + packet[header.size :][:size]
        result = check_decoder(cut)
        if isinstance(result, DecodeError):
            assert result.code in (wire.E_MORE_DATA, wire.E_EOP)
        else:  # cut between two records
            assert result.values == message.values[: len(result.values)]


@PACKETS
def test_surplus_bytes_are_refused(name):
    with pytest.raises(DecodeError, match="corrupted packet") as caught:
        decode(golden.PACKETS[name] + b"\0")
    assert caught.value.code == wire.E_BADPKT


@pytest.mark.parametrize("packet", [bytes, bytearray, memoryview])
def test_any_buffer_decodes(packet):
    data = packet(golden.PACKETS["all record types"])
    assert decode(data) == golden.MESSAGES["all record types"]


@pytest.mark.parametrize(
    "kind, cookie, body, header",
    [
        (0, 0, 0, "a1 00 00 00"),
        (1, 255, 255, "a1 10 ff ff"),
        (3, 256, 256, "a1 35 01 00 01 00"),
        (1, 0x10000, 0x10000, "a1 1a 01 00 00 01 00 00"),
        (0, 2**32 - 1, 2**31 - 1, "a1 0f 7f ff ff ff ff ff ff ff"),
        (0, 0xDEADBEEF, 318, "a1 07 01 3e de ad be ef"),
        (1, 7, 2**24, "a1 1c 01 00 00 00 07"),
    ],
)
def test_headers_both_ways(kind, cookie, body, header):
    data = bytes.fromhex(header)
    assert build_header(kind, cookie, body) == data
    for offset in (0, 3):
        parsed = parse_header(b"\xa1" * offset + data, offset)
        assert (parsed.type, parsed.cookie, parsed.body) == (kind, cookie, body)
        assert parsed.size == len(data)
        assert parsed.total == len(data) + body
    for size in range(len(data)):
        assert parse_header(data[:size]) is None


def test_padded_headers_are_accepted():
    parsed = parse_header(bytes.fromhex("a1 1f 00 00 00 01 00 00 00 07"))
    assert (parsed.type, parsed.cookie, parsed.body, parsed.size) == (1, 7, 1, 10)
    packet = bytes.fromhex("a1 1f 00 00 00 02 00 00 00 07 10 05")
    assert decode(packet) == Message(1, 7, [5])
    assert encode(decode(packet)) == bytes.fromhex("a1 10 02 07 10 05")


@pytest.mark.parametrize(
    "header, offset, detail",
    [
        ("00 00 00 00", 0, "the first byte is 0x00, not 0xa1"),
        ("a2 00 00 00", 0, "the first byte is 0xa2, not 0xa1"),
        *[("a1 %x0 00 00" % kind, 1, "message type %d" % kind) for kind in [2, *range(4, 16)]],
        ("a1 0c 80 00 00 00 05", 2, "a body length above 2^31"),
        ("a1 0c ff ff ff ff 05", 2, "a body length above 2^31"),
    ],
)
def test_bad_headers(header, offset, detail):
    data = bytes.fromhex(header)
    for call in (decode, parse_header):
        with pytest.raises(DecodeError, match="corrupted packet") as caught:
            call(data)
        assert (caught.value.code, caught.value.offset) == (wire.E_BADPKT, offset)
        assert caught.value.detail == detail
    # Nothing is judged before four bytes are there.
    assert parse_header(data[:3]) is None


@pytest.mark.parametrize(
    "kind, cookie, body, why",
    [
        (2, 0, 0, "message type 2"),
        (4, 0, 0, "message type 4"),
        (0, -1, 0, "cookie -1"),
        (0, 2**32, 0, "cookie 4294967296"),
        (0, 0, 2**31, "a body of 2147483648 bytes"),
    ],
)
def test_headers_that_cannot_be_built(kind, cookie, body, why):
    with pytest.raises(EncodeError, match=why):
        build_header(kind, cookie, body)


def test_length_limit_before_the_body():
    header = build_header(wire.REPLY, 1, wire.MAX_BODY + 1)
    with pytest.raises(LengthLimit, match="max_body is 16777216") as caught:
        decode(header)
    assert caught.value.code == wire.E_OVERFLOW
    assert isinstance(caught.value, DecodeError)
    packet = golden.PACKETS["struct"]
    assert decode(packet, max_body=33) == golden.MESSAGES["struct"]
    with pytest.raises(LengthLimit, match="a body of 33 bytes; max_body is 32"):
        decode(packet, max_body=32)


def test_decode_hands_its_options_on():
    packet = encode([2**32 - 1, [[0]]])
    assert decode(packet, unsigned=True).values == [2**32 - 1, [[0]]]
    with pytest.raises(DecodeError, match="max_depth=1"):
        decode(packet, max_depth=1)
    with pytest.raises(DecodeError, match="max_records=2"):
        decode(packet, max_records=2)


def test_encode_hands_its_options_on():
    assert encode([1.001]) != encode([1.001], truncate=True) == encode([1.0])
    with pytest.raises(EncodeError, match=r"value 0: .* holds a NUL"):
        encode(["\0"])
    assert decode(encode(["\0"], allow_nul=True)).values == ["\0"]


def test_a_message_compares_and_shows():
    message = Message(wire.REPLY, 7, (1, "a"), [(5, "odd")])
    assert message.values == [1, "a"]
    assert message.anomalies == ((5, "odd"),)
    assert message == Message(1, 7, [1, "a"])
    for other in (Message(3, 7, [1, "a"]), Message(1, 8, [1, "a"]), Message(1, 7, [1]), "a"):
        assert message != other
    assert repr(message) == "<Message reply cookie=0x7 [1, 'a']>"
    assert repr(Message(9, 0, [])) == "<Message 9 cookie=0x0 []>"
    with pytest.raises(TypeError):
        hash(message)


def test_decode_reports_anomalies():
    assert decode(bytes.fromhex("a1 10 03 07 21 61 62")).anomalies == (
        (4, "a string ends in 0x62, not NUL"),
    )
