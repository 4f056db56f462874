# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``kamrpc diff``: what differs between two servers, files or releases, row by row."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING, Any

from ..core.changes import KEYS, compare
from ..core.errors import EncodeError
from . import colour, common, exit_codes, guard, output, secrets, sides

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..core.changes import Change

DIFFERENT = 1
TROUBLE = 2

_DESCRIPTION = """Compare two sides, A and B, row by row and whatever the order of the rows.

A side is an endpoint or an address; a JSON or YAML file with a reply that "kamrpc call --json"
printed, a snapshot or a recording ("-" is standard input); or "catalogue@RELEASE", the methods of
that Kamailio release in the built-in catalogue. With a METHOD, it is called on servers. Without
one, the other side determines what is compared: snapshots, the calls of a recording, or the names
of methods. Each line is a row that exists only in B (+), only in A (-), or that differs (~).
"""
_EPILOG = """exit status, as of diff:
  0  no difference
  1  differences
  2  error: the command line is invalid, a file cannot be read, or a server answered with a fault
  3 and more  as for 'kamrpc call'

examples:
  kamrpc diff edge1 edge2 dispatcher.list
  kamrpc call -s edge1 --json htable.dump limits > before.json
  kamrpc diff before.json edge1 htable.dump limits
  kamrpc diff monday.yml edge1                 a snapshot and the current state of the server
  kamrpc diff catalogue@5.6 catalogue@6.0
"""
_STYLES = {"added": "green", "removed": "red", "changed": "yellow"}


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the subcommand."""
    parser = commands.add_parser(
        "diff",
        help="compare two servers, files or releases",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    common.add_call_options(parser, several=True)
    common.add_output_option(parser, output.FORMATS)
    add = parser.add_argument
    add(
        "--ignore",
        metavar="NAMES",
        action="append",
        default=[],
        help="members to ignore, separated by commas; may be repeated",
    )
    add(
        "--key",
        metavar="MEMBERS",
        action="append",
        default=[],
        help="members that identify a row, such as id or SET.ID, separated by commas; may be "
        "repeated (default: the usual ones)",
    )
    add("-q", "--quiet", action="store_true", help="print nothing; only set the exit status")
    secrets.add_reveal_option(parser)
    add("--raw", action="store_true", help="derive types from the form of arguments")
    add("a", metavar="A", help="first side: an endpoint, a file, - or catalogue@RELEASE")
    add("b", metavar="B", help="second side")
    add("method", metavar="METHOD", nargs="?", help="method to call on servers")
    add("params", metavar="ARG", nargs="*", help="parameters of the method")
    parser.set_defaults(run=run, yes=False, dry_run=False)


def run(options: argparse.Namespace) -> int:
    """Compare; return the exit status."""
    status = common.guarded(lambda: _run(options), options.output)
    return status if status != exit_codes.FAULT or options.done else TROUBLE


def _run(options: argparse.Namespace) -> int:
    options.done = False
    settings = common.Settings(options)
    if options.a == options.b == sides.STDIN:
        raise EncodeError("standard input can be one side, not both")
    both = [sides.side(name, settings) for name in (options.a, options.b)]
    servers = [each.name for each in both if each.kind == "server"]
    method, params = options.method, []
    if method is not None:
        if not servers and not any(each.kind == "file" for each in both):
            raise EncodeError("the catalogue answers no calls: leave the method out")
        params = common.read_params(method, options.params, raw=options.raw)
        if servers:
            guard.allow(options, settings, servers, method, params)
    hiding = secrets.Hiding(reveal=options.reveal)
    old, new = sides.load(both, settings, method, params, hiding)
    ignored = [name.strip() for names in options.ignore for name in names.split(",")]
    found = compare(old, new, [sides.CALL, *options.key, *KEYS], ignored)
    if not options.quiet:
        output.write(_text(options, found, hiding))
    options.done = True
    return DIFFERENT if found else exit_codes.OK


def _text(options: argparse.Namespace, found: Sequence[Change], hiding: secrets.Hiding) -> str:
    if options.output == "text":
        if not found:
            return ""
        head = f"--- {options.a}\n+++ {options.b}\n"
        return colour.paint_lines(head, "bold", sys.stdout) + "".join(
            colour.paint(hiding.text(str(each)), _STYLES[each.kind], sys.stdout) + "\n"
            for each in found
        )
    if options.output == "table":
        from . import table

        rows = [row for each in found for row in rows_of(hiding.text(each.to_json()))]
        return table.render_rows(rows)
    data = [hiding.text(each.to_json()) for each in found]
    return output.render_data(data, options.output)


def rows_of(change: dict[str, Any]) -> list[dict[str, Any]]:
    """Return a row of a table for each member that differs, or one for the whole row."""
    start = {"change": change["kind"], "row": change["place"]}
    if change["kind"] != "changed" or not change["members"]:
        return [{**start, "member": "", "a": change["old"], "b": change["new"]}]
    return [
        {**start, "member": name, "a": _at(change["old"], name), "b": _at(change["new"], name)}
        for name in change["members"]
    ]


def _at(value: Any, path: str) -> Any:
    """Return what stands at a dotted path, None if there is nothing."""
    if isinstance(value, dict):
        if path in value:
            return value[path]
        for name, inner in value.items():
            if path.startswith(f"{name}."):
                return _at(inner, path[len(name) + 1 :])
    if isinstance(value, list):
        first, _dot, rest = path.partition(".")
        if first.isdigit() and int(first) < len(value):
            item = value[int(first)]
            return _at(item, rest) if rest else item
    return None
