# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``kamrpc doctor``: why an endpoint cannot be called, and what to do."""

from __future__ import annotations

import argparse
import shutil
import sys
import textwrap
from typing import TYPE_CHECKING

from ..core.address import parse_address
from ..core.printable import printable
from . import colour, common, exit_codes, output

if TYPE_CHECKING:
    from .finding import Finding

_DESCRIPTION = """Examine an endpoint step by step: its path, owner and mode, the process that
listens, the network, the protocol, the server, the time for a call, and who else can reach ctl.
Ends with advice. Nothing is changed. If the endpoint does not speak binrpc, a SIP, an HTTP and a
FIFO request are sent to find out what it is.
"""
_STYLES = {"ok": "green", "warning": "yellow", "failed": "red"}
_LINE = 96
_WIDTH = 13


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the subcommand."""
    parser = commands.add_parser(
        "doctor",
        help="find out why an endpoint cannot be called",
        description=_DESCRIPTION,
        epilog=exit_codes.HELP,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    common.add_call_options(parser)
    common.add_output_option(parser, output.FORMATS)
    parser.add_argument(
        "name",
        metavar="ENDPOINT",
        nargs="?",
        help="address or name of an endpoint, instead of --endpoint",
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Examine; return the exit status."""
    return common.guarded(lambda: _run(options), options.output)


def _run(options: argparse.Namespace) -> int:
    from .diagnose import diagnose

    if options.name and options.endpoint:
        raise ValueError(f"two endpoints, {options.endpoint} and {options.name}; give one")
    settings = common.Settings(options)
    name = options.name or settings.endpoint
    address = parse_address(settings.resolve(name))
    text = options.output == "text"
    if text:
        _show("address", "ok", str(address) if str(address) == name else f"{name} is {address}")
    found = []
    for finding in diagnose(address, settings.timeout):
        found.append(finding)
        if text:
            _show(finding.check, finding.state, finding.text)
    status = next((each.status for each in found if each.state == "failed"), exit_codes.OK)
    if text:
        _conclude(found)
    else:
        data = {
            "endpoint": name,
            "address": str(address),
            "ok": status == exit_codes.OK,
            "findings": [each.to_json() for each in found],
        }
        if options.output == "table":
            output.write(output.render_data(data["findings"], "table"))
        else:
            output.write(output.render_data(data, options.output))
    return status


def _show(check: str, state: str, text: str) -> None:
    word = colour.paint(f"{state:8}", _STYLES[state], sys.stdout)
    output.write(f"{word}{check:{_WIDTH}}{text}\n")


def _conclude(found: list[Finding]) -> None:
    remedies = [each for each in found if each.remedy]
    if not remedies:
        wrong = any(each.state == "failed" for each in found)
        output.write("" if wrong else "\nNothing is wrong.\n")
        return
    output.write("\nWhat to do:\n")
    for each in remedies:
        text = textwrap.fill(
            f"{each.check}: {printable(each.remedy)}",
            min(_LINE, shutil.get_terminal_size((_LINE, 24)).columns - 1),
            initial_indent="  ",
            subsequent_indent="    ",
            break_long_words=False,
            break_on_hyphens=False,
        )
        output.write(text + "\n")
