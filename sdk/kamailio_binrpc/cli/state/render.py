# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Plans and results for people: a line for each leaf, then effects, the way back, and a count."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

from ...core.printable import listed, one_line
from ...state import report as reports
from .. import colour, output

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ...state.report import ChangeReport, Group, ServerReport

SHOWN_NAMES = 6
_SIGNS = {
    reports.ADD: ("+", "green"),
    reports.CHANGE: ("~", "yellow"),
    reports.REMOVE: ("-", "red"),
    reports.UNKNOWN: ("?", "blue"),
    reports.FORCE: ("!", "yellow"),
}
_WORDS = {
    reports.ADD: "to add",
    reports.CHANGE: "to change",
    reports.REMOVE: "to remove",
    reports.UNKNOWN: "not shown by the server",
    reports.FORCE: "to force",
}
_OUTCOMES = {
    reports.UNCHANGED: ("as wanted", "green"),
    reports.DIFFERS: ("differs", "yellow"),
    reports.CHANGED: ("changed", "green"),
    reports.PENDING: ("changed, waiting for a confirmation", "yellow"),
    reports.UNDONE: ("undone: as before", "yellow"),
    reports.PARTLY_UNDONE: ("NOT all undone: act", "red"),
    reports.REFUSED: ("refused: nothing was changed", "yellow"),
    reports.UNREACHABLE: ("unreachable: nothing was changed", "red"),
    reports.UNKNOWN: ("unknown: act", "red"),
}


def plan(groups: Sequence[Group], *, several: bool) -> str:
    """Return what would change, for each group of servers.

    :param several: servers are named, as there may be more than one.
    """
    parts = []
    for group in groups:
        text = "".join(_plan(group.report))
        parts.append(head(group) + _indented(text) if several else text)
    return "\n".join(part for part in parts if part)


def head(group: Group) -> str:
    """Return the line that names the servers of a group."""
    names = one_line(listed(group.names, SHOWN_NAMES))
    count = f"{len(group.names)} servers ({names})" if len(group.names) > 1 else names
    return colour.paint(f"{count}:", "bold", sys.stdout) + "\n"


def _plan(report: ServerReport) -> Iterator[str]:
    if report.error:
        yield f"{outcome(report)}: {one_line(report.error)}\n"
        return
    yield from map(change, report.changes)
    yield from _paragraph("Effects", report.effects)
    yield from _paragraph("Note", report.warnings)
    yield from _way_back(report.changes)
    yield counted(report) + "\n"


def change(each: ChangeReport) -> str:
    """Return the line of one leaf."""
    sign, style = _SIGNS[each.action]
    return colour.paint(f"{sign} {_said(each)}", style, sys.stdout) + "\n"


def _said(each: ChangeReport) -> str:
    data = each.to_json()
    before, after = data["before"], data["after"]
    address = one_line(each.address)
    if each.secret:
        return f"{address}: (hidden)"
    if each.action == reports.ADD:
        return f"{address}: {value(after)}"
    if each.action == reports.REMOVE:
        return f"{address}: was {value(before)}"
    if each.action == reports.UNKNOWN:
        return f"{address}: ? -> {value(after)}"
    if isinstance(before, dict) and isinstance(after, dict):
        names = [name for name in {**before, **after} if before.get(name) != after.get(name)]
        return f"{address}: " + ", ".join(
            f"{one_line(name)} {value(before.get(name))} -> {value(after.get(name))}"
            for name in names
        )
    return f"{address}: {value(before)} -> {value(after)}"


def value(found: Any) -> str:
    """Return a value of a leaf in one line, from which numbers and texts can be told apart."""
    if isinstance(found, dict) and found:
        return ", ".join(f"{one_line(name)} {value(each)}" for name, each in found.items())
    if isinstance(found, bytes):
        found = found.decode("utf-8", "surrogateescape")
    return one_line(json.dumps(found, ensure_ascii=False, default=str))


def _paragraph(title: str, lines: Iterable[str]) -> Iterator[str]:
    lines = list(lines)
    if lines:
        yield f"{title}:\n"
        yield from (f"  {one_line(line)}\n" for line in lines)


