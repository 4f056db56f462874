# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Words to parameters, typed by C's rules as kamcmd has them.

What ``strtol`` reads to its end is an int, what ``strtod`` does is a double, and anything else
a string, less one leading ``s:``. So the empty word is the int 0, and ``0x10`` and ``1e5`` are
doubles.
"""

from __future__ import annotations

from ...core.values import Fixed
from .errors import Failure

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    Value = int | Fixed | str

_BLANKS = " \t\n\v\f\r"
_LONG_MAX = 2**63 - 1
_LONG_MIN = -(2**63)

NO_NUMBER = _LONG_MIN
"""Thousandths of what has none, or too many: infinity, NaN."""

MAX_ARGUMENTS = 256


def parse_all(words: Iterable[str]) -> list[Value]:
    """Type every word.

    :raises Failure: more than kamcmd allows.
    """
    values = [parse(word) for word in words]
    if len(values) > MAX_ARGUMENTS:
        raise Failure(
            f"ERROR: too many args {len(values)}, only {MAX_ARGUMENTS} allowed",
        )
    return values


def parse(word: str) -> Value:
    """Type one word."""
    if not word:
        return 0
    bare = word.lstrip(_BLANKS)
    negative = bare[:1] == "-"
    if bare[:1] in ("+", "-"):
        bare = bare[1:]
    if bare.isdecimal() and bare.isascii():
        # C saturates at 64 bits and then keeps the low 32.
        number = -int(bare) if negative else int(bare)
        return (max(_LONG_MIN, min(_LONG_MAX, number)) + 2**31) % 2**32 - 2**31
    double = _double(bare)
    if double is None:
        return word.removeprefix("s:")
    return _thousandths(-double if negative else double)


def _double(text: str) -> float | None:
    """Read what follows the sign as ``strtod`` would, None unless it takes all of it."""
    lower = text.lower()
    if lower in ("inf", "infinity") or lower == "nan" or _is_nan_with_text(lower):
        return float(lower[:3])
    try:
        if lower.startswith("0x"):
            return float.fromhex(lower)
        if lower[:1] not in ("", "+", "-") and not lower.strip("0123456789.e+-"):
            return float(lower)
    except OverflowError:
        return float("inf")
    except ValueError:
        pass
    return None


def _is_nan_with_text(lower: str) -> bool:
    inside = lower[4:-1].replace("_", "0")
    return lower.startswith("nan(") and lower[-1] == ")" and (not inside or _is_word(inside))


def _is_word(text: str) -> bool:
    return text.isascii() and text.isalnum()


def _thousandths(value: float) -> Fixed:
    """Cut as kamcmd does; what does not fit, infinity and NaN included, is the lowest number."""
    scaled = value * 1000
    fits = _LONG_MIN <= scaled < -_LONG_MIN
    return Fixed(int(scaled) if fits else NO_NUMBER)
