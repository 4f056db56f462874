# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``kamrpc gateways``, ``calls`` and ``regs``: what operators look at most, in one word."""

from __future__ import annotations

import argparse
from typing import NamedTuple

from . import call, common, endpoints, exit_codes, fleet, output, secrets, view


class _List(NamedTuple):
    method: str
    help: str
    word: str
    word_help: str
    condition: str


_LISTS = {
    "gateways": _List(
        "dispatcher.list",
        "list the destinations of the dispatcher",
        "SET",
        "number of the set (default: all sets)",
        "ID={}",
    ),
    "calls": _List(
        "dlg.list",
        "list the calls that the dialog module tracks",
        "TEXT",
        "part of the URI of the caller or the callee (default: all calls)",
        "from_uri|to_uri~{}",
    ),
    "regs": _List(
        "ul.dump",
        "list the registered contacts",
        "AOR",
        "part of the address of record (default: all contacts)",
        "AoR~{}",
    ),
}

# What "call" and "fleet" want to know besides.
_DEFAULTS = {
    "params": [],
    "raw": False,
    "yes": True,
    "dry_run": False,
    "rate": None,
    "retries": 0,
    "diff": False,
    "serial": None,
    "max_fail": None,
}


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the subcommands."""
    for name, each in _LISTS.items():
        parser = commands.add_parser(
            name,
            help=each.help,
            description=f"{each.help.capitalize()}: {each.method} in a readable form.",
            epilog=exit_codes.HELP,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        common.add_call_options(parser)
        endpoints.add_options(parser)
        common.add_output_option(parser, output.forms("table"))
        view.add_options(parser)
        secrets.add_reveal_option(parser)
        parser.add_argument("word", metavar=each.word, nargs="?", help=each.word_help)
        parser.set_defaults(run=run, condition=each.condition, method=each.method, **_DEFAULTS)


def run(options: argparse.Namespace) -> int:
    """Print the list; return the exit status."""
    if options.word is not None:
        options.where = [*options.where, options.condition.format(options.word)]
    return fleet.run(options) if options.group or options.all else call.run(options)
