# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
r"""Texts with bytes that are not UTF-8, in a form that every format can carry.

Inside the library such a byte is a lone surrogate, which neither JSON nor YAML transports. A
result is escaped once, where it leaves (:func:`visible`); what comes in is unescaped once, where
it enters (:func:`raw`). Between the two, texts are as the server sent them.
"""

from __future__ import annotations

import re

from ..printable import printable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, Match

FOR_PEOPLE = ("msg", "comment", "warnings", "diff")
"""Members of a result that are shown and not worked with."""

_BYTE = re.compile("[\udc80-\udcff]")
_ESCAPE = re.compile(r"\\x(5c|[89a-f][0-9a-f])")
_ESCAPED_BYTE = re.compile(rb"\\x(5c|[89a-f][0-9a-f])")


def visible(value: Any) -> Any:
    r"""Replace bytes that are not UTF-8 with escapes, in all texts of a value.

    :func:`raw` undoes it without doubt.

    >>> print(visible({"name": "caf\udce9"})["name"])
    caf\xe9
    """
    if isinstance(value, str):
        if value.isascii() and "\\" not in value:
            return value  # as nearly every text
        # A backslash that looks like the start of an escape becomes one.
        value = _ESCAPE.sub(r"\\x5cx\1", value)
        return _BYTE.sub(_hexadecimal, value)
    if isinstance(value, dict):
        return {visible(key): visible(member) for key, member in value.items()}
    if isinstance(value, list):
        return [visible(item) for item in value]
    return value


def for_people(text: str) -> str:
    """Return a text for people: :func:`visible`, and safe on any terminal."""
    return printable(visible(text))


def shown(result: Dict[str, Any]) -> Dict[str, Any]:
    """Return the result of a task or state, :func:`visible`, and safe to show where people read."""
    found = {name: visible(member) for name, member in result.items()}
    if isinstance(found.get("results"), list):
        found["results"] = [
            shown(each) if isinstance(each, dict) else visible(each) for each in result["results"]
        ]
    for name in FOR_PEOPLE:
        if name in found:
            found[name] = _safe(found[name])
    return found


def _safe(value: Any) -> Any:
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, dict):
        return {_safe(key): _safe(member) for key, member in value.items()}
    if isinstance(value, list):
        return [_safe(item) for item in value]
    return value


def _hexadecimal(found: Match[str]) -> str:
    return "\\x%02x" % (ord(found.group()) - 0xDC00)


def raw(text: str) -> str:
    r"""Undo :func:`visible` for a text.

    >>> raw(r"caf\xe9") == "caf\udce9", raw(r"\x5cxe9") == r"\xe9"
    (True, True)
    """
    if "\\" not in text:
        return text
    data = text.encode("utf-8", "surrogateescape")
    return _ESCAPED_BYTE.sub(_byte, data).decode("utf-8", "surrogateescape")


def _byte(found: Match[bytes]) -> bytes:
    return bytes((int(found.group(1), 16),))


def quoted(value: Any) -> str:
    """Return ``repr(value)`` without escapes of its own for bytes that are not UTF-8."""
    if not isinstance(value, str) or not _BYTE.search(value):
        return repr(value)
    parts = re.split("([\udc80-\udcff])", value)
    inner = "".join(part if _BYTE.match(part) else repr(part)[1:-1] for part in parts)
    return "'%s'" % inner
