# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``kamrpc plan``: what an apply would do, on one server or on many. Reads only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...core.errors import EncodeError
from ...core.state.journal import JournalError
from ...state.report import grouped
from .. import common, exit_codes, output
from . import options as shared
from . import reading, render
from .auditing import Auditing
from .wishes import Wishes, save_plan

if TYPE_CHECKING:
    import argparse

    from ...core.state.plan import Plan
    from ...state.report import ServerReport


def run(options: argparse.Namespace) -> int:
    """Plan and show; return the exit status."""
    return common.guarded(lambda: _run(options), options.output)


def _run(options: argparse.Namespace) -> int:
    settings = common.Settings(options)
    servers = shared.Servers(options, settings)
    if options.out and len(servers.addresses) > 1:
        raise EncodeError("--out keeps the plan of one server; name one by -s")
    wishes = Wishes(options)
    auditing = Auditing(settings)
    progress = servers.progress(options, servers.addresses)

    def one(report: ServerReport) -> None:
        progress.add(report.name, failed=bool(report.error))
        if options.output == "jsonl":
            progress.write(render.event("server", **report.to_json()))

    def keep(name: str, plan: Plan) -> None:
        try:
            seal = shared.journals(options).seal()
        except JournalError as error:
            raise EncodeError(str(error)) from None
        save_plan(options.out, plan, wishes.of(name).documents, seal)

    try:
        reports = reading.planned(
            servers.addresses, wishes, settings, options, one, keep if options.out else None
        )
    finally:
        progress.end()
    status = exit_codes.gravest(map(reading.status, reports))
    auditing.planned("plan", reports, wishes.name)
    if options.output == "text":
        output.write(render.plan(grouped(reports), several=servers.several))
        if servers.several:
            output.tell(render.summary(reports) + "\n")
    elif options.output == "table":
        output.write(render.table(reports))
    elif options.output in output.WHOLE:
        output.write(render.data("plan", reports, status, options.output, wish=wishes.name))
    else:
        output.write(render.event("end", command="plan", status=status))
    return status
