# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``kamrpc top``: servers at a glance, again and again."""

from __future__ import annotations

import argparse
import contextlib
import re
import select
import shutil
import sys
import time
from typing import TYPE_CHECKING, Any

from ..core.errors import BinrpcError, CallTimeout, ConnectError, TransportError
from ..core.printable import one_line
from . import colour, common, endpoints, exit_codes, extras, output, table
from .presets import Column, duration
from .samples import History, Sample, take
from .terminal import ESCAPE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ..core.client import Client
    from .rows import Row

_DESCRIPTION = """Show calls, transactions, registrations, requests, memory and gateways of servers.

On a terminal, the screen is refreshed every few seconds. Keys: s sorts by the next column, r
reverses the order, up and down select a server, Enter shows its gateways and returns, q quits.
Otherwise, and with -o json or jsonl, the figures are printed --count times (default: 2 rounds; the
first one is not shown, because rates need two).
"""
_BARS = " ▁▂▃▄▅▆▇█"
_BARS_SHOWN = 20
_FULL = 0.9
_HOME, _CLEAR_BELOW, _CLEAR_LINE = f"{ESCAPE}[H", f"{ESCAPE}[J", f"{ESCAPE}[K"
_ENTER_SCREEN, _LEAVE_SCREEN = f"{ESCAPE}[?1049h{ESCAPE}[?25l", f"{ESCAPE}[?25h{ESCAPE}[?1049l"


def _percent(value: Any) -> Any:
    return f"{value:.0%}" if isinstance(value, float) else value


def _rate(value: Any) -> Any:
    return f"{value:.1f}" if isinstance(value, float) else value


def _memory_style(value: Any) -> str:
    return "red" if isinstance(value, float) and value >= _FULL else ""


def _gateways_style(value: Any) -> str:
    active, _slash, count = str(value).partition("/")
    return "" if active == count else "red" if active == "0" else "yellow"


def _is_trend(value: str) -> bool:
    return set(value) <= set(_BARS)


COLUMNS = (
    Column("name", "SERVER", None, lambda _value: "bold"),
    Column("uptime", "UP", duration),
    Column("calls", "CALLS"),
    Column("transactions", "TRANS"),
    Column("registered", "USERS"),
    Column("requests", "REQ/s", _rate),
    Column("dropped", "DROP/s", _rate),
    Column("errors", "ERR/s", _rate),
    Column("memory", "MEM", _percent, _memory_style),
    Column("gateways", "GW", None, _gateways_style),
    # A server that does not answer has no new trend: there stands its problem.
    Column("trend", "TREND", None, lambda value: "cyan" if _is_trend(value) else "red"),
)
_SORTS = tuple(column.name for column in COLUMNS[:9])


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the subcommand."""
    parser = commands.add_parser(
        "top",
        help="show key figures of servers, continuously",
        description=_DESCRIPTION,
        epilog=exit_codes.HELP,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    common.add_call_options(parser)
    endpoints.add_options(parser)
    common.add_output_option(parser, output.forms("table"))
    parser.add_argument(
        "-n",
        "--interval",
        metavar="SECONDS",
        type=float,
        default=2.0,
        help="refresh interval (default: 2)",
    )
    parser.add_argument("--count", metavar="N", type=int, help="stop after N rounds")
    parser.add_argument(
        "--sort",
        metavar="NAME",
        help="sort by name, uptime, calls, memory, ...; -NAME sorts in reverse",
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Show the servers; return the exit status."""
    name = (options.sort or "name").removeprefix("-")
    if name not in _SORTS:
        common.complain(f"--sort {name}: there are {', '.join(_SORTS)}")
        return exit_codes.USAGE
    if not 0 < options.interval <= 86400 or (options.count is not None and options.count < 1):
        common.complain("--interval is more than 0 and at most 86400 s, --count at least 1")
        return exit_codes.USAGE
    return common.guarded(lambda: _run(options), options.output)


def _run(options: argparse.Namespace) -> int:
    settings = common.Settings(options)
    if options.group or options.all:
        names = list(endpoints.chosen(options, settings))
    else:
        names = [settings.endpoint]
    board = Board(names, options.sort or "name")
    with contextlib.closing(_Asking(names, settings, options.limit)) as asking:
        if options.output == "table" and sys.stdout.isatty() and sys.stdin.isatty():
            extras.load("rich.table", "kamrpc top")
            return _on_screen(options, board, asking)
        return _printed(options, board, asking)


