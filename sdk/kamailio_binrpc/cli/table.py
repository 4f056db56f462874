# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Rows as a table for people, laid out by rich."""

from __future__ import annotations

import io
import shutil
import sys
from typing import TYPE_CHECKING, Any

from ..core.printable import one_line
from . import colour, extras
from .rows import is_single, rows_of
from .terminal import ESCAPE
from .view import View

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .presets import Column
    from .rows import Row

_ENDLESS = 1_000_000
"""Width where the output is not a terminal: nothing is wrapped there."""


def render(values: Sequence[Any], method: str, view: View | None = None) -> str:
    """Return the values of a reply, given as plain data, as a table.

    A reply that is one struct goes downwards, a name and a value in each line. On a terminal long
    values are wrapped within their column; nothing is cut.

    :raises EncodeError: rich is not installed, or there is no such column.
    """
    view = view or View()
    rows = rows_of(values, method)
    if len(rows) == 1 and not view.given and is_single(values, method):
        rows = [{"NAME": name, "VALUE": value} for name, value in rows[0].items()]
        method = ""
    return render_rows(rows, method, view)


def render_data(data: Any, title: str = "") -> str:
    """Return data other than a reply: a dict downwards, a list of dicts or values as rows.

    :param title: of the column of values that have no names.
    :raises EncodeError: rich is not installed.
    """
    if isinstance(data, dict):
        return render([data], "")
    values = data if isinstance(data, list) else [data]
    rows = rows_of(values, "")
    return render_rows([{name or title: value for name, value in row.items()} for row in rows])


def render_rows(rows: Sequence[Row], method: str = "", view: View | None = None) -> str:
    """Return rows as a table, with the usual columns of a method.

    :raises EncodeError: as :func:`render`.
    """
    view = view or View()
    rows = view.rows(rows)
    columns = view.columns_of(rows, method)
    return layout(columns, rows) if rows and columns else ""


def width_of(column: Column, rows: Sequence[Row]) -> int:
    """Return how many cells of a terminal a column needs, without the gap behind it."""
    cells = extras.load("rich.cells", "-o table").cell_len
    texts = [_text(row, column) for row in rows if column.name in row]
    return max(int(cells(text)) for text in (one_line(column.title), *texts))


def layout(
    columns: Sequence[Column], rows: Sequence[Row], *, wrap: bool = True, gap: int = 2
) -> str:
    """Return a table of these columns, each flush right where it holds numbers alone.

    :param wrap: False gives each row one line, whatever has to be cut for it.
    :param gap: blanks between two columns.
    """
    table = extras.load("rich.table", "-o table").Table(
        box=None,
        pad_edge=False,
        padding=(0, gap, 0, 0),
        show_header=any(column.title.strip() for column in columns),
        header_style="bold",
    )
    text = extras.load("rich.text", "-o table").Text
    for column in columns:
        found = [row[column.name] for row in rows if column.name in row]
        numbers = all(isinstance(value, (int, float)) for value in found)
        table.add_column(
            text(one_line(column.title)),
            justify="right" if numbers else "left",
            overflow="fold" if wrap else "ellipsis",
            no_wrap=not wrap,
        )
    for row in rows:
        table.add_row(*(_cell(row, column, text) for column in columns))
    return _printed(table)


def _printed(table: Any) -> str:
    on_screen = sys.stdout.isatty()
    into = io.StringIO()
    coloured = colour.wanted(sys.stdout)
    console = extras.load("rich.console", "-o table").Console(
        file=into,
        width=shutil.get_terminal_size().columns if on_screen else _ENDLESS,
        force_terminal=coloured,
        no_color=not coloured,
        color_system="standard" if coloured else None,
        legacy_windows=False,
    )
    console.print(table, crop=False)
    lines = into.getvalue().split("\n")
    # All that came from a server was made printable: what escapes there are come from rich.
    return "\n".join(line.rstrip() for line in lines).replace("\x1b", ESCAPE)


def _cell(row: Row, column: Column, text: Any) -> Any:
    if column.name not in row:
        return text("")
    style = column.style(row[column.name]) if column.style else ""
    return text(_text(row, column), style=style)


def _text(row: Row, column: Column) -> str:
    value = row[column.name]
    return _shown(column.text(value) if column.text else value)


def _shown(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, (dict, list)):
        import json

        return json.dumps(value)
    if isinstance(value, float):
        return f"{value:.0f}" if value.is_integer() else f"{value:g}"
    return one_line(value)
