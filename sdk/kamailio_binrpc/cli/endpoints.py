# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Which endpoints a command is about: groups of the configuration, and how many at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..core.errors import EncodeError

if TYPE_CHECKING:
    import argparse

    from ..core.address import Address
    from .common import Settings


def add_options(
    parser: argparse.ArgumentParser,
    *,
    limit: int = 500,
    deadline: str = "time limit for all endpoints",
) -> None:
    """Add ``--group``, ``--all``, ``--limit`` and ``--deadline``.

    :param deadline: the help of that option.
    """
    add = parser.add_argument
    add(
        "-g",
        "--group",
        metavar="NAME",
        action="append",
        default=[],
        help="group or endpoint of the configuration, or an address; may be repeated",
    )
    add("--all", action="store_true", help="all endpoints of the configuration")
    add(
        "--limit",
        metavar="N",
        type=int,
        default=limit,
        help="maximum number of endpoints at the same time (default: %(default)s)",
    )
    add("--deadline", metavar="SECONDS", type=float, help=deadline)
    add("--no-progress", action="store_true", help="do not show progress on the terminal")


def add_batch_options(parser: argparse.ArgumentParser) -> None:
    """Add ``--serial`` and ``--max-fail``."""
    add = parser.add_argument
    add(
        "--serial",
        metavar="N",
        action="append",
        help="size of a batch, as a number or a percentage; may be repeated",
    )
    add(
        "--max-fail",
        metavar="PERCENT",
        type=float,
        help="stop after a batch with more than this percentage of failures",
    )


def chosen(options: argparse.Namespace, settings: Settings) -> dict[str, str | Address]:
    """Return name -> address of the endpoints of ``--group`` and ``--all``.

    :raises EncodeError: there are none.
    """
    endpoints = settings.config.select(options.group)
    if options.all:
        endpoints.update(settings.config.endpoints)
    if not endpoints:
        raise EncodeError("no endpoints: name some with -g, or all of the configuration by --all")
    return endpoints
