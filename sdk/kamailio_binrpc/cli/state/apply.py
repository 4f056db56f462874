# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``kamrpc apply``: makes a plan, all of it or none, and undoes it unless it is confirmed."""

from __future__ import annotations

import contextlib
import sys
import threading
import time
from typing import TYPE_CHECKING, Any

from ...core.errors import EncodeError
from ...core.state.journal import JournalError, server_of
from ...state import report as reports
from ...state.change import Change
from ...state.interrupt import Signals
from ...state.report import ServerReport, grouped
from .. import common, exit_codes, guard, output
from . import options as shared
from . import pending, reading, render
from .auditing import Auditing
from .wishes import Wishes

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from ...core.address import Address
    from ...core.state.journal import Lock
    from ...core.state.plan import Plan
    from ...core.state.wish import Wish
    from ...state.steps import StepReport
    from ..progress import Progress

LOCKS = 100
"""Servers that are looked at together before a change, each with a lock, which is an open file."""


def run(options: argparse.Namespace) -> int:
    """Make the change; return the exit status."""
    if options.confirm is not None and not 0 < options.confirm <= 86400:
        common.complain("--confirm is more than 0 and at most 86400 s")
        return exit_codes.USAGE
    if options.deadline is not None and not options.deadline > 0:
        common.complain("--deadline is more than 0 s")
        return exit_codes.USAGE
    return common.guarded(lambda: _Apply(options).run(), options.output)


def _by_text(name: str, address: str | Address) -> str:
    """Return an address as journals can have it.

    :raises EncodeError: it is a command, for which no text stands.
    """
    if isinstance(address, str):
        return address
    raise EncodeError(
        f"{name} is reached through a command, which cannot be journaled for an undo after a lost "
        "session; apply through an address, such as ssh://host/run/kamailio/kamailio_ctl"
    )


