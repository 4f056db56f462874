# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

"""Properties that hold for any bytes; the tests and the fuzzers share it."""

from __future__ import annotations

from kamailio_binrpc.core import wire
from kamailio_binrpc.core.errors import DecodeError, ProtocolError
from kamailio_binrpc.core.framing import DatagramDecoder, StreamDecoder
from kamailio_binrpc.core.packet import build_header, decode, encode

MAX_RECORDS = 20_000
"""Far below the decoder's own limit, so that no input takes long or much memory."""


def in_reply(body):
    """Put a body into a reply, so that any bytes get past the header."""
    return build_header(wire.REPLY, 0x1234, len(body)) + body


def check_decoder(packet):
    """Decode: values or a documented error. Return what it was, the message or the error."""
    try:
        first = decode(packet, max_records=MAX_RECORDS)
    except DecodeError as error:
        assert error.reason == wire.ERROR_TEXTS[error.code]
        assert 0 <= error.offset <= len(packet)
        assert error.reason in str(error)
        return error
    again = encode(first, allow_nul=True)
    second = decode(again)
    # The text tells more than equality: Fixed from float, and True from 1.
    assert repr(second) == repr(first)
    assert second.anomalies == ()
    assert encode(second, allow_nul=True) == again
    assert encode(decode(packet, unsigned=True), allow_nul=True) == again
    return first


def read_stream(pieces, max_body=4096):
    """Feed a stream decoder; return the packets and the error that ended it, or None."""
    decoder = StreamDecoder(max_body)
    packets = []
    for piece in pieces:
        decoder.feed(piece)
        try:
            packet = decoder.next_packet()
            while packet is not None:
                packets.append(packet[1])
                packet = decoder.next_packet()
        except ProtocolError as error:
            return packets, error
    return packets, decoder.missing()


def check_stream(data, cuts):
    """However a stream is cut, it gives the same packets and the same end."""
    marks = [0, *sorted(cut % (len(data) + 1) for cut in cuts), len(data)]
    whole, end = read_stream([data])
    parts, same_end = read_stream([data[a:b] for a, b in zip(marks, marks[1:])])
    assert parts == whole
    assert same_end.__class__ is end.__class__
    if end is None:
        assert b"".join(whole) == data
    else:
        assert data.startswith(b"".join(whole))
    return whole, end


def check_datagrams(parts, cookie):
    """A datagram decoder gives whole packets or a ProtocolError, whatever arrives."""
    decoder = DatagramDecoder(4096)
    decoder.expected_cookie = cookie
    packets = []
    for part in parts:
        try:
            decoder.feed(part)
        except ProtocolError as error:
            return packets, error
        packet = decoder.next_packet()
        if packet is not None:
            assert packet[0].total == len(packet[1]) <= 4096 + 10
            packets.append(packet[1])
            assert decoder.next_packet() is None
    return packets, decoder.missing()
