# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Replies as tables: a row for each struct, a column for each member."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Any

from ..core.printable import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    Row = dict[str, Any]

_GAP = "  "


def render(values: Sequence[Any], method: str) -> str:
    """Return the values of a reply as a table; nothing is left out, and nothing cut."""
    if not values:
        return ""
    rows = _rows(list(values), method)
    names = list(dict.fromkeys(name for row in rows for name in row))
    cells = [[_cell(row[name]) if name in row else "" for name in names] for row in rows]
    numeric = [all(isinstance(row.get(name, 0), (int, float)) for row in rows) for name in names]
    if any(name.strip() for name in names):
        cells.insert(0, [_cell(name.upper()) for name in names])
    return layout(cells, numeric)


def layout(cells: Sequence[Sequence[str]], right: Sequence[bool]) -> str:
    """Return rows of cells in columns; ``right`` says which columns are flush right."""
    widths = [max(map(_width, column)) for column in zip(*cells)]
    lines = []
    for row in cells:
        padded = []
        for text, width, flush in zip(row, widths, right):
            space = " " * (width - _width(text))
            padded.append(space + text if flush else text + space)
        lines.append(_GAP.join(padded).rstrip() + "\n")
    return "".join(lines)


def _rows(values: list[Any], method: str) -> list[Row]:
    if all(isinstance(value, dict) for value in values):
        rows = [row for value in values for row in _from_struct(value)]
        if len(rows) == 1 and len(rows[0]) > 1:
            # One struct reads better downwards.
            return [{"name": name, "value": value} for name, value in rows[0].items()]
        return rows
    if len(values) == 1 and isinstance(values[0], list):
        return _rows(values[0], "") if values[0] else [{"": ""}]
    size = _group_size(method)
    if size > 1 and len(values) % size == 0:
        return [
            {" " * column: value for column, value in enumerate(values[start : start + size])}
            for start in range(0, len(values), size)
        ]
    return [row for value in values for row in _from_any(value)]


def _group_size(method: str) -> int:
    """How many values of a flat reply belong together: ``(int,str)*`` are two."""
    from ..core.catalogue.lookup import find

    known = find(method)
    reply = known.reply if known else ""
    return reply.count(",") + 1 if reply.startswith("(") and reply.endswith(")*") else 1


def _from_any(value: Any) -> list[Row]:
    return list(_from_struct(value)) if isinstance(value, dict) else [{"": value}]


def _from_struct(struct: Row) -> Iterator[Row]:
    """Rows of a struct: one, or one for each item of the only list of structs in it."""
    flat = dict(_flatten(struct))
    lists = [name for name, value in flat.items() if _is_rows(value)]
    if len(lists) != 1:
        yield flat
        return
    rest = {name: value for name, value in flat.items() if name != lists[0]}
    for item in flat[lists[0]]:
        # A repeated name comes as an object with that one key.
        values = list(item.values())
        inner = values[0] if len(values) == 1 and isinstance(values[0], dict) else item
        for row in _from_struct(inner):
            yield {**rest, **row}


def _is_rows(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(v, dict) for v in value)


def _flatten(struct: Row, before: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in struct.items():
        if isinstance(value, dict) and value:
            yield from _flatten(value, f"{before}{name}.")
        else:
            yield before + name, value


def _cell(value: Any) -> str:
    if isinstance(value, (dict, list)):
        import json

        return json.dumps(value)
    if isinstance(value, float):
        return f"{value:.0f}" if value.is_integer() else f"{value:g}"
    return one_line(value)


def _width(text: str) -> int:
    """Columns on a terminal: East Asian wide characters take two, combining ones none."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(char) else 1 + (unicodedata.east_asian_width(char) in "WF")
        for char in text
    )
