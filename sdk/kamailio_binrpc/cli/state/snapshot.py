# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``kamrpc snapshot``: a server as a file that says what it is. Reads only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...core.desired.calls import Calls
from ...core.desired.drive import drive
from ...core.errors import EncodeError
from ...core.printable import one_line
from ...core.state.snapshot import snapshot
from ...core.state.startup import as_cfg, as_dispatcher_list
from .. import common, exit_codes, output, view

if TYPE_CHECKING:
    import argparse

_FORMS = {
    None: lambda document: output.render_data(document, "yaml"),
    "cfg": as_cfg,
    "dispatcher.list": as_dispatcher_list,
}


def run(options: argparse.Namespace) -> int:
    """Describe a server; return the exit status."""
    return common.guarded(lambda: _run(options), options.output)


def _run(options: argparse.Namespace) -> int:
    if options.format and not isinstance(options.output, view.DefaultForm):
        raise EncodeError(f"--format {options.format} is a form of its own: leave -o out")
    with common.Settings(options).client() as client:
        document, left_out = drive(snapshot(options.section, options.name), Calls(client))
    left = [each.shown for each in left_out]
    if options.output in ("json", "jsonl"):
        data = {"format": 1, "command": "snapshot", "status": exit_codes.OK}
        data |= {"document": document, "left_out": left}
        output.write(output.render_data(data, options.output))
        return exit_codes.OK
    if options.output != "yaml":
        output.write(output.render_data(document, options.output))
        if left:
            output.tell(f"{len(left)} left out: -o yaml names them\n")
        return exit_codes.OK
    text = _FORMS[options.format](document)
    lines = [f"# {one_line(each['address'])}: {one_line(each['why'])}\n" for each in left]
    if lines:
        text += "# Left out:\n" + "".join(lines)
        output.tell(f"{len(lines)} left out, see the end\n")
    output.write(text)
    return exit_codes.OK
