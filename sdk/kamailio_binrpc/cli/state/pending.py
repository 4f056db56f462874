# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``kamrpc confirm`` and ``cancel``: the two ends of a change that waits for a confirmation."""

from __future__ import annotations

import os
import select
import sys
import time
from typing import TYPE_CHECKING, Any

from ...core.address import parse_address
from ...core.state import journal as states
from ...core.state import transaction as core
from ...core.state.journal import JournalError
from ...state import report as reports
from ...state.change import rolled_back
from ...state.report import ServerReport
from .. import common, exit_codes, output
from . import options as shared
from . import reading, render
from .auditing import Auditing

if TYPE_CHECKING:
    import argparse
    import threading
    from collections.abc import Callable, Mapping, Sequence

    from ...core.address import AnyAddress
    from ...core.state.journal import Entry, Journals
    from ...state.steps import StepReport


def guarded(options: argparse.Namespace, work: Callable[[argparse.Namespace], int]) -> int:
    """Run a command about journals; what they refuse has the status 12."""

    def run() -> int:
        try:
            return work(options)
        except JournalError as error:
            common.complain(error)
            return exit_codes.REFUSED

    return common.guarded(run, options.output)


_PAUSE = 0.2
_ATTEMPTS = 900
"""How many times to try while a guardian is busy with the same: three minutes."""


def confirm(options: argparse.Namespace) -> int:
    """Keep a change; return the exit status."""
    return guarded(options, _confirm)


def cancel(options: argparse.Namespace) -> int:
    """Undo a change that waits; return the exit status."""
    return guarded(options, _cancel)


def _confirm(options: argparse.Namespace) -> int:
    settings = common.Settings(options)
    journals = shared.journals(options)
    auditing = Auditing(settings)
    finish_expired(journals, client_options(settings), auditing)
    kept = keep(journals, options.id)
    names = names_of(settings)
    found = []
    for entry in kept:
        address = core.summary(entry)["endpoint"]
        found.append(ServerReport(names.get(address, address), reports.CHANGED, id=entry.id))
    auditing.decided("confirm", found, options.id)
    return finish(options, "confirm", found)


def _cancel(options: argparse.Namespace) -> int:
    settings = common.Settings(options)
    journals = shared.journals(options)
    entries = journals.entries(options.id)
    waiting = [entry for entry in entries if entry.state == states.PENDING]
    if not waiting:
        state = f"it is {entries[0].state}" if entries else "there is no such change here"
        raise JournalError(f"{options.id} does not wait for a confirmation: {state}")
    auditing = Auditing(settings)
    found = rolled_back(
        journals,
        waiting,
        names_of(settings),
        reason="cancelled",
        client=client_options(settings),
        on_step=auditing.step,
    )
    auditing.decided("cancel", found, options.id)
    return finish(options, "cancel", found)


def keep(journals: Journals, id_: str) -> list[Entry]:
    """Confirm a change on all its servers.

    :raises JournalError: it does not wait for that, or not any more.
    """
    return core.confirm(journals, id_)


def finish(options: argparse.Namespace, command: str, found: Sequence[ServerReport]) -> int:
    """Show the results of servers; return the exit status of a command that was to undo."""
    found = sorted(found, key=lambda each: each.name)
    status = exit_codes.gravest(
        exit_codes.OK if each.outcome == reports.UNDONE else reading.status(each) for each in found
    )
    if options.output == "table":
        output.write(render.table(found))
    elif options.output in output.WHOLE:
        output.write(render.data(command, found, status, options.output))
    elif options.output == "jsonl":
        output.write("".join(render.event("server", **each.to_json()) for each in found))
        output.write(render.event("end", command=command, status=status))
    else:
        output.write("".join(map(render.result, found)))
    return status


def client_options(settings: common.Settings) -> dict[str, Any]:
    """Return the options of the clients of a command."""
    return {"timeout": settings.timeout, "connect_wait": settings.connect_wait}


def plain(address: AnyAddress) -> str:
    """Return an address as journals have it."""
    return str(parse_address(address))


def names_of(settings: common.Settings) -> dict[str, str]:
    """Return address -> name of the endpoints of the configuration."""
    return {plain(address): name for name, address in settings.config.endpoints.items()}


def finish_expired(
    journals: Journals, client: dict[str, Any], auditing: Auditing
) -> list[ServerReport]:
    """Undo changes whose time is over and whose guardian is gone, and say so."""
    found = rolled_back(
        journals,
        core.expired(journals),
        {},
        reason="unconfirmed",
        client=client,
        on_step=auditing.step,
    )
    for report in found:
        auditing.decided("history --expired", [report], report.id)
        common.complain(f"{report.id} was not confirmed in time: {render.result(report).rstrip()}")
    return found


def taken_back(
    journals: Journals,
    id_: str,
    names: Mapping[str, str],
    reason: str,
    client: dict[str, Any],
    pause: Callable[[float], None] = time.sleep,
    on_step: Callable[[StepReport], None] | None = None,
) -> list[ServerReport]:
    """Undo a change on all its servers; wait for the guardian where that has begun to."""
    left = journals.entries(id_)
    found: list[ServerReport] = []
    for attempt in range(_ATTEMPTS):
        again = []
        made = rolled_back(journals, left, names, reason=reason, client=client, on_step=on_step)
        for entry, report in zip(left, made, strict=True):
            if report.outcome == reports.REFUSED and attempt < _ATTEMPTS - 1:
                again.append(entry.server)
            else:
                found.append(report)
        if not again:
            break
        pause(_PAUSE)
        left = [entry for entry in journals.entries(id_) if entry.server in again]
    return found


def guardian(journals: Journals, client: dict[str, Any]) -> Callable[[str], None]:
    """Return what starts the guardian of a change."""

    def start_one(id_: str) -> None:
        from ...core.state.guardian import start

        start(journals, id_, client)

    return start_one


def wait_for_enter(seconds: float, stop: threading.Event) -> str:
    """Wait until someone presses Enter; return why not, or ""."""
    end = time.monotonic() + seconds
    while not stop.is_set():
        left = end - time.monotonic()
        if left <= 0:
            return "unconfirmed"
        ready, _write, _error = select.select([sys.stdin], [], [], min(left, 0.2))
        if ready:
            try:
                return "" if os.read(sys.stdin.fileno(), 4096) else "cancelled"
            except OSError:  # the terminal is gone
                return "cancelled"
    return "cancelled"
