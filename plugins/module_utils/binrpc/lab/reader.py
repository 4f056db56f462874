# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Reads a request's records one by one, as the reference parser does.

See docs/protocol.md#reading-records, strict mode.

Unlike :mod:`..decoder` it knows which type its caller wants and stops with the reference's
own error code, since both show in faults. Nothing is read outside the body: a string without
its NUL ends with its record, a length with the top bit set is a corrupted packet.
"""

from __future__ import annotations

from .. import wire

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Optional

_MEMBER_VALUES = (wire.INT, wire.STR, wire.DOUBLE, wire.STRUCT, wire.BYTES)


class ReadError(Exception):
    """A record could not be read.

    :ivar code: one of ``wire.E_*``.
    :ivar type: the record's type, None if the header was not reached or the value was cut.
    """

    def __init__(self, code: int, type: Optional[int] = None) -> None:
        super().__init__(code, type)
        self.code = code
        self.type = type


class Record:
    """One record: its ``type``, its value ``data`` (b"" for marks), whether it is an end mark."""

    __slots__ = ("data", "end", "type")

    def __init__(self, type: int, data: bytes, end: bool = False) -> None:
        self.type = type
        self.data = data
        self.end = end

    @property
    def int(self) -> int:
        """The low 32 bits as a signed number."""
        value = int.from_bytes(self.data, "big") & 0xFFFFFFFF
        return value - 0x100000000 if value > 0x7FFFFFFF else value

    @property
    def float(self) -> float:
        """The low 64 bits as a signed number of thousandths; for int records the int."""
        if self.type == wire.INT:
            return float(self.int)
        raw = int.from_bytes(self.data, "big") & 0xFFFFFFFFFFFFFFFF
        if raw > wire.FIXED_MAX:
            raw -= 0x10000000000000000
        return float(raw) / 1000.0  # in two roundings, as C does it

    @property
    def text(self) -> bytes:
        """The counted string: all but the last byte, whatever that is."""
        return self.data[:-1]

    @property
    def c_text(self) -> bytes:
        """The string up to its first NUL; a record without one is taken whole."""
        return self.data.partition(b"\0")[0]


class RecordReader:
    """A position in the body ``data[start:end]``.

    :ivar offset: where the next record starts; an error leaves it alone.
    :param int_as_double: accept int records where a double is wanted (newer Kamailio).
    """

    __slots__ = ("_arrays", "_data", "_end", "_int_as_double", "_structs", "offset")

    def __init__(self, data: bytes, start: int, end: int, int_as_double: bool = False) -> None:
        self._data = data
        self._end = end
        self._int_as_double = int_as_double
        self._structs = 0
        self._arrays = 0
        self.offset = start

    def read(self, want: int = wire.ANY) -> Record:
        """Read one record of the wanted type; of a struct's member, that is its value.

        :raises ReadError: with the reference parser's code.
        """
        record, stop = self._record(self.offset, want)
        if record.type == wire.AVP:
            if not self._structs:
                raise ReadError(wire.E_TYPE, wire.AVP)
            try:
                value, stop = self._record(stop, wire.ANY, in_member=True)
            except ReadError as error:
                code = wire.E_MORE_DATA if error.code == wire.E_EOP else error.code
                raise ReadError(code, wire.AVP) from None
            # An unknown type passes here, and fails where it is to become something.
            if value.end or value.type in (wire.AVP, wire.ARRAY):
                raise ReadError(wire.E_RECORD, wire.AVP)
            if value.type == wire.STRUCT:
                self._structs += 1
            record = value
        elif record.type == wire.STRUCT:
            self._structs = self._mark(record, self._structs)
        elif record.type == wire.ARRAY:
            self._arrays = self._mark(record, self._arrays)
        elif record.type not in _MEMBER_VALUES:
            raise ReadError(wire.E_RECORD if self._structs else wire.E_TYPE, record.type)
        self.offset = stop
        return record

    def _record(self, pos: int, want: int, in_member: bool = False) -> "tuple[Record, int]":
        data = self._data
        if pos >= self._end:
            raise ReadError(wire.E_EOP)
        head = data[pos]
        pos += 1
        kind = head & 15
        end_mark = False
        if kind == wire.DOUBLE:
            size = head >> 4
        elif head < 0x80:
            size = head >> 4
        else:
            end_mark = True
            value_at = pos + (head >> 4 & 7)
            if value_at > self._end:
                raise ReadError(wire.E_MORE_DATA)
            size = int.from_bytes(data[pos:value_at], "big") & 0xFFFFFFFF
            if size > wire.INT_MAX:
                raise ReadError(wire.E_BADPKT)
            pos = value_at
        stop = pos + size
        if stop > self._end:
            raise ReadError(wire.E_MORE_DATA)
        if want not in (wire.ANY, kind) and not (
            self._int_as_double and want == wire.DOUBLE and kind == wire.INT
        ):
            raise ReadError(wire.E_TYPE)
        if kind in (wire.STRUCT, wire.ARRAY):
            # The size of a mark is checked against the end of the body and then forgotten.
            if self._structs and not in_member and not (kind == wire.STRUCT and end_mark):
                raise ReadError(wire.E_RECORD, kind)
            return Record(kind, b"", end_mark), pos
        if self._structs and not in_member and kind != wire.AVP:
            raise ReadError(wire.E_RECORD, kind)
        return Record(kind, data[pos:stop]), stop

    @staticmethod
    def _mark(record: Record, depth: int) -> int:
        if not record.end:
            return depth + 1
        if not depth:
            raise ReadError(wire.E_RECORD, record.type)
        return depth - 1
