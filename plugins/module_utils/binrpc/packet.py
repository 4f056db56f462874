# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Whole packets: header and body (docs/protocol.md#packets)."""

from __future__ import annotations

from . import wire
from .decoding import decode_records
from .encoder import Encoder
from .errors import DecodeError, EncodeError, LengthLimit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Iterable, List, Optional, Sequence, Tuple, Union


class Message:
    """One packet's content.

    :ivar type: :data:`wire.REQUEST`, :data:`wire.REPLY` or :data:`wire.FAULT`.
    :ivar cookie: 0 to 2**32-1, chosen by the client and echoed by the server.
    :ivar values: the records, in order; a request's first is the method name, a fault's
        are its code and its text.
    :ivar anomalies: ``(offset, text)`` of what decoding tolerated but could not keep.
    """

    __slots__ = ("anomalies", "cookie", "type", "values")

    def __init__(
        self,
        type: int,
        cookie: int,
        values: Sequence[Any],
        anomalies: Sequence[Tuple[int, str]] = (),
    ) -> None:
        self.type = type
        self.cookie = cookie
        self.values = list(values)
        self.anomalies = tuple(anomalies)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Message):
            return NotImplemented
        return (self.type, self.cookie, self.values) == (other.type, other.cookie, other.values)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        name = wire.MESSAGE_TYPES.get(self.type, str(self.type))
        return "<Message %s cookie=%#x %r>" % (name, self.cookie, self.values)


class Header:
    """A parsed header: ``type``, ``cookie``, and in bytes its own ``size`` and the ``body``'s."""

    __slots__ = ("body", "cookie", "size", "type")

    def __init__(self, type: int, cookie: int, size: int, body: int) -> None:
        self.type = type
        self.cookie = cookie
        self.size = size
        self.body = body

    @property
    def total(self) -> int:
        """Bytes of the whole packet."""
        return self.size + self.body


def parse_header(data: Union[bytes, bytearray], offset: int = 0) -> Optional[Header]:
    """Parse the header at ``offset``, or return None while it is incomplete.

    The checks come in the reference parser's order: nothing is judged before four bytes are
    there, padded fields are accepted, the top bit of the length is refused.

    :raises DecodeError: code BADPKT.
    """
    available = len(data) - offset
    if available < wire.MIN_HEADER:
        return None
    if data[offset] != wire.MAGIC:
        raise DecodeError(
            wire.E_BADPKT, "the first byte is 0x%02x, not 0xa1" % data[offset], offset
        )
    flags = data[offset + 1]
    type = flags >> 4
    if type not in wire.MESSAGE_TYPES:
        raise DecodeError(wire.E_BADPKT, "message type %d" % type, offset + 1)
    cookie_at = offset + 3 + (flags >> 2 & 3)
    body_at = cookie_at + 1 + (flags & 3)
    if body_at - offset > available:
        return None
    body = int.from_bytes(data[offset + 2 : cookie_at], "big")
    if body > wire.INT_MAX:
        raise DecodeError(wire.E_BADPKT, "a body length above 2^31", offset + 2)
    cookie = int.from_bytes(data[cookie_at:body_at], "big")
    return Header(type, cookie, body_at - offset, body)


def build_header(type: int, cookie: int, body: int) -> bytes:
    """Build a header with both fields in the fewest bytes.

    :raises EncodeError: a field is out of range.
    """
    if type not in wire.MESSAGE_TYPES:
        raise EncodeError("message type %r; request is 0, reply 1, fault 3" % type)
    if not 0 <= cookie <= wire.UINT_MAX:
        raise EncodeError("cookie %r is outside 0..2**32-1" % cookie)
    if body > wire.INT_MAX:
        raise EncodeError("a body of %d bytes; the limit is 2**31-1" % body)
    length_size = (body.bit_length() + 7 >> 3) or 1
    cookie_size = (cookie.bit_length() + 7 >> 3) or 1
    return (
        bytes((wire.MAGIC, type << 4 | (length_size - 1) << 2 | (cookie_size - 1)))
        + body.to_bytes(length_size, "big")
        + cookie.to_bytes(cookie_size, "big")
    )


def encode(
    message: Union[Message, Iterable[Any]],
    type: int = wire.REQUEST,
    cookie: int = 0,
    *,
    truncate: bool = False,
    allow_nul: bool = False,
) -> bytes:
    """Encode one packet.

    ``encode(decode(packet))`` gives the same bytes back if they were in minimal form, as
    everything that Kamailio sends is.

    :param message: a :class:`Message`, or the body's values (then ``type`` and ``cookie``
        count).
    :param truncate: cut doubles as the server's encoder does, instead of rounding.
    :param allow_nul: accept NUL inside strings.
    :raises EncodeError: a value or a field has no binrpc form.
    """
    if isinstance(message, Message):
        type, cookie, message = message.type, message.cookie, message.values
    encoder = Encoder(truncate=truncate, allow_nul=allow_nul)
    encoder.add_all(message)
    return build_header(type, cookie, len(encoder.out)) + bytes(encoder.out)


def decode(
    packet: bytes,
    *,
    unsigned: bool = False,
    max_body: int = wire.MAX_BODY,
    max_depth: int = wire.MAX_DEPTH,
    max_records: int = wire.MAX_RECORDS,
) -> Message:
    """Decode one whole packet.

    :param packet: header and body, nothing after it.
    :param unsigned: give int records as 0..2**32-1.
    :param max_body: bytes allowed in the body.
    :raises DecodeError: malformed, cut short, or followed by more bytes.
    :raises LengthLimit, DepthLimit, RecordLimit: larger than allowed.
    """
    packet = bytes(packet)
    header = parse_header(packet)
    if header is None:
        raise DecodeError(wire.E_MORE_DATA, "%d bytes hold no header" % len(packet))
    check_length(header, max_body)
    if header.total != len(packet):
        raise DecodeError(
            wire.E_MORE_DATA if header.total > len(packet) else wire.E_BADPKT,
            "the header announces %d bytes in all, %d are here" % (header.total, len(packet)),
            header.size,
        )
    anomalies: List[Tuple[int, str]] = []
    values = decode_records(
        packet,
        header.size,
        unsigned=unsigned,
        max_depth=max_depth,
        max_records=max_records,
        anomalies=anomalies,
    )
    return Message(header.type, header.cookie, values, anomalies)


def check_length(header: Header, max_body: int) -> None:
    """Refuse a body longer than ``max_body`` before any of it is read.

    :raises LengthLimit: naming both lengths.
    """
    if header.body > max_body:
        raise LengthLimit(
            wire.E_OVERFLOW, "a body of %d bytes; max_body is %d" % (header.body, max_body), 2
        )
