# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Replies as rows: one for each struct, with a member for each column."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    Row = dict[str, Any]


def rows_of(values: Sequence[Any], method: str) -> list[Row]:
    """Return the rows of a reply, given as plain data; nothing is left out.

    Members of a struct within a struct become ``outer.inner``. Where a struct holds one list of
    structs, each of those is a row, which repeats what stands around the list. Values that have
    no name have blank names.
    """
    values = list(values)
    if values and all(isinstance(value, dict) for value in values):
        return [row for value in values for row in _from_struct(value)]
    if len(values) == 1 and isinstance(values[0], list):
        return rows_of(values[0], "")
    size = _group_size(method)
    if size > 1 and len(values) % size == 0:
        return [
            {" " * column: value for column, value in enumerate(values[start : start + size])}
            for start in range(0, len(values), size)
        ]
    return [row for value in values for row in _from_any(value)]


def is_single(values: Sequence[Any], method: str) -> bool:
    """Is this reply one thing with many members, rather than a list that may have one row?

    The catalogue knows. Of other methods it is what answers with one struct without a list in it.
    """
    from ..core.catalogue.lookup import find

    known = find(method)
    if known and known.reply.startswith(("{", "(", "[")) and known.reply != "{...}":
        return known.reply.startswith("{") and not known.reply.endswith("*")
    return len(values) == 1 and isinstance(values[0], dict)


def names_of(rows: Sequence[Row]) -> list[str]:
    """Return the names of all columns, in the order in which they first appear."""
    return list(dict.fromkeys(name for row in rows for name in row))


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
