# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``kamrpc``: the entry point and its subcommands."""

from __future__ import annotations

import argparse
import os
import sys
from typing import TYPE_CHECKING

from .._version import __version__
from . import call, exit_codes, serve

if TYPE_CHECKING:
    from collections.abc import Sequence


def build_parser() -> argparse.ArgumentParser:
    """Build the parser with all subcommands."""
    parser = argparse.ArgumentParser(
        prog="kamrpc",
        description="Call RPCs of a running Kamailio through its ctl module, or play one.",
    )
    parser.add_argument("--version", action="version", version="kamrpc " + __version__)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    call.add_parser(commands)
    serve.add_parser(commands)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run ``kamrpc``; return its exit status."""
    options = build_parser().parse_args(argv)
    try:
        status: int = options.run(options)
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader of our output has gone, as ``head`` does; Python would complain at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return exit_codes.OK
    except KeyboardInterrupt:
        return 130
    return status


if __name__ == "__main__":
    sys.exit(main())
