# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""From received bytes to whole packets, without a socket.

Both decoders have the same three verbs: :meth:`feed` takes what a read returned,
:meth:`next_packet` gives whole packets while there are any, :meth:`missing` says what an
unfinished one still lacks.
"""

from __future__ import annotations

from . import wire
from .errors import DecodeError, FramingLost, NotBinrpcError, TruncatedReply
from .packet import Header, check_length, parse_header

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal, Optional, Tuple, Union


class StreamDecoder:
    """Cuts a byte stream into packets; any fragmentation is fine.

    :param max_body: a longer announced body raises LengthLimit before it is read.
    """

    def __init__(self, max_body: int = wire.MAX_BODY) -> None:
        self._buffer = bytearray()
        self._header: Optional[Header] = None
        self._max_body = max_body
        self._packets = 0
        self.unfinished: Optional[Header] = None
        """Header of the packet that has begun, None while that is not all there."""

    def feed(self, data: bytes) -> None:
        """Add what was read."""
        self._buffer += data

    def next_packet(self) -> Optional[Tuple[Header, bytes]]:
        """Return the next whole packet, or None while it is incomplete.

        :raises NotBinrpcError: the very first byte is not 0xA1.
        :raises FramingLost: a later packet does not start with 0xA1, or has an impossible header.
        :raises LengthLimit: the packet is longer than allowed.
        """
        buffer = self._buffer
        if self._header is None:
            if not buffer:
                return None
            self._check_magic()
            try:
                header = parse_header(buffer)
            except DecodeError as error:
                raise FramingLost("the stream is out of step: %s" % error) from error
            if header is None:
                return None
            self.unfinished = header
            check_length(header, self._max_body)
            self._header = header
        header = self._header
        if len(buffer) < header.total:
            return None
        packet = bytes(memoryview(buffer)[: header.total])
        del buffer[: header.total]
        self._header = None
        self.unfinished = None
        self._packets += 1
        return header, packet

    def peek(self) -> Union[Header, Literal[False], None]:
        """Look at what follows the packet given last: its header, None while that is not all
        there, or False if it is none.
        """
        if not self._buffer:
            return None
        if self._buffer[0] != wire.MAGIC:
            return False
        try:
            return parse_header(self._buffer)
        except DecodeError:
            return False

    def _check_magic(self) -> None:
        if self._buffer[0] == wire.MAGIC:
            return
        start = bytes(self._buffer[:16])
        if self._packets:
            raise FramingLost(
                "the stream is out of step: a packet starts with %r after %d good ones; the "
                "server drops parts of replies that are not read within 10 ms"
                % (start, self._packets)
            )
        raise not_binrpc(start)

    def missing(self) -> Optional[TruncatedReply]:
        """Describe the unfinished packet as the error it is if no more bytes come."""
        if not self._buffer:
            return None
        received = len(self._buffer)
        if self._header is None:
            least = wire.MIN_HEADER
            if received >= least:  # the second byte says how long the header is
                flags = self._buffer[1]
                least += (flags >> 2 & 3) + (flags & 3)
            text = "%d of at least %d bytes of the reply arrived: the rest never came"
            return TruncatedReply(text % (received, least), received, least)
        return truncated(received, self._header.total, "the rest never came")


class DatagramDecoder:
    """Puts replies together that the server split over several datagrams.

    See docs/protocol.md#split-replies.

    Only the first datagram of a reply has a header, and nothing numbers the rest: parts are
    joined in the order of arrival until the announced length is there. Keep one request in
    flight per socket, and throw the socket away after a failure.

    :param max_body: a longer announced body raises LengthLimit.
    """

    def __init__(self, max_body: int = wire.MAX_BODY) -> None:
        self._parts = bytearray()
        self._header: Optional[Header] = None
        self._max_body = max_body
        self._ready: Optional[Tuple[Header, bytes]] = None
        self._packets = 0
        self.expected_cookie: Optional[int] = None
        """Cookie of the reply that is awaited: its header ends the wait for parts of another."""

    def feed(self, data: bytes) -> None:
        """Add one received datagram.

        :raises NotBinrpcError: the first datagram does not start with 0xA1.
        :raises TruncatedReply: the parts do not add up to the announced length.
        :raises LengthLimit: the reply is longer than allowed.
        """
        if self._header is not None and self._is_foreign(self._header):
            # Waiting for the rest of an unwanted reply, which may have lost a part.
            fresh = self._parse(data)
            if fresh is not None and fresh.cookie == self.expected_cookie:
                self._header = None
                self._parts = bytearray()
        if self._header is None:
            header = self._parse(data)
            if header is None:
                if self._packets == 0 and data[:1] != b"\xa1":
                    raise not_binrpc(data[:16])
                return  # a late part of an earlier reply
            check_length(header, self._max_body)
            self._header = header
        header = self._header
        self._parts += data
        received, expected = len(self._parts), header.total
        if received < expected:
            return
        packet = bytes(self._parts)
        self._header = None
        self._parts = bytearray()
        if received == expected:
            self._ready = header, packet
            self._packets += 1
        elif not self._is_foreign(header):
            raise truncated(received, expected, "datagrams were lost or mixed up")

    def peek(self) -> None:
        """A datagram is one packet, or a part of one: nothing follows it."""

    @property
    def unfinished(self) -> Optional[Header]:
        """Header of the reply that has begun, None if none has."""
        return self._header

    def _is_foreign(self, header: Header) -> bool:
        return self.expected_cookie not in (None, header.cookie)

    @staticmethod
    def _parse(data: bytes) -> Optional[Header]:
        try:
            return parse_header(data)
        except DecodeError:
            return None

    def next_packet(self) -> Optional[Tuple[Header, bytes]]:
        """Return the reply that the last datagram completed, or None."""
        ready, self._ready = self._ready, None
        return ready

    def missing(self) -> Optional[TruncatedReply]:
        """Describe the unfinished reply as the error it is if no more datagrams come."""
        if self._header is None or self._is_foreign(self._header):
            return None
        return truncated(
            len(self._parts),
            self._header.total,
            "datagrams were lost; a reply of this size wants a stream (unix: or tcp:)",
        )


def not_binrpc(start: bytes) -> NotBinrpcError:
    """Describe an answer that no ctl module gives."""
    return NotBinrpcError(
        "this is not a binrpc endpoint: the answer starts with %r, not with 0xa1. Is it the "
        'address in modparam("ctl", "binrpc", ...), and not a SIP, HTTP, JSON-RPC or fifo one?'
        % start
    )


def truncated(received: int, expected: int, why: str) -> TruncatedReply:
    """Describe an incomplete reply."""
    return TruncatedReply(
        "%d of %d bytes of the reply arrived: %s" % (received, expected, why), received, expected
    )
