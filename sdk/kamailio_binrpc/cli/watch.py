# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``kamrpc watch``: call again and again and show what changed."""

from __future__ import annotations

import argparse
import sys
import time
from typing import TYPE_CHECKING, Any

from ..core.changes import GENERATED, compare
from ..core.errors import BinrpcError, TransportError
from ..core.masking import hide_params
from . import colour, common, exit_codes, guard, output, secrets, view
from .rows import rows_of
from .terminal import ESCAPE

if TYPE_CHECKING:
    from ..core.changes import Change
    from ..core.reply import Reply

_CLEAR = f"{ESCAPE}[H{ESCAPE}[2J"

_DESCRIPTION = """Call a method every few seconds.

On a terminal, each reply is shown in full, followed by the changes since the previous call.
Otherwise, the first reply is printed in full, and then only changes, with the time. Each line is a
row that was added (+), removed (-) or changed (~). All columns are compared, not only those that
are shown. With --output json, jsonl or yaml, the first reply is an object with "time" and "reply",
and each call with changes gives an object with "time" and "changes". If the server
becomes unreachable, watch keeps trying.
"""


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the subcommand."""
    parser = commands.add_parser(
        "watch",
        help="repeat a call and show what changed",
        description=_DESCRIPTION,
        epilog=exit_codes.HELP,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    common.add_call_options(parser)
    common.add_output_option(parser, output.FORMATS)
    view.add_options(parser)
    parser.add_argument(
        "-n",
        "--interval",
        metavar="SECONDS",
        type=float,
        default=2.0,
        help="time between two calls (default: 2)",
    )
    parser.add_argument("--count", metavar="N", type=int, help="stop after N calls")
    parser.add_argument(
        "--until-changed", action="store_true", help="stop at the first change, with exit status 0"
    )
    secrets.add_reveal_option(parser)
    common.add_method_arguments(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Watch; return the exit status."""
    if not 0 < options.interval <= 86400 or (options.count is not None and options.count < 1):
        common.complain("--interval is more than 0 and at most 86400 s, --count at least 1")
        return exit_codes.USAGE
    return common.guarded(lambda: _watch(options), options.output)


def _watch(options: argparse.Namespace) -> int:
    shown = view.View.of(options)
    params = common.read_params(options.method, options.params, raw=options.raw)
    screen = options.output in ("text", "table") and sys.stdout.isatty()
    before: list[Any] | None = None
    ignored = GENERATED.get(options.method, ())
    done = 0
    hiding = secrets.Hiding(reveal=options.reveal)
    settings = common.Settings(options)
    options.yes = options.dry_run = False
    guard.allow(options, settings, [settings.endpoint], options.method, params)
    with settings.client() as client:
        while True:
            try:
                reply = common.call(settings, client, options.method, params)
            except TransportError as error:
                # The first failure is a wrong address; a later one a server that restarts.
                if before is None:
                    raise
                _tell_failure(error, screen=screen)
            else:
                now = reply.to_json()
                found = [] if before is None else compare(before, now, ignore=ignored)
                _show(options, reply, found, hiding, shown, first=before is None, screen=screen)
                before = now
                if found and options.until_changed:
                    return exit_codes.OK
            done += 1
            if options.count is not None and done >= options.count:
                return exit_codes.OK
            time.sleep(options.interval)


def _show(
    options: argparse.Namespace,
    reply: Reply,
    found: list[Change],
    hiding: secrets.Hiding,
    shown: view.View,
    *,
    first: bool,
    screen: bool,
) -> None:
    stamp = time.strftime("%Y-%m-%d %H:%M:%S")
    reply = hiding.reply(reply)
    if options.output in ("json", "jsonl", "yaml"):
        data: dict[str, Any] = {"time": stamp}
        if first:
            values = reply.to_json()
            data["reply"] = shown.data(rows_of(values, reply.method)) if shown.given else values
        elif found:
            data["changes"] = hiding.text([change.to_json() for change in found])
        else:
            return
        start = "---\n" if options.output == "yaml" else ""
        output.write(start + output.render_data(data, options.output))
        return
    lines = [hiding.text(str(change)) for change in found]
    if screen:
        words = hide_params(options.method, options.params)
        head = f"{stamp}  {options.method} {' '.join(words)}".rstrip()
        body = output.render(reply, options.output, shown)
        painted = [colour.paint(line, "yellow", sys.stdout) for line in lines]
        output.write(f"{_CLEAR}{head}\n\n{body}" + "".join("\n" + line for line in painted))
        output.write("\n")
    elif first:
        output.write(output.render(reply, options.output, shown))
    else:
        output.write("".join(f"{stamp} {line}\n" for line in lines))


def _tell_failure(error: BinrpcError, *, screen: bool) -> None:
    if screen:
        output.write(_CLEAR)
    common.complain(error)
