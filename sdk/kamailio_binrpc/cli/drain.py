# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``kamrpc drain`` and ``undrain``: gateways out of service, and back."""

from __future__ import annotations

import argparse

from . import common, ensuring, exit_codes

_DRAIN = """Take a gateway out of service: a destination of the dispatcher gets no new calls.

Calls in progress go on. A server where the set would be left without an active destination refuses,
and then no server is changed. The change lasts until dispatcher.reload or a restart.
"""
_UNDRAIN = """Bring a gateway back into service.

The server forgets whether it probed a destination that was disabled: --probing brings that back.
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
                help="how many active destinations have to be left in the set (default: 1)",
            )
        else:
            parser.add_argument("--probing", action="store_true", help="have it probed again")
        parser.add_argument("set", metavar="SET", type=int, help="the number of the set")
        parser.add_argument("uri", metavar="URI", help="written in any way; or duid=NAME")
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
