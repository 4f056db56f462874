# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""The records of a reply one by one, as kamcmd reads and shows them.

The SDK's decoder gives whole values; kamcmd prints record by record, and shows what came
before a bad one. Nesting is not checked here because it is not there either: a struct that is
never closed is fine.
"""

from __future__ import annotations

from ...core import wire
from .errors import Failure

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    # depth for the indent, "name: " or b"", the value's text
    Record = tuple[int, bytes, bytes]

_MARKS = {wire.STRUCT: (b"{", b"}"), wire.ARRAY: (b"[", b"]")}


class BadRecord(Failure):
    """A record is malformed; the text is kamcmd's."""


class _Bad(Exception):
    def __init__(self, code: int) -> None:
        self.code = code


def walk(data: bytes, start: int) -> Iterator[Record]:
    """Yield the records from ``start`` on.

    :raises BadRecord: a malformed one; all before it have been yielded.
    """
    reader = _Reader(data, start)
    number = 0
    while reader.place < len(data):
        mark = reader.place
        try:
            record = reader.read()
        except (_Bad, IndexError) as error:
            code = error.code if isinstance(error, _Bad) else wire.E_MORE_DATA
            raise BadRecord(
                f"ERROR:: while parsing the record {number}, @{mark - start}: {data[mark]:02x} : "
                + wire.ERROR_TEXTS[code]
            ) from None
        yield record
        number += 1


class _Reader:
    def __init__(self, data: bytes, place: int) -> None:
        self.place = place
        self._data = data
        self._structs = 0
        self._arrays = 0

    def read(self) -> Record:
        """Read one record, a member's name and value together."""
        head = self._byte()
        name = b""
        if head & 15 == wire.AVP:
            if not self._structs:
                raise _Bad(wire.E_TYPE)
            name = _until_nul(self._bytes(head)) + b": "
            head = self._byte()
            if head & 15 in (wire.AVP, wire.ARRAY) or head & 0x8F == wire.STRUCT_END:
                raise _Bad(wire.E_RECORD)
        if head & 15 in _MARKS:
            return self._mark(head, name)
        return self._structs + self._arrays, name, self._value(head)

    def _mark(self, head: int, name: bytes) -> Record:
        kind = head & 15
        step = -1 if head & 0x80 else 1
        if kind == wire.STRUCT:
            self._structs += step
        else:
            self._arrays += step
        # A start mark has no size; that of an end mark is skipped.
        if self._structs < 0 or self._arrays < 0 or (step > 0 and head & 0x70):
            raise _Bad(wire.E_RECORD)
        self._take(head >> 4 & 7)
        depth = self._structs + self._arrays
        if head == wire.STRUCT_START:
            depth -= 1
        return depth, name, _MARKS[kind][step < 0]

    def _value(self, head: int) -> bytes:
        kind = head & 15
        if kind == wire.INT:
            number = int.from_bytes(self._bytes(head), "big") & wire.UINT_MAX
            return b"%d" % (number - 2**32 if number > wire.INT_MAX else number)
        if kind in (wire.STR, wire.BYTES):
            value = self._bytes(head)
            return _until_nul(value[:-1] if kind == wire.STR else value)
        if kind == wire.DOUBLE:
            # No flag for a long size: the whole nibble is the size.
            return _double(int.from_bytes(self._take(head >> 4), "big"))
        raise _Bad(wire.E_RECORD if self._structs else wire.E_TYPE)

    def _byte(self) -> int:
        value = self._data[self.place]
        self.place += 1
        return value

    def _bytes(self, head: int) -> bytes:
        size = head >> 4 & 7
        if head & 0x80:
            size = int.from_bytes(self._take(size), "big") & wire.UINT_MAX
        return self._take(size)

    def _take(self, size: int) -> bytes:
        value = self._data[self.place : self.place + size]
        if len(value) < size:
            raise _Bad(wire.E_MORE_DATA)
        self.place += size
        return value


def _until_nul(value: bytes) -> bytes:
    return value.partition(b"\0")[0]


def _double(raw: int) -> bytes:
    raw &= 0xFFFFFFFFFFFFFFFF
    value = (raw - 2**64 if raw > wire.FIXED_MAX else raw) / 1000
    # int() and not %.0f: minus zero prints as 0.
    return b"%d" % int(value) if value.is_integer() else b"%f" % value
