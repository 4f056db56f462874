# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Payloads out of capture files: pcap and pcapng, UDP and TCP over IPv4 and IPv6.

Just enough to read what ``tcpdump -w`` writes; unix sockets cannot be captured so. A stream's
segments are put in order by their sequence numbers, and what a capture lost stays lost.
"""

from __future__ import annotations

import struct
from bisect import bisect_right
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_PCAP = {
    b"\xd4\xc3\xb2\xa1": ("<", 1e6),
    b"\xa1\xb2\xc3\xd4": (">", 1e6),
    b"\x4d\x3c\xb2\xa1": ("<", 1e9),
    b"\xa1\xb2\x3c\x4d": (">", 1e9),
}
_PCAPNG = b"\x0a\x0d\x0d\x0a"

_LATEST = 253_402_300_799.0  # the last second of the year 9999

_IPV4, _IPV6, _VLANS = 0x0800, 0x86DD, (0x8100, 0x88A8)
_TCP, _UDP = 6, 17
_MORE_FRAGMENTS = 0x3FFF

# Link type -> length of its header and where in it the protocol's number stands, if it does.
_LINKS = {0: (4, None), 1: (14, 12), 12: (0, None), 101: (0, None), 113: (16, 14), 276: (20, 0)}


class CaptureError(ValueError):
    """The file is not a capture, or of a kind that is not read here."""


class Payload:
    """The content of one packet.

    :ivar time: seconds since 1970.
    :ivar sequence: the TCP sequence number of its first byte, None for UDP.
    """

    __slots__ = ("data", "destination", "sequence", "source", "time")

    def __init__(
        self, time: float, source: str, destination: str, data: bytes, sequence: int | None
    ) -> None:
        self.time = time
        self.source = source
        self.destination = destination
        self.data = data
        self.sequence = sequence


def is_capture(data: bytes) -> bool:
    """Does the file start as one?"""
    return data[:4] in _PCAP or data[:4] == _PCAPNG


def payloads(data: bytes) -> Iterator[Payload]:
    """Yield the payload of every UDP datagram and TCP segment that has one.

    :raises CaptureError: it is not a capture, or its link type is not known.
    """
    for time, link, frame in _pcapng(data) if data[:4] == _PCAPNG else _pcap(data):
        payload = _from_frame(time, link, frame)
        if payload is not None and payload.data:
            yield payload


class Piece:
    """Bytes of one direction of a TCP connection, without a gap.

    :ivar first: the segment it starts with.
    """

    def __init__(self, first: Payload) -> None:
        self.first = first
        self.data = bytearray()
        self._starts: list[int] = []
        self._times: list[float] = []

    def add(self, payload: Payload, known: int) -> None:
        """Add a segment whose first ``known`` bytes are here already."""
        self._starts.append(len(self.data))
        self._times.append(payload.time)
        self.data += payload.data[known:]

    def time_of(self, offset: int) -> float:
        """When the byte at ``offset`` came."""
        return self._times[bisect_right(self._starts, offset) - 1]


def streams(found: list[Payload]) -> Iterator[Piece]:
    """Put TCP segments together; where the capture lost one, another piece begins."""
    flows: dict[tuple[str, str], list[Payload]] = {}
    for payload in found:
        if payload.sequence is not None:
            flows.setdefault((payload.source, payload.destination), []).append(payload)
    for flow in flows.values():
        start = flow[0].sequence or 0
        # Relative to the first one, so that numbers may wrap.
        ordered = sorted(flow, key=lambda payload: _after(payload.sequence or 0, start))
        piece = Piece(ordered[0])
        for payload in ordered:
            known = _after((piece.first.sequence or 0) + len(piece.data), payload.sequence or 0)
            if known < 0:
                yield piece
                piece, known = Piece(payload), 0
            if known < len(payload.data):
                piece.add(payload, known)
        yield piece


def _after(sequence: int, start: int) -> int:
    distance = (sequence - start) & 0xFFFFFFFF
    return distance - 2**32 if distance > 2**31 else distance


def _pcap(data: bytes) -> Iterator[tuple[float, int, bytes]]:
    if data[:4] not in _PCAP or len(data) < 24:
        raise CaptureError("not a pcap or pcapng file")
    order, fraction = _PCAP[data[:4]]
    link = struct.unpack_from(order + "I", data, 20)[0] & 0xFFFF
    place = 24
    while place + 16 <= len(data):
        seconds, rest, size, _full = struct.unpack_from(order + "IIII", data, place)
        place += 16
        yield seconds + rest / fraction, link, data[place : place + size]
        place += size


def _pcapng(data: bytes) -> Iterator[tuple[float, int, bytes]]:
    order = "<"
    links: list[int] = []
    units: list[float] = []
    place = 0
    while place + 12 <= len(data):
        if data[place : place + 4] == _PCAPNG:
            order = "<" if data[place + 8 : place + 12] == b"\x4d\x3c\x2b\x1a" else ">"
            links, units = [], []
        kind, size = struct.unpack_from(order + "II", data, place)
        if size < 12:
            raise CaptureError(f"a pcapng block of {size} bytes at byte {place}")
        body = data[place + 8 : place + size - 4]
        if kind == 1 and len(body) >= 8:
            links.append(struct.unpack_from(order + "H", body)[0])
            units.append(_resolution(order, body[8:]))
        elif kind == 6 and len(body) >= 20:
            interface, high, low, captured = struct.unpack_from(order + "IIII", body)
            if interface < len(links):
                stamp = min((high << 32 | low) * units[interface], _LATEST)
                yield stamp, links[interface], body[20 : 20 + captured]
        elif kind == 3 and links:
            yield 0.0, links[0], body[4:]
        place += size


def _resolution(order: str, options: bytes) -> float:
    """Seconds per unit of an interface's time stamps."""
    place = 0
    while place + 4 < len(options):
        code, size = struct.unpack_from(order + "HH", options, place)
        if code == 9 and size == 1:
            power = options[place + 4]
            return float(2.0 ** -(power & 127) if power & 128 else 10.0**-power)
        if code == 0:
            break
        place += 4 + (size + 3 & ~3)
    return 1e-6


