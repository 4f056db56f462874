# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Select what is shown of a reply: ``--columns``, ``--sort`` and ``--where``."""

from __future__ import annotations

import re

from ..core.errors import EncodeError

TYPE_CHECKING = False  # typing itself takes longer to load than a call
if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Sequence
    from typing import Any

    from .presets import Column
    from .rows import Row

ENDPOINT = "ENDPOINT"
"""The column that a fleet's tables begin with."""

_CONDITION = re.compile(r"\s*([^=!<>~]*?)\s*(!=|!~|<=|>=|=|<|>|~)\s*(.*?)\s*\Z", re.DOTALL)
_TESTS: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda found, wanted: found == wanted,
    "!=": lambda found, wanted: found != wanted,
    "<": lambda found, wanted: found < wanted,
    "<=": lambda found, wanted: found <= wanted,
    ">": lambda found, wanted: found > wanted,
    ">=": lambda found, wanted: found >= wanted,
}


class DefaultForm(str):
    """The form of output that is used where the user asked for none."""

    __slots__ = ()


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add ``--columns``, ``--sort`` and ``--where``."""
    group = parser.add_argument_group(
        "rows", "Pick from the rows of a reply. Without -o, they are shown as a table."
    )
    group.add_argument(
        "--columns",
        metavar="NAMES",
        help='columns, separated by commas, or "all" (default: a selection for large replies)',
    )
    group.add_argument("--sort", metavar="NAME", help="sort by this column; -NAME sorts in reverse")
    group.add_argument(
        "--where",
        metavar="CONDITION",
        action="append",
        default=[],
        help="show only rows where NAME=VALUE; also !=, <, <=, >, >=, ~ (contains) and !~; may be "
        "repeated, then all must hold. NAME|NAME means one of these",
    )


class View:
    """The view that the options ask for.

    :param columns: names separated by commas; ``all``; ``None`` for the usual ones.
    :param sort: name of a column, after ``-`` for descending order.
    :param where: conditions, which all must hold.
    :raises EncodeError: a condition is none.
    """

    def __init__(
        self, columns: str | None = None, sort: str | None = None, where: Sequence[str] = ()
    ) -> None:
        self.columns = None if columns is None else [name.strip() for name in columns.split(",")]
        self.sort = sort
        self._where = [_condition(text) for text in where]
        self.given = bool(columns or sort or where)

    @classmethod
    def of(cls, options: argparse.Namespace) -> View:
        """Read the options. Where they are given and no form is, the form becomes a table.

        :raises EncodeError: as the class, or the form has no rows.
        """
        view = cls(options.columns, options.sort, options.where)
        if view.given and options.output == "text":
            if not isinstance(options.output, DefaultForm):
                raise EncodeError(
                    "--columns, --sort and --where have no effect on text: use -o table, json, "
                    "jsonl or yaml"
                )
            options.output = "table"
        return view

    def rows(self, rows: Sequence[Row]) -> list[Row]:
        """Return the rows that are wanted, in the order that is wanted.

        :raises EncodeError: there is no such column.
        """
        from .rows import names_of

        names = names_of(rows)
        found = list(rows)
        if not names:
            return found
        for name, operator, value in self._where:
            columns = [_find(each, names) for each in name.split("|")]
            found = [
                row
                for row in found
                if any(each in row and _holds(row[each], operator, value) for each in columns)
            ]
        if self.sort:
            column = _find(self.sort.removeprefix("-"), names)
            there = [row for row in found if column in row]
            there.sort(key=lambda row: _order(row[column]), reverse=self.sort.startswith("-"))
            found = there + [row for row in found if column not in row]
        return found

    def columns_of(self, rows: Sequence[Row], method: str) -> list[Column]:
        """Return the columns of a table.

        :raises EncodeError: there is no such column.
        """
        from .presets import PRESETS, Column
        from .rows import names_of

        names = names_of(rows)
        usual = PRESETS.get(method, ())
        known = {column.name: column for column in usual}
        if self.columns is None:
            found = [column for column in usual if column.name in names]
            extra = [ENDPOINT] if ENDPOINT in names else []
            return [Column(name) for name in extra] + found if found else _plain(names)
        if self.columns == ["all"]:
            return _plain(names)
        return [
            known.get(name) or Column(name)
            for name in (_find(each, names) if names else each for each in self.columns)
        ]

    def data(self, rows: Sequence[Row], method: str = "") -> list[Row]:
        """Return rows as plain data, with the columns that were asked for, else all.

        :raises EncodeError: there is no such column.
        """
        rows = self.rows(rows)
        if self.columns is None:
            return rows
        names = [column.name for column in self.columns_of(rows, method)]
        return [{name: row[name] for name in names if name in row} for row in rows]


def _plain(names: Sequence[str]) -> list[Column]:
    from .presets import Column

    return [Column(name) for name in names]


def _condition(text: str) -> tuple[str, str, str]:
    found = _CONDITION.match(text)
    if not found or not found[1]:
        raise EncodeError(f"--where {text}: not a condition, such as flags=AP, load>5 or uri~edge")
    return found[1], found[2], found[3]


def _find(name: str, names: Sequence[str]) -> str:
    """Return the column that is meant: by its name, else by the end of it, in any case."""
    from ..core.suggest import suggestion
    from .presets import PRESETS

    for key in (str, str.lower, lambda each: each.rpartition(".")[2].lower()):
        found = [each for each in names if key(each) == key(name)]
        if len(found) == 1:
            return found[0]
        if found:
            raise EncodeError(f"column {name} may be {' or '.join(found)}: give the whole name")
    titles = [column for each in PRESETS.values() for column in each if column.name in names]
    for column in titles:
        if column.title.lower() == name.lower():
            return column.name
    meant = suggestion(name, names) or f"there are {', '.join(names)}"
    raise EncodeError(f"there is no column {name}; {meant}")


def _holds(found: Any, operator: str, wanted: str) -> bool:
    text = str(found)
    if operator in ("~", "!~"):
        return (wanted.lower() in text.lower()) is (operator == "~")
    test = _TESTS[operator]
    if isinstance(found, (int, float)):
        try:
            return test(float(found), float(wanted))
        except ValueError:
            return operator == "!="
    return test(text, wanted)


def _order(value: Any) -> tuple[int, Any]:
    """Numbers by size, then texts by the alphabet."""
    if isinstance(value, (int, float)):
        return (0, value)
    return (1, str(value))
