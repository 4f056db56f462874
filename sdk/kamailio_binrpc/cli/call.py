# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``kamrpc call``: one method, its reply on standard output."""

from __future__ import annotations

import argparse

from . import common, exit_codes, guard, output, view

_DESCRIPTION = """Call one RPC and print the values of its reply.

Arguments get the types that the method expects: if it expects a string, 5 is sent as a string. If
the method is not in the catalogue, the server is asked for the types. If it does not report them,
kamrpc prints a warning and uses the form of the argument: 5 is an integer, 1.5 a float, and
anything else a string. A prefix forces the type: s:5 (string), i:5 (integer), d:5 (float),
b:0a0b (bytes), j:[1,2] (JSON). Put -- before an argument that starts with a dash, such as -1.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ..core.client import Client
    from ..core.reply import Reply


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the subcommand."""
    parser = commands.add_parser(
        "call",
        help="call one method",
        description=_DESCRIPTION,
        epilog=exit_codes.HELP,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    common.add_call_options(parser)
    common.add_output_option(parser, output.FORMATS)
    view.add_options(parser)
    guard.add_options(parser)
    common.add_method_arguments(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Make the call; return the exit status."""

    def work() -> int:
        shown = view.View.of(options)
        params = common.read_params(options.method, options.params, raw=options.raw)
        settings = common.Settings(options)
        if not guard.allow(options, settings, [settings.endpoint], options.method, params):
            return exit_codes.OK
        with settings.client() as client:
            reply = _call(settings, client, options, params)
        output.write(output.render(reply, options.output, shown))
        return exit_codes.OK

    return common.guarded(work, options.output)


def _call(
    settings: common.Settings, client: Client, options: argparse.Namespace, params: list[Any]
) -> Reply:
    if options.raw:
        return common.call(settings, client, options.method, params)
    from .signatures import Signatures

    with Signatures(client).types(options.method, options.params, params) as settled:
        return common.call(settings, client, options.method, settled)
