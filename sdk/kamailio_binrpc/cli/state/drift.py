# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``kamrpc drift``: which servers are not as wanted, grouped by how they differ. Reads only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...core.printable import listed, one_line
from ...state import report as reports
from ...state.report import grouped
from .. import common, exit_codes, output
from . import options as shared
from . import reading, render
from .wishes import Wishes

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Sequence

    from ...state.report import Group, ServerReport


def run(options: argparse.Namespace) -> int:
    """Compare and show; return the exit status."""
    return common.guarded(lambda: _run(options), options.output)


def _run(options: argparse.Namespace) -> int:
    settings = common.Settings(options)
    servers = shared.Servers(options, settings)
    wishes = Wishes(options)
    progress = servers.progress(options, servers.addresses)

    def one(report: ServerReport) -> None:
        _known(report)
        progress.add(report.name, failed=bool(report.error))
        if options.output == "jsonl":
            progress.write(render.event("server", **report.to_json()))

    try:
        found = reading.planned(servers.addresses, wishes, settings, options, one)
    finally:
        progress.end()
    status = exit_codes.gravest(map(reading.status, found))
    groups = grouped(found)
    if options.output == "text":
        output.write("".join(_lines(groups)))
        output.tell(render.summary(found) + "\n")
    elif options.output == "table":
        output.write(render.table(found))
    elif options.output in output.WHOLE:
        more = {"wish": wishes.name, "groups": [_data(group) for group in groups]}
        output.write(render.data("drift", found, status, options.output, **more))
    else:
        output.write(render.event("end", command="drift", status=status))
    return status


def _known(report: ServerReport) -> None:
    """A server with only unknown leaves is as wanted, as far as can be known.

    A state that is given once is not a drift.
    """
    report.changes = [each for each in report.changes if each.action != reports.FORCE]
    if report.outcome == reports.DIFFERS and len(report.unknown) == len(report.changes):
        report.outcome = reports.UNCHANGED


def _lines(groups: Sequence[Group]) -> Iterator[str]:
    for group in groups:
        yield render.head(group)
        report = group.report
        if report.error:
            yield f"  {render.outcome(report)}: {one_line(report.error)}\n"
        known = [each for each in report.changes if each not in report.unknown]
        yield from (f"  {render.change(each)}" for each in known)
        if not known and not report.error:
            yield f"  {render.outcome(report)}\n"
        if report.unknown:
            names = [one_line(each.address) for each in report.unknown]
            yield f"  not shown by the server: {listed(names, render.SHOWN_NAMES)}\n"


def _data(group: Group) -> dict[str, Any]:
    found = group.report.to_json()
    return {"names": group.names, "outcome": found["outcome"], "changes": found["changes"]}
