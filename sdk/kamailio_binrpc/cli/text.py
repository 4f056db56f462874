# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Replies as text, in kamcmd's layout: one record per line, structs in braces, tab indent."""

from __future__ import annotations

from ..core.values import Struct

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any


def render(values: Sequence[Any]) -> str:
    """Return the values of a reply as text that ends in a newline; empty for no values."""
    return "".join(line + "\n" for value in values for line in _lines(value, 0, ""))


def _lines(value: Any, depth: int, label: str) -> Iterator[str]:
    start = "\t" * depth + label
    if isinstance(value, Struct):
        yield start + "{"
        for name, member in value.items():
            yield from _lines(member, depth + 1, "" if name is None else name + ": ")
        yield "\t" * depth + "}"
    elif isinstance(value, list):
        yield start + "["
        for item in value:
            yield from _lines(item, depth + 1, "")
        yield "\t" * depth + "]"
    else:
        yield start + _scalar(value)


def _scalar(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.0f}" if value.is_integer() else f"{value:f}"
    if isinstance(value, bytes):
        return value.decode("utf-8", "surrogateescape")
    return str(value)
