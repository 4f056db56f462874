# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``kamrpc record``: what a server answers, kept in a file for ``kamrpc serve --replay``."""

from __future__ import annotations

import argparse
import os
import re
import sys
from typing import Any

from . import common, exit_codes

_DESCRIPTION = """Ask a server everything that changes nothing, and keep the answers in a file.

That is every method that is known to read only: those that need no parameters, tables and
settings by name, and what --call adds. The file is JSON, readable and fit for diff; "kamrpc serve
--replay FILE" serves it. Passwords, ha1 hashes and other secrets are replaced by "(masked)", and so
are passwords in URLs; what hash tables and shared variables hold is written as it is, unless its
name tells that it is a secret: look at the file before you pass it on.
"""


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the subcommand."""
    parser = commands.add_parser(
        "record",
        help="keep what a server answers in a file",
        description=_DESCRIPTION,
        epilog=exit_codes.HELP,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    common.add_call_options(parser)
    parser.add_argument("-o", "--output", metavar="FILE", help="(default: standard output)")
    parser.add_argument(
        "--call",
        metavar="CALL",
        action="append",
        default=[],
        help="record this too, such as 'ul.lookup location alice'; it must be read-only; may be "
        "repeated",
    )
    parser.add_argument(
        "--mask",
        metavar="REGEX",
        help="mask members whose name this matches as well",
    )
    parser.add_argument("-v", "--verbose", action="store_true", help="tell each call")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Record; return the exit status."""
    from ..core.lab.recorder import record_server

    def tell(method: str, params: Any) -> None:
        print(" ".join(map(str, (method, *params))), file=sys.stderr)

    def work() -> int:
        also = []
        for line in options.call:
            method, *words = line.split()
            also.append((method, *common.read_params(method, words)))
        try:
            secret = _pattern(options.mask)
        except re.error as error:
            raise ValueError(f"--mask {options.mask}: {error}") from None
        with common.Settings(options).client() as client:
            found = record_server(client.call, also, secret, tell if options.verbose else None)
        _write(options.output, found.dump())
        if options.output:
            print(f"{len(found)} calls of {found.server} in {options.output}")
        return exit_codes.OK

    return common.guarded(work)


def _pattern(more: str | None) -> re.Pattern[str]:
    from ..core.lab.masking import SECRET_NAME

    if more is None:
        return SECRET_NAME
    return re.compile(f"(?:{SECRET_NAME.pattern})|(?:{more})", re.IGNORECASE)


def _write(name: str | None, text: str) -> None:
    if name is None:
        sys.stdout.write(text)
        return
    # What a server is configured with is nobody else's business.
    with open(os.open(name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:  # noqa: PTH123
        file.write(text)
