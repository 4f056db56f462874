# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``kamrpc batch``: many calls over one connection, from a file or standard input."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..core.errors import BinrpcError, EncodeError, TransportError
from ..core.faults import Fault
from ..core.masking import hide_sent
from . import common, exit_codes, guard, output
from .words import split_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ..core.client import Client
    from ..core.reply import Reply

_DESCRIPTION = """Make a call for each line of a file, or of standard input.

A line contains a method and its arguments, with quotes and backslashes as in a shell: put a value
with blanks in quotes. Empty lines and comments after # are skipped. The calls are made in order
over one connection, each as soon as its line has been read.

By default, a fault ends the batch, as set -e ends a shell script. --go-on reports each failure and
continues with the next line, unless the connection fails. --check reads all lines first, and sends
nothing if one of them is invalid: an unclosed quote, a parameter that is missing or has the wrong
type, or a method that neither the catalogue nor the server knows.
"""


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the subcommand."""
    parser = commands.add_parser(
        "batch",
        help="make calls from a file or standard input",
        description=_DESCRIPTION,
        epilog=exit_codes.HELP,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    common.add_call_options(parser)
    common.add_output_option(parser, output.FORMATS)
    parser.add_argument("-k", "--go-on", action="store_true", help="continue after a failure")
    parser.add_argument(
        "--check", action="store_true", help="check all lines before sending the first"
    )
    guard.add_options(parser)
    parser.add_argument(
        "--raw", action="store_true", help="derive types from the form of arguments"
    )
    parser.add_argument("-x", "--echo", action="store_true", help="show each line before its reply")
    parser.add_argument(
        "file", metavar="FILE", nargs="?", default="-", help="file with calls; - is standard input"
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Make the calls; return the exit status."""
    try:
        return common.guarded(lambda: _Batch(options).run(), options.output)
    except OSError as error:
        common.complain(f"{options.file}: {error.strerror or error}")
        return exit_codes.USAGE


class _Batch:
    def __init__(self, options: argparse.Namespace) -> None:
        self._options = options
        self._settings = common.Settings(options)
        self._errors: list[BinrpcError] = []
        self._results: list[dict[str, Any]] = []

    def run(self) -> int:
        with self._settings.client() as client:
            lines: Iterable[tuple[int, str]] = _lines(self._options.file)
            if self._options.check:
                lines = list(lines)
                if not self._all_right(client, lines):
                    return exit_codes.USAGE
            for number, text in lines:
                try:
                    self._line(client, number, text)
                except BinrpcError as error:
                    self._failed(number, text, error)
                    if not self._options.go_on or isinstance(error, TransportError):
                        break
        if self._options.output in output.WHOLE:
            output.write(output.render_data(self._results, self._options.output))
        return exit_codes.status_of_all(self._errors)

    def _all_right(self, client: Client, lines: Iterable[tuple[int, str]]) -> bool:
        """Complain about each line that cannot be sent; call nothing but ``system.listMethods``."""
        known = set(client.call("system.listMethods"))
        right = True
        for number, text in lines:
            try:
                words = split_line(text)
                if not words:
                    continue
                if words[0] not in known:
                    raise EncodeError(common.no_such_method(words[0], known))
                common.read_params(words[0], words[1:], raw=self._options.raw)
            except EncodeError as error:
                right = False
                common.complain(f"line {number}: {error}")
        if not right:
            common.complain("nothing was sent")
        return right

    def _line(self, client: Client, number: int, text: str) -> None:
        words = split_line(text)
        if not words:
            return
        if self._options.echo and self._options.output in ("text", "table"):
            output.write(f"> {hide_sent(text.strip(), words[0], words[1:])}\n")
        params = common.read_params(words[0], words[1:], raw=self._options.raw)
        names = [self._settings.endpoint]
        if not guard.allow(self._options, self._settings, names, words[0], params):
            return
        reply = common.call(self._settings, client, words[0], params)
        self._answered(number, reply)

    def _answered(self, number: int, reply: Reply) -> None:
        if self._options.output in ("text", "table"):
            output.write(output.render(reply, self._options.output))
        else:
            self._tell({"line": number, "method": reply.method, "reply": reply.to_json()})

    def _failed(self, number: int, text: str, error: BinrpcError) -> None:
        self._errors.append(error)
        common.complain(f"line {number}: {error}")
        if self._options.output not in ("text", "table"):
            data: dict[str, Any] = {"line": number, "error": str(error)}
            if isinstance(error, Fault):
                data["fault"] = output.fault_data(error)
            self._tell(data)

    def _tell(self, data: dict[str, Any]) -> None:
        if self._options.output == "jsonl":
            output.write(output.render_data(data, "jsonl"))
        else:
            self._results.append(data)


def _lines(name: str) -> Iterator[tuple[int, str]]:
    """Yield numbered lines; bytes that are not UTF-8 are kept."""
    if name == "-":
        # Line by line, so that a program can wait for each answer.
        lines = iter(sys.stdin.buffer.readline, b"")
    else:
        lines = iter(Path(name).read_bytes().split(b"\n"))
    for number, raw in enumerate(lines, 1):
        text = raw.decode("utf-8", "surrogateescape")
        # Editors on Windows begin files with a byte order mark.
        yield number, text.removeprefix("\ufeff") if number == 1 else text
