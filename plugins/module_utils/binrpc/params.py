# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Parameters whose record type is written down instead of guessed.

A number that went through a template, a shell or a form has become text, and binrpc is typed:
``"5"`` and ``5`` are different parameters. Two notations force a type:

* a mapping with the keys ``type`` and ``value``: ``{"type": "int", "value": "5"}``
* a prefix in text, where the caller allows it: ``i:5`` ``d:1.5`` ``s:5`` ``b:0a0b``
"""

from __future__ import annotations

import re

from .errors import EncodeError
from .foreign import shortened, whole

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

TYPES = ("str", "int", "float", "bool", "bytes")
_PREFIXES = {"s": "str", "i": "int", "d": "float", "b": "bytes"}
_TRUE = ("true", "yes", "on", "1")
_FALSE = ("false", "no", "off", "0")


def force(type: str, value: Any) -> Any:
    """Convert ``value`` to what a record of that type holds.

    :param type: one of :data:`TYPES`; bool is the int 1 or 0, bytes are given as hex digits.
    :raises EncodeError: the value does not read as one.
    """
    text = value if isinstance(value, str) else None
    try:
        if type == "str":
            return value if text is not None else _plain_text(value)
        if type == "int":
            return whole(text) if text is not None else _whole(value)
        if type == "float":
            return float(value)
        if type == "bool":
            return _truth(value)
        if type == "bytes":
            return bytes.fromhex(value)
    except (TypeError, ValueError, OverflowError):
        shown = repr(value) if text is None else shortened(text)
        raise EncodeError("%s does not read as %s" % (shown, type)) from None
    raise EncodeError("unknown parameter type %r; there are %s" % (type, ", ".join(TYPES)))


def _plain_text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return str(value)
    raise TypeError


def _whole(value: Any) -> int:
    number = int(value)
    if number != value:
        raise ValueError
    return number


def _truth(value: Any) -> int:
    if isinstance(value, str):
        value = value.strip().lower()
        if value in _TRUE:
            return 1
        if value in _FALSE:
            return 0
        raise ValueError
    return 1 if _whole(value) else 0


def from_mapping(value: Any) -> Any:
    """Resolve ``{"type": ..., "value": ...}``; give anything else back as it is.

    :raises EncodeError: as :func:`force`; any other mapping, since no method takes a struct.
    """
    if not isinstance(value, dict):
        return value
    if set(value) == {"type", "value"}:
        return force(value["type"], value["value"])
    raise EncodeError(
        "a mapping with the keys %s; no method takes a struct over binrpc, and to force a type "
        'write {"type": "int", "value": "5"}' % ", ".join(sorted(map(str, value)))
    )


def from_text(text: str) -> Any:
    """Turn a word of a command line into a parameter.

    A prefix forces the type. Otherwise a decimal integer is an int, a decimal fraction a
    float, and anything else, such as ``0x10``, ``1e5``, ``inf`` or an empty word, a string.

    :raises EncodeError: the text after a prefix does not read as that type.
    """
    prefix, colon, rest = text.partition(":")
    if colon and prefix in _PREFIXES:
        return force(_PREFIXES[prefix], rest)
    if re.match(r"[+-]?[0-9]+\Z", text):
        return force("int", text)
    if re.match(r"[+-]?[0-9]*\.[0-9]+\Z", text):
        return float(text)
    return text
