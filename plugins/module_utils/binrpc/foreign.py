# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Numbers and JSON in texts of others: files, servers, options.

Python's own readers take their time, or raise unexpected errors. Thousands of digits take
quadratic time before Python 3.11, and raise an error about ``sys.set_int_max_str_digits`` since;
brackets without end raise a RecursionError. These raise a ValueError that says what is wrong.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Optional, Union

MAX_DIGITS = 40
"""Digits of a whole number, those of 2**128 and some more."""

MAX_JSON_DEPTH = 64
MAX_JSON = 64 * 1024 * 1024
"""Characters of a JSON text, and lists and objects in one another."""


def whole(text: str, base: int = 10) -> int:
    """Read a whole number: ASCII digits, perhaps a sign before and spaces around.

    :param base: 10, 8 or 16, without a prefix.
    :raises ValueError: the text is none, or has more than :data:`MAX_DIGITS` digits.
    """
    plain = text.strip(" \t\r\n")
    digits = plain[1:] if plain[:1] in ("+", "-") else plain
    if not digits.isalnum() or not digits.isascii():
        raise ValueError("%s is not a whole number" % shortened(text))
    if len(digits) > MAX_DIGITS:
        raise ValueError(
            "%s has %d digits; at most %d are read" % (shortened(text), len(digits), MAX_DIGITS)
        )
    try:
        return int(plain, base)
    except ValueError:
        raise ValueError("%s is not a whole number" % shortened(text)) from None


def whole_or_none(text: object, base: int = 10) -> Optional[int]:
    """Read a whole number as :func:`whole` does; None for what is none."""
    try:
        return whole(text, base) if isinstance(text, str) else None
    except ValueError:
        return None


def parse_json(
    text: Union[str, bytes],
    *,
    max_size: int = MAX_JSON,
    max_depth: int = MAX_JSON_DEPTH,
    pairs: Optional[Callable[[Any], Any]] = None,
) -> Any:
    """Read a JSON text in time and memory that its size limits.

    :param text: bytes are UTF-8, perhaps with a byte order mark.
    :param max_size: characters, or bytes, allowed.
    :param max_depth: lists and objects allowed in one another.
    :param pairs: what makes an object of its pairs, instead of ``dict``.
    :raises ValueError: it is not JSON, or asks for more than is allowed; says where.
    """
    import json

    if len(text) > max_size:
        raise ValueError("the JSON text has %d characters; at most %d" % (len(text), max_size))
    if isinstance(text, bytes):
        text = text.decode("utf-8")  # UnicodeDecodeError is a ValueError
    text = text.lstrip("\ufeff")
    _check_depth(text, max_depth)
    try:
        return json.loads(text, parse_int=whole, object_pairs_hook=pairs)
    except RecursionError:
        raise ValueError("the JSON text is nested too deeply") from None


def _check_depth(text: str, most: int) -> None:
    import re

    depth = 0
    # A text that has no end goes on to the end, so that each character is read once.
    for found in re.finditer(r'"(?:[^"\\]|\\.)*(?:"|\\?\Z)|[\[{]|[\]}]', text, re.DOTALL):
        mark = found.group()
        if mark in ("[", "{"):
            depth += 1
            if depth > most:
                raise ValueError(
                    "the JSON text is nested deeper than %d at character %d"
                    % (most, found.start() + 1)
                )
        elif mark in ("]", "}"):
            depth -= 1


def shortened(text: str, most: int = 60) -> str:
    """Return a text as ``repr`` shows it, with an ellipsis for what is left out."""
    return repr(text) if len(text) <= most else repr(text[:most]) + "..."
