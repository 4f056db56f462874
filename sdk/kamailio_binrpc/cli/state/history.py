# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``kamrpc history`` and ``rollback``: the changes of this machine, and the way back from them."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Any

from ...core.errors import EncodeError
from ...core.printable import one_line
from ...core.state import journal as states
from ...core.state import transaction as core
from ...core.state.journal import JournalError
from ...state.change import rolled_back
from ...state.report import ServerReport
from .. import colour, common, exit_codes, guard, output
from . import options as shared
from . import pending, render
from .auditing import Auditing

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from ...core.state.journal import Entry


def history(options: argparse.Namespace) -> int:
    """List changes; return the exit status."""
    return pending.guarded(options, _history)


def rollback(options: argparse.Namespace) -> int:
    """Undo a change; return the exit status."""
    return pending.guarded(options, _rollback)


def _history(options: argparse.Namespace) -> int:
    settings = common.Settings(options)
    journals = shared.journals(options)
    words = list(options.word)
    if options.purge is not None:
        journals.purge(options.purge * 86400)
    if options.expired:
        client = pending.client_options(settings)
        found = pending.finish_expired(journals, client, Auditing(settings))
        return pending.finish(options, "history", found)
    if words[:1] == ["forget"]:
        if len(words) != 2:
            raise EncodeError("use: kamrpc history forget ID")
        auditing = Auditing(settings)
        entries = core.forget(journals, words[1])
        if not entries:
            raise JournalError(f"{words[1]} is not unfinished here")
        names = pending.names_of(settings)
        given_up = [ServerReport(_row(each, names)["server"], "forgotten") for each in entries]
        auditing.decided("history forget", given_up, words[1])
    elif len(words) > 1:
        raise EncodeError("one id at most; see 'kamrpc history --help'")
    else:
        entries = journals.entries(*words)
        if words and not entries:
            raise JournalError(f"there is no change {words[0]} here")
    names = pending.names_of(settings)
    rows = [_row(entry, names) for entry in entries]
    rows.sort(key=lambda row: (row["id"], row["server"]))  # ids sort by time
    if options.output in output.WHOLE:
        data = {"format": 1, "command": "history", "status": 0, "changes": rows}
        output.write(output.render_data(data, options.output))
    elif options.output == "jsonl":
        output.write(output.render_data(rows, "jsonl"))
    elif words and options.output == "text":
        output.write("".join(_details(row) for row in rows))
    else:
        output.write(_table(rows))
    return exit_codes.OK


def _row(entry: Entry, names: dict[str, str]) -> dict[str, Any]:
    row = core.summary(entry)
    row["server"] = names.get(row["endpoint"], row["endpoint"])
    return row


def _table(rows: Sequence[dict[str, Any]]) -> str:
    if not rows:
        return "no changes\n"
    cells = [["ID", "STARTED", "SERVER", "NAME", "STATE", "CALLS"], *map(_cells, rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = (
        "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True))
        for row in cells
    )
    return "".join(line.rstrip() + "\n" for line in lines)


def _cells(row: dict[str, Any]) -> list[str]:
    return [
        row["id"],
        _moment(row["started"]),
        one_line(row["server"]),
        one_line(row["name"]),
        _state(row),
        str(len(row["steps"])),
    ]


def _state(row: dict[str, Any]) -> str:
    text = str(row["state"])
    if row["left"] is not None:
        text += f", {max(0.0, row['left']):.0f} s left"
    return text + (", damaged" if row["damaged"] else "")


def _moment(seconds: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(seconds)) if seconds else "?"


def _details(row: dict[str, Any]) -> str:
    head = f"{one_line(row['server'])}: {_state(row)}, {_moment(row['started'])}"
    lines = [colour.paint(head, "bold", sys.stdout)]
    for step in row["steps"]:
        words = " ".join(render.value(param) for param in step["params"])
        lines.append(f"  {one_line(step['method'])} {words}".rstrip())
    return "\n".join(lines) + "\n"


def _rollback(options: argparse.Namespace) -> int:
    settings = common.Settings(options)
    journals = shared.journals(options)
    entries = [
        entry
        for entry in journals.entries(options.id)
        if entry.state not in {states.UNDONE, states.REFUSED, states.RESTARTED}
    ]
    if not entries:
        known = journals.entries(options.id)
        state = f"it is {known[0].state}" if known else "there is no such change here"
        raise JournalError(f"nothing to roll back of {options.id}: {state}")
    names = pending.names_of(settings)
    servers = [_row(entry, names)["server"] for entry in entries]
    try:
        guard.allow_change(settings, servers, f"Undo {options.id}", yes=options.yes)
    except guard.Refused as error:
        common.complain(error)
        return exit_codes.REFUSED
    auditing = Auditing(settings)
    found = rolled_back(
        journals,
        entries,
        names,
        force=options.force,
        client=pending.client_options(settings),
        on_step=auditing.step,
    )
    auditing.decided("rollback", found, options.id)
    return pending.finish(options, "rollback", found)
