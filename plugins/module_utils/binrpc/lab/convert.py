# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Conversions between parameter types, in the arithmetic of C on x86-64.

See docs/protocol.md#conversions.
"""

from __future__ import annotations

import math
import re

from .. import wire
from .reader import ReadError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Tuple

    from .reader import Record

_NUMBER = re.compile(
    rb"[ \t\n\v\f\r]*([+-]?)(?:"
    rb"(0x(?:[0-9a-f]+\.?[0-9a-f]*|\.[0-9a-f]+)(?:p[+-]?[0-9]+)?)"
    rb"|((?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:e[+-]?[0-9]+)?)"
    rb"|(inf(?:inity)?)|(nan(?:\([0-9a-z_]*\))?))",
    re.IGNORECASE,
)
_INTEGER = re.compile(
    rb"[ \t\n\v\f\r]*([+-]?)(?:0x([0-9a-f]+)|(0[0-7]*)|([1-9][0-9]*))", re.IGNORECASE
)
_DIGITS = re.compile(rb"([+-]?)([0-9]*)\Z")


def convert(record: Record, char: str) -> Any:
    """Give a record the type of a scan format character, under autoconversion.

    :raises ReadError: TYPE or, for a double that should be text, BUG.
    """
    kind = record.type
    if kind not in (wire.INT, wire.STR, wire.DOUBLE):
        raise ReadError(wire.E_TYPE, kind)
    if char in "sS":
        if kind == wire.DOUBLE:
            raise ReadError(wire.E_BUG, kind)
        if kind == wire.INT:
            return str(record.int & 0xFFFFFFFFFFFFFFFF)
        return plain(record, char)
    if kind == wire.STR:
        return _from_text(record.text, char)
    if kind == wire.DOUBLE and char in "dutb":
        return narrow(to_int32(record.float), char)
    return plain(record, char)


def plain(record: Record, char: str) -> Any:
    """Give the value of a record that has the wanted type already."""
    if char == "s":
        return record.c_text.decode("utf-8", "surrogateescape")
    if char == "S":
        return record.text.decode("utf-8", "surrogateescape")
    if char in "dutb":
        return narrow(record.int, char)
    return record.float if char == "f" else to_int64(record.float)


def narrow(value: int, char: str) -> int:
    """View a signed 32-bit number as ``u`` does; the other ints keep their sign."""
    return value & 0xFFFFFFFF if char == "u" else value


def _from_text(text: bytes, char: str) -> Any:
    if char in "dutb":
        match = _DIGITS.match(text)
        # Ten digits are enough for an int; Python refuses to look at thousands.
        digits = match.group(2).lstrip(b"0") if match else b"x" * 11
        # An empty text, "+" and "-" are 0: the digits are added to nothing.
        value = int(digits or b"0") if len(digits) < 11 else 1 << 40
        if match and match.group(1) == b"-":
            value = -value
        if not wire.INT_MIN <= value <= wire.INT_MAX:
            raise ReadError(wire.E_TYPE, wire.STR)
        return narrow(value, char)
    number, used = strtod(text.partition(b"\0")[0])
    if not used:
        raise ReadError(wire.E_TYPE, wire.STR)
    return number if char == "f" else to_int64(number)


def strtod(text: bytes) -> Tuple[float, int]:
    """Do as C's strtod: the number at the start of the text, and how many bytes it took."""
    match = _NUMBER.match(text)
    if match is None:
        return 0.0, 0
    sign, hexadecimal, decimal, infinite, _nan = match.groups()
    if hexadecimal:
        try:
            value = float.fromhex(hexadecimal.decode())
        except OverflowError:
            value = math.inf
    elif decimal:
        value = float(decimal)
    else:
        value = math.inf if infinite else math.nan
    return (-value if sign == b"-" else value), match.end()


def strtol(text: bytes) -> int:
    """Do as C's strtol with base 0, cut to 32 bits: 0x10 is 16, 010 is 8, junk is 0."""
    match = _INTEGER.match(text)
    if match is None:
        return 0
    sign, hexadecimal, octal, decimal = match.groups()
    if hexadecimal:
        value = int(hexadecimal, 16)
    elif octal:
        value = int(octal, 8)
    else:
        value = int(decimal[:20])  # more digits than fit; Python refuses thousands
    if sign == b"-":
        value = -value
    value = max(wire.FIXED_MIN, min(value, wire.FIXED_MAX)) & 0xFFFFFFFF
    return value - 0x100000000 if value > 0x7FFFFFFF else value


def to_int32(value: float) -> int:
    """Cast as x86-64 does: toward zero, and the smallest int for what does not fit."""
    if -2147483649.0 < value < 2147483648.0:
        return int(value)
    return wire.INT_MIN


def to_int64(value: float) -> int:
    """Cast to a 64-bit int, in the same way."""
    if -9223372036854775808.0 <= value < 9223372036854775808.0:
        return int(value)
    return wire.FIXED_MIN


def to_thousandths(value: float) -> int:
    """Scale for a double record as the reference encoder does: cut, not rounded."""
    return to_int64(value * 1000.0)
