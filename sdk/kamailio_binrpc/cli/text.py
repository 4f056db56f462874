# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Text: replies in kamcmd's layout, with structs in braces, and other data in lines."""

from __future__ import annotations

from ..core.values import Struct

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any


def render(values: Sequence[Any]) -> str:
    """Return the values of a reply as text that ends in a newline; empty for no values."""
    return "".join(line + "\n" for value in values for line in _lines(value, 0, ""))


def render_data(data: Any) -> str:
    """Return plain data in lines: ``outer.inner: value``; a list has a line for each item."""
    return "".join(line + "\n" for line in _data_lines(data, ""))


def _data_lines(data: Any, name: str) -> Iterator[str]:
    if isinstance(data, dict):
        for key, value in data.items():
            yield from _data_lines(value, f"{name}.{key}" if name else str(key))
    elif isinstance(data, list) and any(isinstance(item, (dict, list)) for item in data):
        for index, item in enumerate(data):
            yield from _data_lines(item, f"{name}[{index}]")
    else:
        shown = ", ".join(map(str, data)) if isinstance(data, list) else _scalar(data)
        shown = "" if data is None else shown
        yield f"{name}: {shown}".rstrip() if name else shown


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
