# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Answers that begin inside another one, which shows that the server cut that one.

A server that cannot send drops the rest of a reply and goes on with the next one
(docs/protocol.md#short-writes), whose bytes then complete the first. Any text may hold bytes that
look like a header: ``á`` ends with the byte that starts one. Hence the search costs a few passes
over the bytes, whatever they are, and stops at a number of finds.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from re import Pattern
    from typing import Callable, Collection, Dict, List, Optional, Set

WINDOW = 65_536
"""Bytes that one pass reads at once."""

_LONGEST = 10  # bytes of a header
_patterns: Dict[bytes, Pattern[bytes]] = {}


def find_answers(
    packet: bytes,
    start: int,
    cookies: Collection[int],
    limit: int,
    check: Optional[Callable[[], object]] = None,
) -> List[int]:
    """Return where ``packet[start:]`` holds what looks like the header of another answer.

    That is the header of a reply or a fault, with both fields in the fewest bytes, as the server
    writes them, which has one of these cookies or announces just what is left of the packet.

    :param limit: the number of offsets after which the search stops; they come in order.
    :param check: called after each MiB; what it raises ends the search.
    """
    found: Set[int] = set()
    begins = _compiled(b"\xa1[\x10-\x1f\x30-\x3f]")
    first = begins.search(packet, start)
    if first is None:
        return []
    at = first.start()
    found.update(_last_ones(packet, at))
    known: Dict[int, Set[bytes]] = {}
    for cookie in cookies:
        raw = cookie.to_bytes(4, "big").lstrip(b"\0") or b"\0"
        known.setdefault(len(raw), set()).add(raw)
    done = 0
    while at < len(packet):
        stop = at + WINDOW
        for size, wanted in known.items():
            pattern = _header(size)
            if not wanted.isdisjoint(pattern.findall(packet, at, stop + _LONGEST)):
                found.update(
                    each.start()
                    for each in pattern.finditer(packet, at, stop + _LONGEST)
                    if each.group(1) in wanted
                )
        if sum(offset < stop for offset in found) >= limit:
            break
        following = begins.search(packet, stop)
        at = len(packet) if following is None else following.start()
        if check is not None and at >> 20 > done:
            done = at >> 20
            check()
    return sorted(found)[:limit]


def _header(size: int) -> Pattern[bytes]:
    """Match a header with a cookie of ``size`` bytes, which is the group."""
    lengths = (b".", b"[^\0].", b"[^\0]..", b"[\1-\x7f]...")
    flags = (_either(*(kind | n << 2 | (size - 1) for kind in (0x10, 0x30))) for n in range(4))
    either = b"|".join(flag + length for flag, length in zip(flags, lengths))
    return _compiled(b"\xa1(?=(?:%b)(%b))" % (either, b"." * size))


def _last_ones(packet: bytes, start: int) -> List[int]:
    """Find the headers that announce just what is left of the packet."""
    end = len(packet)
    found = []
    for length in (1, 2, 3, 4):
        flags = (length - 1) << 2
        kinds = _either(*(kind | flags | size for kind in (0x10, 0x30) for size in range(4)))
        # The first byte of a long length is the same for many places, and narrows the search.
        bits = 8 * (length - 1)
        for high in range(1, 256) if length > 2 else (0,):
            most = (high + 1 << bits if length > 2 else 1 << bits + 8) + 6 + length
            least = (high << bits if length > 2 else 0) + 2 + length
            if end - least < start:
                break
            pattern = _compiled(b"\xa1" + kinds + (_either(high) if length > 2 else b""))
            for each in pattern.finditer(packet, max(start, end - most), end - least + 3):
                at = each.start()
                cookie_at = at + 2 + length
                body_at = cookie_at + (packet[at + 1] & 3) + 1
                if body_at > end or (length > 1 and not packet[at + 2]):
                    continue
                if body_at > cookie_at + 1 and not packet[cookie_at]:
                    continue
                if int.from_bytes(packet[at + 2 : cookie_at], "big") == end - body_at:
                    found.append(at)
    return found


def _either(*values: int) -> bytes:
    return b"[%b]" % b"".join(b"\\x%02x" % value for value in values)


def _compiled(source: bytes) -> Pattern[bytes]:
    pattern = _patterns.get(source)
    if pattern is None:
        import re

        pattern = _patterns[source] = re.compile(source, re.DOTALL)
    return pattern
