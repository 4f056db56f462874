# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

"""Answers inside an answer: each is found, and looking costs a few passes over any bytes."""

from __future__ import annotations

import random

import pytest

from kamailio_binrpc.core import cut_replies, wire
from kamailio_binrpc.core.cut_replies import find_answers
from kamailio_binrpc.core.packet import build_header, encode, parse_header

PASSES = 6
"""How many times each byte may be read."""


def header(length, cookie, kind=wire.REPLY):
    return build_header(kind, cookie, length)


@pytest.mark.parametrize("kind", [wire.REPLY, wire.FAULT])
@pytest.mark.parametrize("cookie", [0, 5, 0x1234, 0xA1A1A1, 0x11223344, 0xFFFFFFFF])
@pytest.mark.parametrize("length", [0, 5, 0x1234, 0x123456, 0x7FFFFFFF])
def test_a_header_with_a_cookie_of_ours_is_found(length, cookie, kind):
    packet = b"x" * 7 + header(length, cookie, kind) + b"y" * 7
    assert find_answers(packet, 0, [1, cookie], 9) == [7]
    assert find_answers(packet, 7, [cookie], 9) == [7]
    assert find_answers(packet, 8, [cookie], 9) == []
    assert find_answers(packet, 0, [cookie ^ 1], 9) == []


@pytest.mark.parametrize("kind", [wire.REPLY, wire.FAULT])
@pytest.mark.parametrize("cookie", [0, 0x12, 0x1234, 0x123456, 0x12345678])
@pytest.mark.parametrize("length", [0, 1, 255, 256, 65535, 65536, 0x12FFFF, 0x130000])
def test_a_header_that_fits_the_end_is_found(length, cookie, kind):
    packet = b"x" * 300 + header(length, cookie, kind) + b"y" * length
    assert find_answers(packet, 0, [], 9) == [300]
    assert find_answers(packet + b"y", 0, [], 9) == []
    assert find_answers(packet[:-1], 0, [], 9) == []


@pytest.mark.parametrize(
    "odd",
    [
        header(9, 5, wire.REQUEST),
        b"\xa1\x40\x01\x05y",  # no type
        b"\xa1\x14\x00\x01\x05y",  # padded, as no server writes it
        b"\xa1\x11\x01\x00\x05y",
        b"\xa1\x1c\x80\x00\x00\x00\x05",
        b"\xa1",
        b"\xa1\x13\x00\x05",
    ],
)
def test_headers_that_no_server_writes(odd):
    assert find_answers(b"xx" + odd, 0, [5], 9) == []


def test_the_search_ends_at_the_limit():
    packet = header(1, 5) * 20
    assert find_answers(packet, 0, [5], 3) == [0, 4, 8]
    assert find_answers(packet, 0, [5], 99) == list(range(0, 80, 4))


@pytest.mark.parametrize("window", [1, 2, 5, 64])
def test_windows_hide_nothing(monkeypatch, window):
    monkeypatch.setattr(cut_replies, "WINDOW", window)
    pick = random.Random(window)
    alphabet = b"\xa1\xa1\xa1\x10\x13\x14\x17\x31\x00\x01\x05x"
    for _turn in range(300):
        packet = bytes(pick.choices(alphabet, k=pick.randrange(80)))
        assert find_answers(packet, 3, [0x01, 0x05, 0x0113], 99) == slowly(
            packet, 3, [1, 5, 0x0113]
        )


def slowly(packet, start, cookies):
    """Do the same at one place after the other."""
    found = []
    for at in range(start, len(packet)):
        if packet[at] == wire.MAGIC and packet[at + 1 : at + 2] and packet[at + 1] >> 4 in {1, 3}:
            seen = parse_header(packet, at)
            if (
                seen is not None
                and header(seen.body, seen.cookie, seen.type) == packet[at : at + seen.size]
                and (seen.cookie in cookies or at + seen.total == len(packet))
            ):
                found.append(at)
    return found


def test_a_check_can_end_the_search():
    calls = []
    assert find_answers("á?".encode() * 1_200_000, 0, [5], 9, lambda: calls.append(1)) == []
    assert len(calls) == 3


# -- work ------------------------------------------------------------------------------


class Counting:
    """A pattern that counts the bytes it was given, and what it found there."""

    def __init__(self, pattern, counted):
        self.pattern = pattern
        self.counted = counted

    def _read(self, packet, start, stop):
        self.counted[0] += max(0, min(stop, len(packet)) - start)

    def search(self, packet, start=0):
        found = self.pattern.search(packet, start)
        self._read(packet, start, len(packet) if found is None else found.end())
        return found

    def findall(self, packet, start, stop):
        self._read(packet, start, stop)
        return self.pattern.findall(packet, start, stop)

    def finditer(self, packet, start, stop):
        self._read(packet, start, stop)
        return self.pattern.finditer(packet, start, stop)


SIZE = 1 << 20
HOSTILE = {
    "ASCII": b"gateway " * (SIZE // 8),
    "Spanish": "¿Está allá? Está más allá; adiós, Málaga á1. ".encode() * (SIZE // 52),
    "Russian": "Съешь ещё этих мягких французских булок 37. ".encode() * (SIZE // 76),
    "Chinese": "你好嗎你好好1".encode() * (SIZE // 22),
    "á": "á".encode() * (SIZE // 2),
    "á1": "á1".encode() * (SIZE // 3),
    "A1": b"\xa1" * SIZE,
    "starts": b"\xa1\x13" * (SIZE // 2),
    "short headers": b"\xa1\x10\x07\x07" * (SIZE // 4),
    "headers": b"\xa1\x1b\x05\x05\x05\x05\x05\x05\x05" * (SIZE // 9),
    "lengths": b"".join(header(SIZE - at - 9, 0x99999999) for at in range(0, SIZE - 70_000, 9)),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_each_byte_is_read_a_few_times(monkeypatch, name):
    counted = [0]
    compiled = cut_replies._compiled
    monkeypatch.setattr(
        cut_replies, "_compiled", lambda source: Counting(compiled(source), counted)
    )
    packet = HOSTILE[name]
    found = find_answers(packet, 0, [0x11223344, 0x55667788, 0x99AABB], 9)
    assert len(found) <= 9
    assert counted[0] <= PASSES * len(packet)


def test_every_packet_that_a_server_writes_is_found_in_another():
    inner = encode(["x", 1.5, 7], wire.REPLY, 0x1234567)
    outer = encode(["a" * 400], wire.REPLY, 0x89ABCDEF)
    for at in range(8, len(outer)):
        packet = outer[:at] + inner
        assert find_answers(packet, 8, [], 9) == [at]
        assert find_answers(packet + b"rest", 8, [0x1234567], 9) == [at]
