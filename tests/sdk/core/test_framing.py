# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

"""From received bytes to packets: streams cut anywhere, replies split over datagrams."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kamailio_binrpc.core import wire
from kamailio_binrpc.core.errors import (
    FramingLost,
    LengthLimit,
    NotBinrpcError,
    ProtocolError,
    TruncatedReply,
)
from kamailio_binrpc.core.framing import DatagramDecoder, StreamDecoder
from kamailio_binrpc.core.packet import build_header, decode, encode, parse_header

from . import golden
from .properties import check_datagrams, check_stream, read_stream
from .strategies import thorough

ALL = b"".join(golden.PACKETS.values())


def reply(cookie, size=40):
    """Build a reply with a header of 4 bytes and ``size`` in all."""
    return encode([b"x" * (size - 4 - 2)], wire.REPLY, cookie)


def slices(data, size):
    return [data[i : i + size] for i in range(0, len(data), size)]


# -- streams ---------------------------------------------------------------------------


@pytest.mark.parametrize("size", [1, 2, 3, 5, 7, 64, len(ALL)])
def test_packets_come_out_of_any_fragmentation(size):
    packets, end = read_stream(slices(ALL, size))
    assert packets == list(golden.PACKETS.values())
    assert end is None


def test_several_packets_in_one_feed():
    packets, end = read_stream([golden.PIPELINED])
    assert [decode(packet).values for packet in packets] == [[0], [1], [2], [3], [4]]
    assert end is None


def test_the_header_comes_with_the_packet():
    decoder = StreamDecoder()
    decoder.feed(golden.PACKETS["struct"])
    header, packet = decoder.next_packet()
    assert (header.type, header.cookie, header.total) == (wire.REPLY, 0x1234, len(packet))
    assert decoder.next_packet() is None


@pytest.mark.parametrize("name", golden.PACKETS)
def test_every_truncation_of_a_stream_waits_for_more(name):
    packet = golden.PACKETS[name]
    for size in range(len(packet)):
        decoder = StreamDecoder()
        decoder.feed(packet[:size])
        assert decoder.next_packet() is None
        missing = decoder.missing()
        if not size:
            assert missing is None
            continue
        assert isinstance(missing, TruncatedReply)
        if size >= parse_header(packet).size:
            assert (missing.received, missing.expected) == (size, len(packet))
            assert str(missing).startswith("%d of %d bytes" % (size, len(packet)))
        else:
            assert missing.received == size < missing.expected <= len(packet)
            assert str(missing).startswith("%d of at least %d" % (size, missing.expected))
        assert missing.executed is None
        decoder.feed(packet[size:])
        assert decoder.next_packet()[1] == packet
        assert decoder.missing() is None


@pytest.mark.parametrize("junk", [b"H", b"\0", b"\xa0", b"\xa2\0", b"HTTP/1.1 400 Bad Request\r\n"])
def test_a_wrong_first_byte_is_not_binrpc(junk):
    packets, end = read_stream([junk])
    assert packets == []
    assert end.__class__ is NotBinrpcError
    assert repr(junk[:16]) in str(end)
    assert "not a binrpc endpoint" in str(end)
    assert end.executed is None


@pytest.mark.parametrize("junk", [b"H", b"\0\0\0\0", b"x" * 100])
def test_a_wrong_later_byte_is_lost_framing(junk):
    packets, end = read_stream([golden.PIPELINED + junk])
    assert len(packets) == 5
    assert end.__class__ is FramingLost
    assert "after 5 good ones" in str(end)
    assert repr(junk[:16]) in str(end)
    assert end.executed is None


@pytest.mark.parametrize("header", ["a1 20 00 00", "a1 f0 00 00", "a1 1c 80 00 00 00 05"])
def test_an_impossible_header_is_lost_framing(header):
    for before in (b"", golden.PIPELINED):
        _packets, end = read_stream([before + bytes.fromhex(header)])
        assert end.__class__ is FramingLost
        assert "corrupted packet" in str(end)


def test_length_limit_before_the_body_is_read():
    decoder = StreamDecoder(max_body=10)
    decoder.feed(build_header(wire.REPLY, 1, 11))
    for _other in range(2):  # the packet does not become acceptable by asking again
        with pytest.raises(LengthLimit, match="max_body is 10"):
            decoder.next_packet()
    decoder = StreamDecoder(max_body=10)
    decoder.feed(build_header(wire.REPLY, 1, 10) + b"\0" * 10)
    assert decoder.next_packet()
    default = StreamDecoder()
    default.feed(build_header(wire.REPLY, 1, wire.MAX_BODY + 1))
    with pytest.raises(LengthLimit):
        default.next_packet()


@thorough
@given(
    st.lists(st.sampled_from(sorted(golden.PACKETS.values())), max_size=5).map(b"".join),
    st.lists(st.integers(0, 2000), max_size=8),
    st.binary(max_size=8),
)
def test_cuts_never_matter(stream, cuts, tail):
    check_stream(stream, cuts)
    check_stream(stream + tail, cuts)


# -- datagrams -------------------------------------------------------------------------


def fed(parts, cookie=7, max_body=4096):
    """Feed a datagram decoder that awaits ``cookie``; return it and what came out."""
    decoder = DatagramDecoder(max_body)
    decoder.expected_cookie = cookie
    packets = []
    for part in parts:
        decoder.feed(part)
        packet = decoder.next_packet()
        if packet:
            packets.append(packet[1])
    return decoder, packets


@pytest.mark.parametrize("size", [4, 5, 7, 20, 39, 40])
def test_a_split_reply_is_put_together(size):
    decoder, packets = fed(slices(reply(7), size))
    assert packets == [reply(7)]
    assert decoder.missing() is None
    assert decoder.next_packet() is None


@pytest.mark.parametrize("name", golden.PACKETS)
def test_golden_packets_split_anywhere(name):
    packet = golden.PACKETS[name]
    cookie = golden.MESSAGES[name].cookie
    for size in range(parse_header(packet).size, len(packet)):
        _decoder, packets = fed([packet[:size], packet[size:]], cookie)
        assert packets == [packet]
    assert fed([packet], cookie)[1] == [packet]


@pytest.mark.parametrize("size", range(4))
def test_less_than_a_header_is_no_reply(size):
    decoder = DatagramDecoder()
    decoder.feed(reply(7)[: size or 1])
    assert decoder.next_packet() is None
    assert decoder.missing() is None
    decoder.feed(reply(7))
    assert decoder.next_packet()


def test_a_lost_part_is_described():
    decoder, packets = fed([reply(7)[:15], reply(7)[15:30]])
    assert packets == []
    missing = decoder.missing()
    assert (missing.received, missing.expected, missing.executed) == (30, 40, None)
    assert "a reply of this size wants a stream" in str(missing)


def test_more_than_was_announced_is_truncated():
    decoder, _packets = fed([reply(7)[:15]])
    with pytest.raises(TruncatedReply, match=r"41 of 40 bytes .* lost or mixed up") as caught:
        decoder.feed(b"x" * 26)
    assert (caught.value.received, caught.value.expected) == (41, 40)
    assert decoder.missing() is None


def test_the_first_datagram_must_be_binrpc():
    for junk in (b"SIP/2.0 400 Bad\r\n", b"\0", b""):
        with pytest.raises(NotBinrpcError, match="not a binrpc endpoint"):
            DatagramDecoder().feed(junk)


def test_length_limit_of_datagrams():
    decoder = DatagramDecoder(max_body=35)
    for _other in range(2):
        with pytest.raises(LengthLimit, match="max_body is 35"):
            decoder.feed(reply(7))
    assert fed([reply(7)], max_body=36)[1] == [reply(7)]


PART, REST = reply(9, 60)[:25], reply(9, 60)[25:]  # of another request's reply


@pytest.mark.parametrize(
    "parts, expected",
    [
        ([reply(7), reply(7)], [reply(7), reply(7)]),  # a duplicate
        ([reply(9), reply(7)], [reply(9), reply(7)]),
        ([PART, REST, reply(7)], [reply(9, 60), reply(7)]),
        # The rest of the foreign reply is lost: the awaited header ends the wait for it.
        ([PART, reply(7)], [reply(7)]),
        ([PART, reply(7)[:20], reply(7)[20:]], [reply(7)]),
        # The rest comes late: no header of its own, nothing to continue.
        ([PART, reply(7), REST], [reply(7)]),
        ([reply(7), REST, reply(7)], [reply(7), reply(7)]),
        # Parts of it come twice, so that it never adds up.
        ([PART, PART, REST, reply(7)], [reply(7)]),
    ],
)
def test_foreign_replies_do_not_disturb(parts, expected):
    decoder, packets = fed(parts)
    assert packets == expected
    assert decoder.missing() is None


def test_a_foreign_part_is_not_the_awaited_reply():
    decoder, packets = fed([PART])
    assert packets == []
    assert decoder.missing() is None
    decoder.expected_cookie = 9
    assert decoder.missing().received == 25


@thorough
@given(
    st.lists(
        st.one_of(
            st.sampled_from([*slices(reply(7), 15), *slices(reply(9), 15), b"", b"\xa1"]),
            st.binary(max_size=50),
        ),
        max_size=8,
    )
)
def test_any_datagrams_are_packets_or_a_protocol_error(parts):
    for cookie in (None, 7):
        _packets, end = check_datagrams(parts, cookie)
        assert end is None or isinstance(end, ProtocolError)
