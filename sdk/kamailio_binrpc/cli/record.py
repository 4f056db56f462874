# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``kamrpc record``: what a server answers, kept in a file for ``kamrpc serve --replay``."""

from __future__ import annotations

import argparse
import contextlib
import re
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import common, exit_codes, output
from .words import split_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_DESCRIPTION = """Call the reading methods of a server, and save the answers to a file.

Only methods that are known to only read are called: those without parameters, those that read
tables and settings by name, and the calls that --call adds. The file is JSON, suitable for reading
and for diff; "kamrpc serve --replay FILE" serves it. Passwords, ha1 hashes, other secrets and
passwords in URLs are replaced with "(hidden)". The contents of hash tables and shared variables are
written as they are, unless their names indicate a secret: check the file before you pass it on.
"""


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the subcommand."""
    parser = commands.add_parser(
        "record",
        help="save the answers of a server to a file",
        description=_DESCRIPTION,
        epilog=exit_codes.HELP,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    common.add_call_options(parser)
    parser.add_argument(
        "-o", "--output", metavar="FILE", help="output file (default: standard output)"
    )
    parser.add_argument(
        "--call",
        metavar="CALL",
        action="append",
        default=[],
        help="also record this call, such as 'ul.lookup location alice'; it must only read; may "
        "be repeated",
    )
    parser.add_argument(
        "--mask",
        metavar="REGEX",
        help="also mask members whose names match this expression",
    )
    parser.add_argument("-v", "--verbose", action="store_true", help="print each call")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Record; return the exit status."""
    from ..core.lab.recorder import record_server

    def tell(method: str, params: Any) -> None:
        output.tell(" ".join(map(str, (method, *params))) + "\n")

    def work() -> int:
        also = []
        for line in options.call:
            method, *words = split_line(line)
            also.append((method, *common.read_params(method, words)))
        try:
            secret = _pattern(options.mask)
        except re.error as error:
            raise ValueError(f"--mask {options.mask}: {error}") from None
        with _target(options.output) as write, common.Settings(options).client() as client:
            found = record_server(client.call, also, secret, tell if options.verbose else None)
            write(found.dump())
        if options.output:
            output.write(f"{len(found)} calls of {found.server} in {options.output}\n")
        return exit_codes.OK

    return common.guarded(work)


def _pattern(more: str | None) -> re.Pattern[str]:
    from ..core.catalogue.secrets import SECRET_NAME

    if more is None:
        return SECRET_NAME
    return re.compile(f"(?:{SECRET_NAME.pattern})|(?:{more})", re.IGNORECASE)


@contextlib.contextmanager
def _target(name: str | None) -> Iterator[Callable[[str], None]]:
    """Yield a function that writes the file. Fails before the first call if it cannot be written.

    An existing file is replaced when all is written, and stays as it was after a failure. Only its
    owner can read it, since it holds what a server is configured with.

    :raises ValueError: the file cannot be written.
    """
    if name is None:
        yield output.write
        return
    try:
        if Path(name).exists() and not Path(name).is_file():  # a pipe or a device
            with open(name, "w") as file:  # noqa: PTH123
                yield lambda text: print(text, end="", file=file)
            return
        with tempfile.NamedTemporaryFile(
            "w", dir=Path(name).parent, prefix=f".{Path(name).name}.", delete=False
        ) as file:
            try:
                yield lambda text: print(text, end="", file=file)
                file.flush()
                Path(file.name).replace(name)
            except BaseException:
                Path(file.name).unlink()
                raise
    except OSError as error:
        raise ValueError(f"--output {name}: {error.strerror or error}") from error