def _way_back(changes: Sequence[ChangeReport]) -> Iterator[str]:
    """Say of each change how far it can be undone, and what loses it; short where all can."""
    if not changes:
        return
    weak = [each for each in changes if each.reversible != "exact"]
    yield "Undo:\n"
    if len(weak) < len(changes):
        rest = "all" if not weak else str(len(changes) - len(weak))
        yield f"  exact: {rest}\n"
    for kind, text in (
        ("value", "the value only"),
        ("none", colour.paint("NOT possible", "red", sys.stdout)),
    ):
        for each in weak:
            if each.reversible == kind:
                yield f"  {text}: {one_line(each.address)}: {one_line(each.why)}\n"
    early = sum(each.lost_on == "reload" for each in changes)
    if early == len(changes):
        yield "Lost on a reload of the module, and on a restart.\n"
    elif early:
        yield f"Lost on a restart; {early} of them on a reload of the module.\n"
    else:
        yield "Lost on a restart.\n"


def counted(report: ServerReport) -> str:
    """Return the line that counts the changes of one server."""
    counts = dict.fromkeys(_WORDS, 0)
    for each in report.changes:
        counts[each.action] += 1
    parts = [f"{count} {_WORDS[action]}" for action, count in counts.items() if count]
    if not parts:
        return "Nothing to do: all is as wanted."
    return f"{', '.join(parts)}; {_calls(len(report.steps))}."


def _calls(count: int) -> str:
    return "1 call" if count == 1 else f"{count} calls"


def outcome(report: ServerReport) -> str:
    """Return the outcome of one server in words."""
    text, style = _OUTCOMES[report.outcome]
    return colour.paint(text, style, sys.stdout)


def result(report: ServerReport) -> str:
    """Return the result of one server in an apply, a rollback or a cancel."""
    lines = [f"{one_line(report.name)}: {outcome(report)}"]
    if report.outcome == reports.CHANGED and report.changes:
        lines[0] += f" ({_changes(len(report.changes))})"
    if report.error:
        lines[0] += f": {one_line(report.error)}"
    lines += (f"  {one_line(warning)}" for warning in report.warnings)
    lines += (
        colour.paint(
            f"  not undone: {one_line(each.address)} is {value(each.found)}: {one_line(each.why)}",
            "red",
            sys.stdout,
        )
        for each in report.not_undone
    )
    return "\n".join(lines) + "\n"


def _changes(count: int) -> str:
    return "1 change" if count == 1 else f"{count} changes"


def summary(outcomes: Sequence[ServerReport]) -> str:
    """Return the line that counts servers by outcome."""
    counts: dict[str, int] = {}
    for each in outcomes:
        counts[each.outcome] = counts.get(each.outcome, 0) + 1
    words = {name: name.replace("_", " ") for name in counts}
    if counts.get("differs", 0) > 1:
        words["differs"] = "differ"
    parts = [f"{count} {words[name]}" for name, count in counts.items()]
    noun = "server" if len(outcomes) == 1 else "servers"
    return f"{len(outcomes)} {noun}: {', '.join(parts)}"


def _indented(text: str) -> str:
    return "".join(f"  {line}\n" for line in text.splitlines())


def table(servers: Sequence[ServerReport]) -> str:
    """Return servers as a table: a row for each leaf, or one for a server without any."""
    from .. import table as tables

    rows: list[dict[str, Any]] = []
    for report in servers:
        start = {"server": report.name, "outcome": report.outcome.replace("_", " ")}
        problem = {"problem": report.error} if report.error else {}
        leaves = [
            {"change": each["action"], "of": each["address"], "from": each["before"]}
            | {"to": each["after"]}
            for each in (change.to_json() for change in report.changes)
        ]
        rows += ({**start, **leaf, **problem} for leaf in leaves or [{}])
    return tables.render_rows(rows)


def data(command: str, servers: Sequence[ServerReport], status: int, form: str, **more: Any) -> str:
    """Return the one object of ``-o json`` and ``-o yaml``."""
    found = {
        "format": 1,
        "command": command,
        "status": status,
        **more,
        "servers": [each.to_json() for each in servers],
    }
    return output.render_data(found, form)


def event(event: str, **members: Any) -> str:
    """Return one line of ``-o jsonl``."""
    return output.render_data({"format": 1, "event": event, **members}, "json")
