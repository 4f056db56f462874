# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""YAML out of plain data: dicts, lists, texts, numbers.

Only what replies need, so that no library has to be there. Every text is quoted in JSON's
way unless it is plainly a word, since YAML reads ``no``, ``1e5`` and ``12:30`` as other things.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*\Z")
_READ_OTHERWISE = frozenset(
    "y yes n no true false on off null nan inf .nan .inf".split()  # noqa: SIM905
)


def dump(data: Any) -> str:
    """Return a document, without its start mark."""
    return "".join(line + "\n" for line in _lines(data))


def _lines(value: Any) -> Iterator[str]:
    if isinstance(value, dict) and value:
        for name, member in value.items():
            yield from _nested(_scalar(str(name)) + ":", member, indent="  ")
    elif isinstance(value, list) and value:
        for item in value:
            inner = list(_lines(item))
            yield "- " + inner[0]
            yield from ("  " + line for line in inner[1:])
    else:
        yield _scalar(value)


def _nested(start: str, value: Any, indent: str) -> Iterator[str]:
    if isinstance(value, (dict, list)) and value:
        yield start
        yield from (indent + line for line in _lines(value))
    else:
        yield f"{start} {_scalar(value)}"


def _scalar(value: Any) -> str:
    if isinstance(value, str):
        plain = _WORD.match(value) and value.lower() not in _READ_OTHERWISE
        # A surrogate is written as the byte it stands for, as YAML knows no surrogates.
        return value if plain else json.dumps(value) if value.isascii() else _quoted(value)
    if isinstance(value, float):
        whole, exponent, power = repr(value).partition("e")
        return whole + ("" if "." in whole else ".0") + exponent + power
    return json.dumps(value)


def _quoted(text: str) -> str:
    # JSON writes characters beyond 16 bits as two surrogates, which YAML does not join.
    pieces = []
    for char in text:
        if char.isascii():
            pieces.append(json.dumps(char)[1:-1])
        elif 0xDC80 <= ord(char) <= 0xDCFF:
            pieces.append(f"\\x{ord(char) & 0xFF:02x}")
        else:
            pieces.append(char if char.isprintable() else f"\\U{ord(char):08x}")
    return '"' + "".join(pieces) + '"'