class _Apply:
    def __init__(self, options: argparse.Namespace) -> None:
        self._options = options
        self._settings = common.Settings(options)
        self._servers = shared.Servers(options, self._settings)
        # An undo, possibly in another process, finds them by their texts alone.
        self._addresses = {
            name: _by_text(name, address) for name, address in self._servers.addresses.items()
        }
        self._wishes = Wishes(options)
        self._saved: Plan | None = self._wishes.saved
        if self._saved is not None and len(self._servers.addresses) > 1:
            raise EncodeError("a saved plan is of one server; name it by -s")
        self._journals = shared.journals(options)
        self._stop = threading.Event()
        self._asks = not options.yes
        self._id = ""
        self._form: str = options.output
        self._broken: output.OutputError | None = None
        self._line: Progress
        self._auditing = Auditing(self._settings)
        self._began = time.monotonic()
        self._left: float | None = options.deadline

    def run(self) -> int:
        client = pending.client_options(self._settings)
        pending.finish_expired(self._journals, client, self._auditing)
        found = self._plan()
        if self._left is not None:
            # The time in which a person thinks does not count.
            self._left = max(0.0, self._left - (time.monotonic() - self._began))
        wanted = {report.name: report for report in found}
        names = [report.name for report in found if report.outcome == reports.DIFFERS]
        refused = self._refused(found)
        if refused or not names:
            return self._end(found)
        self._show(found)
        try:
            guard.allow_change(self._settings, names, "Apply this", yes=self._options.yes)
        except guard.Refused as error:
            common.complain(error)
            for name in names:
                wanted[name].outcome, wanted[name].reason = reports.REFUSED, "guard"
                wanted[name].error = str(error)
            return self._end(found, told=True)
        change = self._change(names, client)
        with Signals(self._stop, _told):
            with self._progress(names) as one:
                made = change.make(
                    serial=self._options.serial,
                    max_fail=self._options.max_fail,
                    scope=self._options.scope,
                    limit=self._options.limit,
                    on_report=one,
                    deadline=self._left,
                )
            self._id = change.id
            for report in made:
                wanted[report.name] = report
            if self._waits(made):
                self._confirm(wanted, client)
        return self._end(list(wanted.values()))

    def _plan(self) -> list[ServerReport]:
        with self._progress(self._servers.addresses, show=False) as one:
            return reading.planned(
                self._servers.addresses, self._wishes, self._settings, self._options, one
            )

    @contextlib.contextmanager
    def _progress(self, names: Any, *, show: bool = True) -> Iterator[Any]:
        progress = self._line = self._servers.progress(self._options, names)

        def one(report: ServerReport) -> None:
            progress.add(report.name, failed=bool(report.error))
            if show and self._form == "jsonl":
                self._event("server", report.to_json())

        try:
            yield one
        finally:
            with self._output():
                progress.end()

    def _event(self, event: str, members: dict[str, Any]) -> None:
        """Write a line of ``-o jsonl``."""
        with self._output():
            self._line.write(render.event(event, **members))

    def _step(self, step: StepReport) -> None:
        """Take a step as it is made: called in several threads."""
        self._auditing.step(step)
        if self._form == "jsonl":
            self._event("step", step.to_json())

    @contextlib.contextmanager
    def _output(self) -> Iterator[None]:
        """Keep a problem of the output for the end: a change does not stop half-way for it."""
        try:
            yield
        except output.OutputError as error:
            self._broken = error
        except OSError as error:  # the terminal is gone, and with it standard error
            self._broken = output.OutputError(f"standard error: {error.strerror or error}")
            self._broken.__cause__ = error

    def _refused(self, found: list[ServerReport]) -> bool:
        """Nothing is changed anywhere if one server cannot be changed as a whole."""
        differing = [report for report in found if report.outcome == reports.DIFFERS]
        for start in range(0, len(differing), LOCKS):
            self._check_free(differing[start : start + LOCKS])
        for report in found:
            hard = [each.address for each in report.changes if each.reversible == "none"]
            if hard and not self._options.allow_irreversible and not report.error:
                report.outcome, report.reason = reports.REFUSED, "irreversible"
                report.error = f"cannot be undone: {', '.join(hard)}; see --allow-irreversible"
        if not any(report.outcome == reports.REFUSED for report in found):
            return False
        for report in found:
            if report.outcome == reports.DIFFERS:
                report.outcome, report.reason = reports.REFUSED, "skipped"
                report.error = "the change was refused on another server"
        return True

    def _check_free(self, found: list[ServerReport]) -> None:
        """Refuse servers at which another change is not finished, before any is changed."""
        servers: dict[str, list[ServerReport]] = {}
        for report in found:
            address = pending.plain(self._servers.addresses[report.name])
            servers.setdefault(server_of(address), []).append(report)
        locks: list[Lock] = []
        try:
            for server, same in servers.items():
                try:
                    locks.append(self._journals.lock(server))
                except JournalError as error:
                    _refuse(same, error)
            problems = self._journals.check_all_free(locks)
            for lock, problem in zip(locks, problems, strict=True):
                if problem is not None:
                    _refuse(servers[lock.server], problem)
        finally:
            for lock in locks:
                lock.close()

    def _show(self, found: list[ServerReport]) -> None:
        text = render.plan(grouped(found), several=self._servers.several)
        if self._form == "text":
            output.write(text)
        elif self._asks:
            output.tell(text)

    def _change(self, names: list[str], client: dict[str, Any]) -> Change:
        wishes: dict[str, Wish] = {name: self._wishes.of(name) for name in names}
        more: dict[str, Any] = {"irreversible": self._options.allow_irreversible}
        if self._options.undo_timeout is not None:
            more["undo_timeout"] = self._options.undo_timeout
        if self._saved is not None:
            more["saved"] = self._saved
        return Change(
            wishes,
            {name: self._addresses[name] for name in names},
            self._journals,
            confirm=self._options.confirm,
            guard=pending.guardian(self._journals, client),
            stop=self._stop,
            client=client,
            on_step=self._step,
            **more,
        )

    # --- confirmation

    def _waits(self, made: list[ServerReport]) -> bool:
        return any(report.outcome == reports.PENDING for report in made)

    def _confirm(self, wanted: dict[str, ServerReport], client: dict[str, Any]) -> None:
        seconds = self._options.confirm
        if not self._asks:
            if self._form == "text":
                common.complain(
                    f"undone in {seconds:g} s unless you run: kamrpc confirm {self._id}"
                )
            return
        with self._output():
            output.tell(
                f"Changed. Press Enter within {seconds:g} s to keep it; Ctrl-C undoes it now. "
            )
            sys.stderr.flush()
        reason = pending.wait_for_enter(seconds, self._stop)
        with self._output():
            output.tell("\n")
        if not reason:
            try:
                pending.keep(self._journals, self._id)
            except JournalError as error:
                with self._output():
                    common.complain(error)  # the guardian was faster
                reason = "unconfirmed"
            else:
                for report in wanted.values():
                    if report.outcome == reports.PENDING:
                        report.outcome = reports.CHANGED
                return
        undone = {}
        names = {pending.plain(address): name for name, address in self._servers.addresses.items()}
        for report in pending.taken_back(
            self._journals, self._id, names, reason, client, on_step=self._step
        ):
            undone[report.name] = report
        for name, report in list(wanted.items()):
            if report.outcome == reports.PENDING and name in undone:
                undone[name].changes = report.changes
                wanted[name] = undone[name]

    # --- the end

    def _end(self, found: list[ServerReport], *, told: bool = False) -> int:
        status = exit_codes.gravest(map(reading.status, found))
        self._auditing.decided("apply", found, self._wishes.name, self._id)
        if self._broken is not None:
            raise self._broken
        if self._form == "table":
            output.write(render.table(found))
        elif self._form in output.WHOLE:
            output.write(
                render.data(
                    "apply",
                    found,
                    status,
                    self._form,
                    wish=self._wishes.name,
                    id=self._id or None,
                    confirm=self._options.confirm,
                )
            )
        elif self._form == "jsonl":
            output.write(render.event("end", command="apply", status=status, id=self._id or None))
        elif not told:
            output.write("".join(map(render.result, found)))
            if any(report.id for report in found):
                output.tell(f"id: {self._id}\n")
        return status


def _refuse(found: list[ServerReport], error: JournalError) -> None:
    for report in found:
        report.outcome, report.error = reports.REFUSED, str(error)
        report.reason = getattr(error, "reason", "journal")


def _told(count: int) -> None:
    text = "interrupted; what was changed is being undone"
    if count > 1:
        text = "still undoing; kill -9 leaves it to 'kamrpc rollback'"
    with contextlib.suppress(OSError):  # the terminal may be what is gone
        sys.stderr.write(f"\nkamrpc: {text}\n")
        sys.stderr.flush()
