# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``kamrpc``: the entry point and its subcommands."""

from __future__ import annotations

import argparse
import os
import sys
from importlib import import_module

from .._version import __version__
from . import exit_codes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

# Each is declared by a module of this package, in the order of the help.
_COMMANDS = {
    "call": "call",
    "shell": "shell",
    "methods": "methods",
    "facts": "facts",
    "watch": "watch",
    "batch": "batch",
    "fleet": "fleet",
    "trace": "trace",
    "record": "record",
    "config": "config",
    "completion": "completion",
    "complete": "completion",
    "serve": "serve",
}


class _Version(argparse.Action):
    """Shows more than the action of this name, and imports it only then."""

    def __call__(self, parser: argparse.ArgumentParser, *_arguments: object) -> None:
        from ..core.decoding import decoder_implementation

        print(f"kamrpc {__version__} (decoder: {decoder_implementation()})")
        parser.exit()


def build_parser(command: str | None = None) -> argparse.ArgumentParser:
    """Build the parser with all subcommands, or with one alone, whose module is then the only
    one that has to be loaded.
    """
    parser = argparse.ArgumentParser(
        prog="kamrpc",
        description="Call RPCs of a running Kamailio through its ctl module, or play one.",
        epilog=exit_codes.HELP,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--version", action=_Version, nargs=0, help="show the version and the decoder in use"
    )
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    wanted = [_COMMANDS[command]] if command in _COMMANDS else dict.fromkeys(_COMMANDS.values())
    for name in wanted:
        import_module(f".{name}", __package__).add_parser(commands)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run ``kamrpc``; return its exit status."""
    words = sys.argv[1:] if argv is None else argv
    options = build_parser(words[0] if words else None).parse_args(words)
    try:
        status: int = options.run(options)
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader of our output has gone, as ``head`` does; Python would complain at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return exit_codes.OK
    except KeyboardInterrupt:
        return exit_codes.INTERRUPTED
    return status


if __name__ == "__main__":
    sys.exit(main())