def _from_frame(time: float, link: int, frame: bytes) -> Payload | None:
    if link not in _LINKS:
        raise CaptureError(f"link type {link} is not known here: capture Ethernet or -i any")
    skip, at = _LINKS[link]
    kind = int.from_bytes(frame[at : at + 2], "big") if at is not None else 0
    while kind in _VLANS:
        kind = int.from_bytes(frame[skip + 2 : skip + 4], "big")
        skip += 4
    packet = frame[skip:]
    if at is None and packet:
        kind = {4: _IPV4, 6: _IPV6}.get(packet[0] >> 4, 0)
    try:
        if kind == _IPV4:
            return _from_ipv4(time, packet)
        if kind == _IPV6:
            return _from_ipv6(time, packet)
    except (IndexError, ValueError, struct.error):
        pass  # cut short by the capture
    return None


def _from_ipv4(time: float, packet: bytes) -> Payload | None:
    total, fragment = struct.unpack_from(">2xH2xH", packet)
    if fragment & _MORE_FRAGMENTS:
        return None
    start = (packet[0] & 15) * 4
    source, destination = (".".join(map(str, packet[at : at + 4])) for at in (12, 16))
    # A total of 0 is a large packet that the network card was to cut.
    return _from_ip(time, packet[9], packet[start : total or None], source, destination)


def _from_ipv6(time: float, packet: bytes) -> Payload | None:
    size = int.from_bytes(packet[4:6], "big")
    kind, start = packet[6], 40
    while kind in (0, 43, 60):  # options before the payload
        kind, start = packet[start], start + 8 + packet[start + 1] * 8
    source, destination = (f"[{_ipv6(packet[at : at + 16])}]" for at in (8, 24))
    return _from_ip(time, kind, packet[start : 40 + size if size else None], source, destination)


def _ipv6(raw: bytes) -> str:
    import ipaddress

    return str(ipaddress.IPv6Address(raw))


def _from_ip(
    time: float, kind: int, segment: bytes, source: str, destination: str
) -> Payload | None:
    if kind not in (_TCP, _UDP):
        return None
    ports = struct.unpack_from(">HH", segment)
    ends = f"{source}:{ports[0]}", f"{destination}:{ports[1]}"
    if kind == _UDP:
        size = int.from_bytes(segment[4:6], "big")
        return Payload(time, *ends, segment[8 : size or None], None)
    sequence = int.from_bytes(segment[4:8], "big")
    return Payload(time, *ends, segment[(segment[12] >> 4) * 4 :], sequence)
