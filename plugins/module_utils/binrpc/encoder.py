# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Python values to record bytes, in the reference encoder's minimal form.

See docs/protocol.md#records.
"""

from __future__ import annotations

from . import wire
from .errors import EncodeError
from .values import Avp, Fixed, Struct

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, Iterable, Optional


class Encoder:
    """Appends records to ``out``.

    :param truncate: cut doubles toward zero as the server does (1.001 becomes 1.000)
        instead of rounding to the nearest thousandth.
    :param allow_nul: accept NUL inside a string; most server code stops reading there.
    :param max_depth: nested structs and arrays allowed at once.
    """

    __slots__ = ("_names", "allow_nul", "max_depth", "out", "truncate")

    def __init__(
        self,
        out: Optional[bytearray] = None,
        *,
        truncate: bool = False,
        allow_nul: bool = False,
        max_depth: int = wire.MAX_DEPTH,
    ) -> None:
        self.out = bytearray() if out is None else out
        self.truncate = truncate
        self.allow_nul = allow_nul
        self.max_depth = max_depth
        self._names: Dict[str, bytes] = {}

    def add_all(self, values: Iterable[Any]) -> None:
        """Append every value of a message body.

        :raises EncodeError: a value has no binrpc form; says which, counted from 0.
        """
        for index, value in enumerate(values):
            try:
                self.add(value)
            except EncodeError as error:
                raise EncodeError("value %d: %s" % (index, error)) from None

    def add(self, value: Any, depth: int = 0) -> None:
        """Append one value.

        :raises EncodeError: the value has no binrpc form.
        """
        kind = type(value)
        if kind is str:
            self._add_text(value, wire.STR)
        elif kind is int:
            self._add_int(value)
        elif kind is float:
            self._add_fixed(self._thousandths(value))
        elif kind is Struct:
            self._add_struct(value, depth)
        else:
            self._add_rarer(value, depth)

    def _add_rarer(self, value: Any, depth: int) -> None:
        """Append a value that is not exactly one of the four common types."""
        if isinstance(value, Fixed):
            if not wire.FIXED_MIN <= value.raw <= wire.FIXED_MAX:
                raise EncodeError("%r does not fit a double record (64 bits)" % value)
            self._add_fixed(value.raw)
        elif isinstance(value, int):  # bool too: Kamailio's bools are ints
            self._add_int(int(value))
        elif isinstance(value, float):
            self._add_fixed(self._thousandths(value))
        elif isinstance(value, str):
            self._add_text(value, wire.STR)
        elif isinstance(value, (bytes, bytearray, memoryview)):
            data = bytes(value)
            self._head(wire.BYTES, len(data))
            self.out += data
        elif isinstance(value, Struct) or hasattr(value, "items"):
            self._add_struct(value, depth)
        elif isinstance(value, (list, tuple)):
            self._check_depth(depth)
            self.out.append(wire.ARRAY_START)
            for item in value:
                self.add(item, depth + 1)
            self.out.append(wire.ARRAY_END)
        elif isinstance(value, Avp):
            self._add_text(value.name, wire.AVP)
            self.add(value.value, depth)
        elif value is None:
            raise EncodeError("binrpc has no null; leave the value out, or send '' or '.'")
        else:
            raise EncodeError("no binrpc form for %s" % type(value).__name__)

    def _add_int(self, value: int) -> None:
        if 0 <= value < 256:
            if value:
                self.out += bytes((0x10, value))
            else:
                self.out.append(0)
            return
        if not wire.INT_MIN <= value <= wire.UINT_MAX:
            raise EncodeError(
                "%d does not fit a 32-bit int; send a float (exact up to 2**53)" % value
            )
        pattern = value & 0xFFFFFFFF
        size = (pattern.bit_length() + 7) >> 3
        self.out.append(size << 4)
        self.out += pattern.to_bytes(size, "big")

    def _thousandths(self, value: float) -> int:
        scaled = value * 1000
        # Also false for NaN; infinities fail one side.
        if not wire.FIXED_MIN <= scaled < wire.FIXED_MAX:
            raise EncodeError("%r does not fit a double record (below 9.2e15)" % value)
        return int(scaled) if self.truncate else round(scaled)

    def _add_fixed(self, raw: int) -> None:
        pattern = raw & 0xFFFFFFFFFFFFFFFF
        size = (pattern.bit_length() + 7) >> 3
        self.out.append(size << 4 | wire.DOUBLE)
        self.out += pattern.to_bytes(size, "big")

    def _add_text(self, value: str, kind: int) -> None:
        try:
            data = value.encode("utf-8", "surrogateescape")
        except UnicodeEncodeError as error:
            raise EncodeError(
                "%r holds a lone surrogate, which stands for no byte" % value
            ) from error
        except AttributeError:
            raise EncodeError(
                "a member name must be str or None, not %s" % type(value).__name__
            ) from None
        if 0 in data and not self.allow_nul:
            raise EncodeError(
                "%r holds a NUL, at which most methods stop reading; pass allow_nul=True "
                "to send it all the same" % value
            )
        self._head(kind, len(data) + 1)
        self.out += data
        self.out.append(0)

    def _head(self, kind: int, size: int) -> None:
        """Append a record header; sizes from 8 up take length bytes of their own."""
        if size < 8:
            self.out.append(size << 4 | kind)
            return
        width = (size.bit_length() + 7) >> 3
        if width > 4 or size > wire.INT_MAX:
            raise EncodeError("%d bytes in one record; the limit is 2**31-1" % size)
        self.out.append(0x80 | width << 4 | kind)
        self.out += size.to_bytes(width, "big")

    def _add_struct(self, value: Any, depth: int) -> None:
        self._check_depth(depth)
        out = self.out
        names = self._names
        out.append(wire.STRUCT_START)
        for name, member in value.items():
            if name is not None:
                # Names repeat from struct to struct, so their bytes are made once.
                if name in names:
                    out += names[name]
                else:
                    before = len(out)
                    self._add_text(name, wire.AVP)
                    names[name] = bytes(out[before:])
                if isinstance(member, (list, tuple)):
                    raise EncodeError(
                        "member %r: binrpc refuses an array as a member's value; Kamailio "
                        "writes Struct.of(...), members without names, instead" % name
                    )
            try:
                self.add(member, depth + 1)
            except EncodeError as error:
                raise EncodeError("member %r: %s" % (name, error)) from None
        out.append(wire.STRUCT_END)

    def _check_depth(self, depth: int) -> None:
        if depth >= self.max_depth:
            raise EncodeError("nested deeper than max_depth=%d" % self.max_depth)
