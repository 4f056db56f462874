# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""A change of one or many servers with one id, from the first write to its confirmation."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from ..core.address import parse_address
from ..core.client import Client
from ..core.desired.calls import Calls
from ..core.desired.drive import drive
from ..core.state import transaction as core
from ..core.state.guardian import secret_at
from ..core.state.journal import JournalError, Taken, new_id, server_of
from ..core.state.outcome import PENDING, REFUSED, Outcome
from .fleet import BATCH, Transaction
from .interrupt import Stop, interruptible
from .report import ServerReport
from .steps import StepsTold

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from ..core.address import AnyAddress
    from ..core.batches import Serial
    from ..core.state.journal import Entry, Journals
    from ..core.state.wish import Wish
    from .steps import StepReport

    Told = Callable[[ServerReport], None]

ROLLBACKS = 50
"""Servers that are undone at once."""


@contextmanager
def connected(address: str, **options: Any) -> Iterator[Calls]:
    """Give calls of a client of a server, which is closed after.

    :param options: of the :class:`Client`.
    """
    with Client(address, **options) as client:
        yield Calls(client)


class Change:
    """A change of servers with one id.

    :param wishes: name of a server -> what is wanted there.
    :param addresses: name -> address.
    :param journals: where it is written down.
    :param confirm: seconds in which it has to be confirmed, counted from the last server; None if
        it need not be.
    :param guard: is called once, with the id, before the first write; starts a guardian.
    :param stop: when it is set, what was done is undone.
    :param on_step: gets each step, from several threads at once.
    :param more: keywords of the core's ``Run``, such as ``irreversible``.
    """

    def __init__(
        self,
        wishes: Mapping[str, Wish],
        addresses: Mapping[str, AnyAddress],
        journals: Journals,
        *,
        confirm: float | None = None,
        guard: Callable[[str], None] | None = None,
        stop: threading.Event | None = None,
        client: Mapping[str, Any] | None = None,
        on_step: Callable[[StepReport], None] | None = None,
        **more: Any,
    ) -> None:
        self._on_step = on_step
        self.id = new_id()
        self._wishes = wishes
        self._addresses = dict(addresses)
        self._journals = journals
        self._confirm = confirm
        self._guard = guard
        self._guarded = False
        self._guarding = threading.Lock()
        self._event = stop or threading.Event()
        self._stop = Stop(self._event)
        self._client = dict(client or {})
        self._more = more
        self._open: dict[str, core.Transaction] = {}

    def make(
        self,
        *,
        serial: Serial = None,
        max_fail: float | None = None,
        scope: str = BATCH,
        limit: int = ROLLBACKS,
        on_report: Told | None = None,
        deadline: float | None = None,
    ) -> list[ServerReport]:
        """Make the change, and return a report for each server; see :class:`fleet.Transaction`.

        :param deadline: seconds in which it has to be made. After them nothing is begun any more, a
            call that is under way gets its time, and what was done is undone; the way back has a
            limit of its own.
        """
        self._stop = Stop(self._event, deadline)
        try:
            reports = Transaction(
                list(self._addresses),
                self._apply,
                self._undo,
                serial=serial,
                max_fail=max_fail,
                scope=scope,
                limit=limit,
                stop=self._stop,
                on_report=on_report,
            ).run()
            if self._confirm is not None:
                for transaction in self._open.values():
                    transaction.set_deadline(self._confirm)
        finally:
            for transaction in self._open.values():
                transaction.close()
        return reports

    def _apply(self, name: str) -> ServerReport:
        start = time.monotonic()
        outcome = self._outcome(name)
        report = ServerReport.of_outcome(name, outcome)
        report.seconds = time.monotonic() - start
        return report

    def _outcome(self, name: str) -> Outcome:
        wish = self._wishes[name]
        address = _plain(self._addresses[name])
        try:
            transaction = core.Transaction(
                wish.stages,
                address,
                self._journals,
                self.id,
                None if self._confirm is None else 0.0,
                self._start_guardian,
                name=wish.name,
                digest=wish.digest,
                **self._more,
            )
        except Taken as taken:
            return Outcome(REFUSED, taken.reason, str(taken))
        except JournalError as error:
            return Outcome(REFUSED, "journal", str(error))
        outcome: Outcome | None = None
        try:
            with connected(address, **self._client) as calls:
                talk = interruptible(transaction.run.go(), self._stop)
                save = transaction.save
                if self._on_step is not None:
                    save = StepsTold(name, self._on_step, save)
                outcome = transaction.end(drive(talk, calls, save=save))
            return outcome
        finally:
            if outcome is not None and outcome.outcome == PENDING:
                self._open[name] = transaction  # its deadline is written when all are changed
            else:
                transaction.close()

    def _start_guardian(self, id_: str) -> None:
        with self._guarding:
            if self._guard is not None and not self._guarded:
                self._guard(id_)
                self._guarded = True

    def _undo(self, report: ServerReport) -> ServerReport:
        transaction = self._open.pop(report.name, None)
        if transaction is not None:
            transaction.close()
        found = self._journals.entries(self.id, server_of(_plain(self._addresses[report.name])))
        undone = rolled_back(
            self._journals,
            found,
            {core.summary(each)["endpoint"]: report.name for each in found},
            client=self._client,
            on_step=self._on_step,
        )[0]
        undone.name, undone.changes = report.name, report.changes
        undone.error = undone.error or "the change failed on another server"
        return undone


def _plain(address: AnyAddress) -> str:
    """Return the one spelling of an address, so that it has one lock and one journal."""
    return str(parse_address(address))


def rolled_back(
    journals: Journals,
    entries: Iterable[Entry],
    names: Mapping[str, str],
    *,
    reason: str = "rollback",
    force: bool = False,
    client: Mapping[str, Any] | None = None,
    on_report: Told | None = None,
    on_step: Callable[[StepReport], None] | None = None,
) -> list[ServerReport]:
    """Undo changes from their journals, several servers at once.

    :param names: address -> name, for those that have one.
    :param reason: ``rollback``, ``cancelled`` or ``unconfirmed``.
    :param force: put back also what another client has changed since.
    :param on_step: gets each step, from several threads at once.
    """
    entries = list(entries)

    def connect(address: str) -> Any:
        return connected(address, **(client or {}))

    def one(entry: Entry) -> ServerReport:
        start = time.monotonic()
        address = core.summary(entry)["endpoint"]
        told = None
        if on_step is not None:
            told = StepsTold(names.get(address, address), on_step, undo=True)
        try:
            outcome = core.roll_back(
                journals, entry, connect, reason, force, resolve=secret_at, told=told
            )
        except JournalError as error:
            outcome = Outcome(REFUSED, getattr(error, "reason", "journal"), str(error))
            outcome.id = entry.id
        report = ServerReport.of_outcome(names.get(address, address), outcome)
        report.seconds = time.monotonic() - start
        if on_report is not None:
            on_report(report)
        return report

    with ThreadPoolExecutor(max(1, min(ROLLBACKS, len(entries)))) as pool:
        return list(pool.map(one, entries))
