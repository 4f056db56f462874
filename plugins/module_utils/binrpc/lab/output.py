# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""A reply under construction: the top level and its structs, each with a limit of its own.

A struct's content is kept apart and put between its marks when the reply is sent. The
resulting pieces decide where a datagram reply is cut (docs/protocol.md#split-replies), so
they are kept as the reference keeps them, empty ones included.
"""

from __future__ import annotations

from functools import lru_cache

from .. import wire
from ..packet import build_header
from ..values import NULL_TEXT
from .convert import to_thousandths

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, List, Optional, Sequence, Tuple

PIECES_PER_WRITE = 96
MAX_FAULT_TEXT = 254
_KEPT = 64
"""Characters of a text whose record is remembered."""

_KEPT_TEXTS = 2000
"""Texts of a list whose records are remembered."""


@lru_cache(maxsize=4096)
def int_record(value: int) -> bytes:
    """Encode the low 32 bits."""
    value &= 0xFFFFFFFF
    size = value.bit_length() + 7 >> 3
    return bytes((size << 4,)) + value.to_bytes(size, "big")


@lru_cache(maxsize=1024)
def double_record(value: float) -> bytes:
    """Encode a double, cut to thousandths; what does not fit becomes the smallest number."""
    pattern = to_thousandths(value) & 0xFFFFFFFFFFFFFFFF
    size = pattern.bit_length() + 7 >> 3
    return bytes((size << 4 | wire.DOUBLE,)) + pattern.to_bytes(size, "big")


def text_record(data: bytes, kind: int = wire.STR) -> bytes:
    """Encode text, or with kind AVP a member's name."""
    size = len(data) + 1
    if size < 8:
        return b"%c%b\0" % (size << 4 | kind, data)
    width = size.bit_length() + 7 >> 3
    return b"%c%b%b\0" % (0x80 | width << 4 | kind, size.to_bytes(width, "big"), data)


def to_bytes(value: Any, char: str = "S") -> bytes:
    """Turn a text value into bytes; ``s`` stops at a NUL as C strings do."""
    if value is None:
        value = NULL_TEXT
    data = value if isinstance(value, bytes) else str(value).encode("utf-8", "surrogateescape")
    return data.partition(b"\0")[0] if char == "s" else data


def value_record(char: str, value: Any) -> Optional[bytes]:
    """Encode a plain value for a format character; None if that is none of the plain ones."""
    if char in "sS":
        return text_record(to_bytes(value, char))
    if char in "dtbu":
        return int_record(int(value))
    if char in "fljLJ":
        return double_record(float(value))
    return None


def name_record(name: str) -> bytes:
    """Encode the name of a member."""
    if len(name) > _KEPT:
        return text_record(to_bytes(name, "s"), wire.AVP)
    return _kept_name(name)


def string_record(text: str) -> bytes:
    """Encode a text value."""
    return text_record(to_bytes(text)) if len(text) > _KEPT else _kept_string(text)


@lru_cache(maxsize=2048)
def _kept_name(name: str) -> bytes:
    return text_record(to_bytes(name, "s"), wire.AVP)


@lru_cache(maxsize=4096)
def _kept_string(text: str) -> bytes:
    return text_record(to_bytes(text))


def string_records(texts: List[str]) -> bytes:
    """Encode text values."""
    if len(texts) > _KEPT_TEXTS:
        return b"".join(map(string_record, texts))
    return _kept_strings(tuple(texts))


@lru_cache(maxsize=32)
def _kept_strings(texts: Tuple[str, ...]) -> bytes:
    return b"".join(map(string_record, texts))


def flat_records(flat: Sequence[Any]) -> Optional[bytes]:
    """Encode plain values, each behind its name; None where that takes more.

    :param flat: names and values in turn, as a Struct has them.
    """
    records: List[bytes] = []
    for index in range(1, len(flat), 2):
        value = flat[index]
        kind = type(value)
        if kind is str:
            record = string_record(value)
        elif kind is int and wire.INT_MIN <= value <= wire.UINT_MAX:
            record = int_record(value)
        elif kind is float:
            record = double_record(value)
        else:
            return None
        if flat[index - 1] is not None:
            records.append(name_record(flat[index - 1]))
        records.append(record)
    return b"".join(records)


class Body:
    """The direct content of the top level or of one struct, up to ``limit`` bytes."""

    __slots__ = ("_chunks", "_flat", "_left", "_structs")

    def __init__(self, limit: int) -> None:
        self._left = limit
        self._chunks: List[bytearray] = [bytearray()]
        self._flat = True  # all structs are complete
        self._structs: List[Any] = []  # each a Body, or the records of a complete one

    @property
    def empty(self) -> bool:
        """Nothing was added so far."""
        return not self._structs and not self._chunks[0]

    def add(self, record: bytes) -> bool:
        """Append records whole, or return False if they do not fit."""
        if len(record) > self._left:
            return False
        self._left -= len(record)
        self._chunks[-1] += record
        return True

    def open(self, name: bytes, limit: int) -> Optional[Body]:
        """Append a struct behind ``name`` (a record, or b""); None if its marks do not fit."""
        if len(name) + 2 > self._left:
            return None
        self._left -= len(name) + 2
        self._flat = False
        struct = Body(limit)
        self._structs.append(struct)
        self._chunks[-1] += name + b"\x03"
        self._chunks.append(bytearray(b"\x83"))
        return struct

    def add_struct(self, records: bytes) -> bool:
        """Append a struct that is complete, or return False if its marks do not fit."""
        if self._left < 2:
            return False
        self._left -= 2
        self._structs.append(records)
        self._chunks[-1] += b"\x03"
        self._chunks.append(bytearray(b"\x83"))
        return True

    def pieces(self) -> List[bytes]:
        """Put everything in order."""
        if self._flat:
            parts: List[Any] = [self._chunks[0]]
            for index, records in enumerate(self._structs, 1):
                parts += (records, self._chunks[index])
            return parts
        pieces: List[Any] = []
        pending: List[Any] = [self]
        while pending:  # a stack: structs may be nested deeper than Python's
            item = pending.pop()
            if not isinstance(item, Body):
                pieces.append(item)
                continue
            for index in range(len(item._structs) - 1, -1, -1):
                pending += (item._chunks[index + 1], item._structs[index])
            pending.append(item._chunks[0])
        return pieces


def reply_pieces(cookie: int, body: Body) -> List[bytes]:
    """Build a reply: its header and then the pieces of its body."""
    pieces = body.pieces()
    total = len(pieces[0]) if len(pieces) == 1 else sum(map(len, pieces))
    return [build_header(wire.REPLY, cookie, total), *pieces]


def fault_packet(cookie: int, code: int, text: bytes) -> Optional[bytes]:
    """Build a fault, or None where the reference's staging buffer is too small for it.

    It holds five bytes for the code and the head of the text, so a code above 65535 (or
    16777215 with a text of up to six bytes) or below 0, and a text above 254 bytes, cannot
    be sent (docs/protocol.md#fault-limits).
    """
    if len(text) > MAX_FAULT_TEXT:
        return None
    head = int_record(code)
    if len(head) + (1 if len(text) < 7 else 2) > 5:
        return None
    body = head + text_record(text)
    return build_header(wire.FAULT, cookie, len(body)) + body


def writes(pieces: List[bytes]) -> List[bytes]:
    """Join pieces into the writes in which they leave: on datagrams, each is one."""
    if len(pieces) <= PIECES_PER_WRITE:
        return [b"".join(pieces)]
    return [
        b"".join(pieces[start : start + PIECES_PER_WRITE])
        for start in range(0, len(pieces), PIECES_PER_WRITE)
    ]