def _printed(options: argparse.Namespace, board: Board, asking: _Asking) -> int:
    for number in range(options.count or 2):
        if number:
            time.sleep(options.interval)
        board.add(asking.samples())
        if number or options.count == 1:
            data = [board.data(name) for name in board.order()]
            text = (
                board.text()
                if options.output == "table"
                else output.render_data(data, options.output)
            )
            output.write(text)
    return exit_codes.CONNECT if board.all_failed() else exit_codes.OK


def _on_screen(options: argparse.Namespace, board: Board, asking: _Asking) -> int:
    done = 0
    with _keys() as keys:
        output.write(_ENTER_SCREEN)
        try:
            while options.count is None or done < options.count:
                board.add(asking.samples())
                done += 1
                until = time.monotonic() + options.interval
                while (left := until - time.monotonic()) > 0:
                    _draw(board)
                    key = keys(left)
                    if key in ("q", "\x1b", "\x03"):
                        return exit_codes.OK
                    board.press(key)
        finally:
            output.write(_LEAVE_SCREEN)
    return exit_codes.OK


def _draw(board: Board) -> None:
    text = f"kamrpc top  {time.strftime('%H:%M:%S')}  {board.title()}"
    size = shutil.get_terminal_size()
    body = board.text(max(1, size.lines - 4), size.columns)
    lines = [colour.paint(text[: size.columns], "dim", sys.stdout), "", *body.splitlines()]
    body = "".join(f"{line}{_CLEAR_LINE}\n" for line in lines)
    output.write(_HOME + body + _CLEAR_BELOW)


@contextlib.contextmanager
def _keys() -> Iterator[Any]:
    """Read single keys; yields a function that waits for one, "" if none comes in time."""
    import os
    import termios
    import tty

    file = sys.stdin.fileno()
    before = termios.tcgetattr(file)

    pressed: list[str] = []

    def wait(seconds: float) -> str:
        if not pressed:
            if not select.select([file], [], [], seconds)[0]:
                return ""
            pressed.extend(split_keys(os.read(file, 256).decode("ascii", "replace")))
        return pressed.pop(0) if pressed else ""

    try:
        tty.setcbreak(file, termios.TCSADRAIN)  # keys that were pressed before count
        yield wait
    finally:
        termios.tcsetattr(file, termios.TCSADRAIN, before)


_NAMES = {"\x1b[A": "up", "\x1b[B": "down", "\x1bOA": "up", "\x1bOB": "down", "\r": "\n"}


def split_keys(text: str) -> list[str]:
    """Return the keys that a terminal sent at once, the arrow keys as ``up`` and ``down``."""
    return [_NAMES.get(key, key) for key in re.findall(r"\x1b[\[O][0-9;]*.|.", text, re.DOTALL)]


class _Asking:
    """Asks servers for samples, and keeps its connections."""

    def __init__(self, names: Sequence[str], settings: common.Settings, limit: int) -> None:
        from concurrent.futures import ThreadPoolExecutor

        self._clients = {name: settings.client(name) for name in names}
        self._pool = ThreadPoolExecutor(max(1, min(limit, len(self._clients))))

    def samples(self) -> dict[str, Sample]:
        """Return a sample of each server."""
        return dict(
            zip(self._clients, self._pool.map(self._one, self._clients.values()), strict=True)
        )

    @staticmethod
    def _one(client: Client) -> Sample:
        try:
            return take(client, time.monotonic())
        except BinrpcError as error:
            return Sample(time.monotonic(), error=str(error), problem=_problem(error))

    def close(self) -> None:
        """End the connections."""
        self._pool.shutdown()
        for client in self._clients.values():
            client.close()


def _problem(error: BinrpcError) -> str:
    if isinstance(error, CallTimeout):
        return "no answer"
    if isinstance(error, ConnectError):
        return "no connection"
    return "connection broke" if isinstance(error, TransportError) else "damaged reply"


