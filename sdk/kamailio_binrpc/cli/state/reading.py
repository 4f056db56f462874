# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Plans of many servers; each is dropped as soon as its result is known."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from ...core.errors import BinrpcError
from ...core.state.plan import plan
from ...state.lockstep import Lockstep
from ...state.report import ServerReport
from .. import exit_codes

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Mapping

    from ...core.address import AnyAddress
    from ...core.desired.drive import Talk
    from ...core.state.plan import Plan
    from ..common import Settings
    from .wishes import Wishes


def planned(
    addresses: Mapping[str, AnyAddress],
    wishes: Wishes,
    settings: Settings,
    options: argparse.Namespace,
    on_report: Callable[[ServerReport], None],
    keep: Callable[[str, Plan], None] | None = None,
) -> list[ServerReport]:
    """Plan on all servers at once; return the reports in the order of the servers.

    :param keep: gets each plan.
    """
    reports: dict[str, ServerReport] = {}
    start = time.monotonic()

    def talk(name: str) -> Talk[Plan]:
        wish = wishes.of(name)
        return plan(wish.stages, wish.name, wish.digest)

    def done(name: str, found: Plan | BinrpcError) -> None:
        if isinstance(found, BinrpcError):
            report = ServerReport.of_error(name, found)
        else:
            report = ServerReport.of_plan(name, found)
            if keep is not None:
                keep(name, found)
        report.seconds = time.monotonic() - start
        reports[name] = report
        on_report(report)

    Lockstep(
        addresses,
        talk,
        done,
        deadline=options.deadline,
        timeout=settings.timeout,
        connect_wait=settings.connect_wait,
        limit=options.limit,
    ).run()
    return [reports[name] for name in addresses]


def status(report: ServerReport) -> int:
    """Return the exit status of one server."""
    if report.cause is not None and report.outcome == "unreachable":
        return exit_codes.status_of(report.cause)
    if report.outcome == "undone" and report.reason in {"unconfirmed", "cancelled"}:
        return exit_codes.NOT_CONFIRMED
    return _STATUSES[report.outcome]


_STATUSES = {
    "unchanged": exit_codes.OK,
    "changed": exit_codes.OK,
    "pending": exit_codes.OK,
    "differs": exit_codes.DIFFERENCES,
    "undone": exit_codes.UNDONE,
    "partly_undone": exit_codes.NOT_UNDONE,
    "unknown": exit_codes.NOT_UNDONE,
    "refused": exit_codes.REFUSED,
    "unreachable": exit_codes.CONNECT,
}
