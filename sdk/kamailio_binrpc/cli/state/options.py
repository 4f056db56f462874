# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Shared by the subcommands about desired state: files, servers, journals, output."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from ...core.errors import EncodeError
from .. import common, endpoints, exit_codes, output
from ..progress import Progress

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ...core.address import Address
    from ...core.state.journal import Journals

APPLY_LIMIT = 50
"""Servers that are changed at once; each takes a thread."""


def command(
    commands: argparse._SubParsersAction[argparse.ArgumentParser],
    name: str,
    text: str,
    description: str,
) -> argparse.ArgumentParser:
    """Declare a subcommand."""
    return commands.add_parser(
        name,
        help=text,
        description=description,
        epilog=exit_codes.HELP,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )


def add_files(parser: argparse.ArgumentParser, *, what: str = "") -> None:
    """Add the files and ``--overlay``."""
    parser.add_argument(
        "file",
        metavar="FILE",
        nargs="+",
        help=f"file with the desired state; several files are combined; - is standard input{what}",
    )
    parser.add_argument(
        "--overlay",
        metavar="FILE",
        action="append",
        default=[],
        help="file that overrides the others; {name} in its path is the name of the endpoint; a "
        "missing file counts as empty; may be repeated",
    )


def add_servers(parser: argparse.ArgumentParser, *, limit: int = 500, **more: str) -> None:
    """Add the options that say which servers, and how to call them."""
    common.add_call_options(parser)
    endpoints.add_options(parser, limit=limit, **more)


def add_output(parser: argparse.ArgumentParser) -> None:
    """Add the forms of the output."""
    common.add_output_option(parser, output.FORMATS)


def add_journals(parser: argparse.ArgumentParser) -> None:
    """Add ``--journals``."""
    parser.add_argument(
        "--journals",
        metavar="FOLDER",
        help="folder of the journals of changes (default: /var/lib/kamailio-binrpc for root, else "
        "~/.local/state/kamailio-binrpc)",
    )


def add_run_options(parser: argparse.ArgumentParser) -> None:
    """Add what all subcommands about journals take."""
    common.add_call_options(parser, several=True)
    add_output(parser)
    add_journals(parser)


def journals(options: argparse.Namespace) -> Journals:
    """Return the journals of ``--journals``."""
    from ...core.state.journal import Journals

    return Journals(getattr(options, "journals", None))


class Servers:
    """The servers of one run of a command.

    :ivar addresses: name -> address.
    :ivar several: a fleet was asked for, so that servers are named in the output.
    """

    def __init__(self, options: argparse.Namespace, settings: common.Settings) -> None:
        self.several = bool(options.group or options.all)
        if self.several and options.endpoint:
            raise EncodeError("--endpoint is one server, --group and --all are several: give one")
        self.addresses: dict[str, str | Address]
        if self.several:
            self.addresses = endpoints.chosen(options, settings)
        else:
            self.addresses = {settings.endpoint: settings.address}

    def progress(self, options: argparse.Namespace, names: Iterable[str]) -> Progress:
        """Return the line of progress, which is on a terminal only."""
        wanted = self.several and sys.stderr.isatty() and not options.no_progress
        return Progress(names, sys.stderr if wanted else None)
