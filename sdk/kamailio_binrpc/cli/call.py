# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``kamrpc call``: one method, its reply on standard output."""

from __future__ import annotations

import argparse
import sys

from ..core import wire
from ..core.client import Client
from ..core.errors import BinrpcError
from ..core.faults import Fault
from ..core.params import from_text
from . import exit_codes, text

_DESCRIPTION = """Call one RPC and print the values of its reply.

Arguments are typed by their look: 5 is an int, 1.5 a float, anything else a string. A prefix
forces the type: s:5 (string), i:5 (int), d:5 (float), b:0a0b (bytes). Put -- before an
argument that starts with a dash, such as -1.
"""


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the subcommand."""
    parser = commands.add_parser(
        "call",
        help="call one method",
        description=_DESCRIPTION,
        epilog=exit_codes.HELP,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "-s",
        "--endpoint",
        metavar="ADDR",
        default=wire.DEFAULT_ADDRESS,
        help="[unix|unixd|udp|tcp:]name[:port] (default: %(default)s)",
    )
    parser.add_argument(
        "-t",
        "--timeout",
        metavar="SECONDS",
        type=float,
        default=5.0,
        help="for the whole call (default: %(default)s)",
    )
    parser.add_argument(
        "--connect-wait",
        metavar="SECONDS",
        type=float,
        default=0.0,
        help="go on trying to connect for so long (default: %(default)s)",
    )
    parser.add_argument(
        "-o",
        "--output",
        choices=("text", "json"),
        default="text",
        help="text as kamcmd prints it, or the list of values as JSON (default: %(default)s)",
    )
    parser.add_argument("method", metavar="METHOD", help="such as core.version")
    parser.add_argument("params", metavar="ARG", nargs="*", help="parameters of the method")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Make the call; return the exit status."""
    try:
        params = [from_text(word) for word in options.params]
        with Client(options.endpoint, options.timeout, connect_wait=options.connect_wait) as client:
            reply = client.call(options.method, *params)
    except BinrpcError as error:
        _report(error, options.output)
        return exit_codes.status_of(error)
    except ValueError as error:  # a time out of range
        print(f"kamrpc: {error}", file=sys.stderr)
        return exit_codes.USAGE
    if options.output == "json":
        import json

        print(json.dumps(reply.to_json()))
    else:
        # Bytes that are not UTF-8 go out as they came in.
        sys.stdout.buffer.write(text.render(reply).encode("utf-8", "surrogateescape"))
        sys.stdout.flush()
    return exit_codes.OK


def _report(error: BinrpcError, output: str) -> None:
    """Say what went wrong on standard error; a fault's data also in JSON where asked."""
    print(f"kamrpc: {error}", file=sys.stderr)
    if output == "json" and isinstance(error, Fault):
        import json

        fault = {"code": error.code, "text": error.text, "method": error.method}
        print(json.dumps({"fault": fault}), file=sys.stderr)
