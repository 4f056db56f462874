# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``kamrpc drain`` and ``undrain``: gateways out of service, and back."""

from __future__ import annotations

import argparse

from . import common, ensuring, exit_codes

_DRAIN = """Take a gateway out of service: a destination of the dispatcher gets no new calls.

Calls in progress continue. If the set would have no active destination left on one of the servers,
no server is changed. The change lasts until dispatcher.reload or a restart.
"""
_UNDRAIN = """Put a gateway back into service.

When a destination is disabled, the server stops probing it. --probing enables probing again.
"""


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the subcommands."""
    for name, text, state in (("drain", _DRAIN, "disabled"), ("undrain", _UNDRAIN, "active")):
        parser = commands.add_parser(
            name,
            help=text.partition(":")[0].partition(".")[0].lower(),
            description=text,
            epilog=exit_codes.HELP,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        ensuring.add_options(parser)
        if state == "disabled":
            parser.add_argument(
                "--at-least",
                metavar="N",
                type=int,
                help="minimum number of active destinations left in the set (default: 1)",
            )
        else:
            parser.add_argument("--probing", action="store_true", help="also enable probing")
        parser.add_argument("set", metavar="SET", type=int, help="number of the set")
        parser.add_argument(
            "uri", metavar="URI", help="URI in any equivalent spelling, or duid=NAME"
        )
        parser.set_defaults(run=run, state=state, verb=name.capitalize())


def run(options: argparse.Namespace) -> int:
    """Change the state; return the exit status."""
    return common.guarded(lambda: _run(options), options.output)


def _run(options: argparse.Namespace) -> int:
    from ..desired import DispatcherState

    by_duid = options.uri.startswith("duid=")
    resource = DispatcherState(
        options.set,
        options.state,
        uri=None if by_duid else options.uri,
        duid=options.uri.removeprefix("duid=") if by_duid else None,
        probing=True if getattr(options, "probing", False) else None,
        least=getattr(options, "at_least", None),
    )
    return ensuring.change(options, resource, f"{options.verb} {options.uri} in set {options.set}")
