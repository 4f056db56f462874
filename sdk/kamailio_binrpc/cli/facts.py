# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``kamrpc facts``: what a server is, in a shape that does not depend on its release."""

from __future__ import annotations

import argparse

from . import common, exit_codes, output


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the subcommand."""
    from ..core.facts import PARTS

    parser = commands.add_parser(
        "facts",
        help="show version, modules, memory and more of a server",
        description="Show facts about a server. SUBSET is one of: all, min, "
        + ", ".join(PARTS)
        + ". A ! before a name excludes that subset.",
        epilog=exit_codes.HELP,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    common.add_call_options(parser)
    common.add_output_option(parser, output.FORMATS)
    parser.add_argument(
        "subset", metavar="SUBSET", nargs="*", help="subset of the facts (default: all)"
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Gather and print; return the exit status."""
    from ..core import facts

    def work() -> int:
        parts = facts.select(options.subset or ["all"])
        with common.Settings(options).client() as client:
            found = facts.gather(client.call, parts)
        output.write(output.render_data(found, options.output))
        return exit_codes.OK

    return common.guarded(work, options.output)