class Board:
    """The state of the screen: servers, their order, and the one that was chosen.

    :param sort: a name of a column, after ``-`` for descending order.
    """

    def __init__(self, names: Sequence[str], sort: str = "name") -> None:
        self._servers = {name: History() for name in names}
        self._sort = sort.removeprefix("-")
        self._down = sort.startswith("-")
        self._chosen = 0
        self._inside = False

    def add(self, samples: Mapping[str, Sample]) -> None:
        """Take in a sample of each server."""
        for name, sample in samples.items():
            self._servers[name].add(sample)

    def all_failed(self) -> bool:
        """Did no server answer?"""
        return all(history.last.error for history in self._servers.values())

    def press(self, key: str) -> None:
        """React to a key."""
        if key == "s":
            self._sort = _SORTS[(_SORTS.index(self._sort) + 1) % len(_SORTS)]
            self._down = self._sort != "name"
        elif key == "r":
            self._down = not self._down
        elif key == "\n":
            self._inside = not self._inside
        elif key in ("up", "down"):
            step = 1 if key == "down" else -1
            self._chosen = max(0, min(len(self._servers) - 1, self._chosen + step))

    def title(self) -> str:
        """Return what is shown, and in which order."""
        if self._inside:
            return f"gateways of {one_line(self.order()[self._chosen])}  (Enter: back)"
        order = "descending" if self._down else "ascending"
        return f"{len(self._servers)} servers by {self._sort}, {order}"

    def order(self) -> list[str]:
        """Return the names of the servers in the order in which they are shown."""
        rows = {name: self.row(name) for name in self._servers}
        there = [name for name in rows if self._sort in rows[name]]
        there.sort(key=lambda name: rows[name][self._sort], reverse=self._down)
        return there + [name for name in rows if name not in there]

    def data(self, name: str) -> Row:
        """Return the figures of a server as plain data."""
        row = self.row(name)
        row.pop("trend", None)
        if self._servers[name].last.error:
            row["error"] = self._servers[name].last.error
        return row

    def row(self, name: str) -> Row:
        """Return the figures of a server, without those that it does not give."""
        history = self._servers[name]
        last = history.last
        row: Row = {"name": name, **last.gauges}
        for counter in ("requests", "dropped", "errors"):
            rate = history.rate(counter)
            if rate is not None:
                row[counter] = round(rate, 3)
        if "gateways" in row:
            row["gateways"] = f"{row.pop('active'):.0f}/{row['gateways']:.0f}"
        if last.error:
            row["trend"] = last.problem
        elif history.requests:
            row["trend"] = sparkline(list(history.requests)[-_BARS_SHOWN:])
        return row

    def text(self, height: int | None = None, width: int | None = None) -> str:
        """Return the table on show.

        :param height: maximum number of rows; the chosen one is marked.
        :param width: of the terminal, in which each row has one line.
        """
        order = self.order()
        if self._inside:
            found = self._servers[order[self._chosen]].last.destinations
            rows: list[Row] = [{"ID": s, "URI": u, "FLAGS": f} for s, u, f in found]
            rows = rows if height is None else rows[:height]
            return table.render_rows(rows, "dispatcher.list") or "no gateways\n"
        rows = [self.row(name) for name in order]
        if height is not None and len(rows) > 1:
            for number, row in enumerate(rows):
                row["name"] = ("> " if number == self._chosen else "  ") + row["name"]
            first = max(0, min(self._chosen - height // 2, len(rows) - height))
            rows = rows[first : first + height]
        names = {name for row in rows for name in row}
        columns = [column for column in COLUMNS if column.name in names]
        if width is None:
            return table.layout(columns, rows)
        widths = [table.width_of(each, rows) for each in columns if each.name != "trend"]
        gap = 2 if width - sum(widths) - 2 * len(widths) >= _BARS_SHOWN else 1
        left = max(1, width - sum(widths) - gap * len(widths))
        for row in rows:
            if _is_trend(row.get("trend", "?")):
                row["trend"] = row["trend"][-left:]
        return table.layout(columns, rows, wrap=False, gap=gap)


def sparkline(values: Sequence[float]) -> str:
    """Return numbers as bars, the largest one full."""
    top = max(values, default=0)
    if top <= 0:
        return _BARS[1] * len(values)
    return "".join(_BARS[1 + round(value / top * (len(_BARS) - 2))] for value in values)
