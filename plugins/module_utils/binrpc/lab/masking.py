# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Hides secrets in replies that are to be kept: passwords, ha1 hashes, tokens."""

from __future__ import annotations

import re

from ..catalogue.secrets import secret_members
from ..values import NULL_TEXT, Struct

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, List, Sequence

MASKED = "(masked)"

SECRET_NAME = re.compile(
    r"pass(?:w(?:or)?d|phrase)?\d*$|^pw$|secret|ha1|credential|api_?key|token|private",
    re.IGNORECASE,
)
"""Names whose values are not written."""

_LABELS = ("name", "param", "key", "id")
_IN_URL = re.compile(r"(?<=://)([^/:@\s]*):[^/@\s]*@")


def mask(method: str, values: Sequence[Any], secret: Any = SECRET_NAME) -> List[Any]:
    """Replace secrets in a reply: by members' names, and passwords in URLs."""
    if "." in secret_members(method):
        return [_mask_all(value) for value in values]
    return [_mask(value, secret) for value in values]


def _mask(value: Any, secret: Any) -> Any:
    if isinstance(value, str):
        return _IN_URL.sub(r"\1:%s@" % MASKED, value)
    if isinstance(value, list):
        return [_mask(each, secret) for each in value]
    if not isinstance(value, Struct):
        return value
    # A variable: its name is one member, what it is worth another.
    named = any(
        (name or "").lower() in _LABELS and isinstance(each, str) and secret.search(each)
        for name, each in value.items()
    )
    result = Struct()
    for name, each in value.items():
        hidden = (name and secret.search(name)) or (named and (name or "").lower() == "value")
        if hidden and isinstance(each, str):
            result.add(name, MASKED if each not in ("", ".", NULL_TEXT) else each)
        else:
            result.add(name, _mask_all(each) if hidden else _mask(each, secret))
    return result


def _mask_all(value: Any) -> Any:
    if isinstance(value, Struct):
        return Struct((name, _mask_all(each)) for name, each in value.items())
    if isinstance(value, list):
        return [_mask_all(each) for each in value]
    return MASKED if isinstance(value, str) else value
