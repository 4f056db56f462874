# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""One change on many servers: in batches; each is made on all of its servers or undone."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import TYPE_CHECKING

from ..core.batches import Batches
from . import report as reports
from .interrupt import Stop
from .report import ServerReport

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ..core.batches import Serial

BATCH = "batch"
ALL = "all"
SCOPES = (BATCH, ALL)
"""Scope of undoing after a failure: the batch, or all earlier batches too."""

_FAILED = (reports.UNDONE, reports.PARTLY_UNDONE, reports.REFUSED, reports.UNKNOWN)
_MADE = (reports.CHANGED, reports.PENDING)
INTERRUPTED = "not begun: interrupted"
NOT_BEGUN = "not begun, since the change failed on servers before it"


class Transaction:
    """One change on many servers.

    Each server has a transaction of its own. If more servers of a batch fail than ``max_fail``
    allows, those of that batch on which the change succeeded are undone as well, and no other
    batch is begun. A server that cannot be reached has not failed: nothing was changed there.

    :param names: of the servers, in their order.
    :param apply: makes the change on one server; called in several threads.
    :param undo: takes back what ``apply`` reported, and returns the new report.
    :param serial: servers per batch, as :class:`Batches` takes it; None for a single batch.
    :param max_fail: percentage of a batch that may fail.
    :param scope: :data:`BATCH` or :data:`ALL`.
    :param limit: servers under way at once.
    :param stop: when it is set, no further server is begun, and the batch counts as failed.
    :param on_report: gets each report, and one more for a server that is undone later.
    :raises ValueError: a number is out of range.
    """

    def __init__(
        self,
        names: Sequence[str],
        apply: Callable[[str], ServerReport],
        undo: Callable[[ServerReport], ServerReport],
        *,
        serial: Serial = None,
        max_fail: float | None = None,
        scope: str = BATCH,
        limit: int = 50,
        stop: Stop | None = None,
        on_report: Callable[[ServerReport], None] | None = None,
    ) -> None:
        self._names = list(names)
        self._apply = apply
        self._undo = undo
        self._batches = Batches(self._names, serial, 0.0 if max_fail is None else max_fail)
        self._scope = scope
        self._limit = limit
        self._stop = stop or Stop(threading.Event())
        self._on_report = on_report
        self.reports: dict[str, ServerReport] = {}

    def run(self) -> list[ServerReport]:
        """Make the change, and return a report for each server in the order of the names."""
        batch: Sequence[str] = ()
        for batch in self._batches:
            for report in self._on_all(batch, self._begin):
                self._batches.count(failed=report.outcome in _FAILED)
            if self._stop.is_set():
                break
        if self._batches.stopped or self._stop.is_set():
            self._take_back(self._names if self._scope == ALL else batch)
        for name in self._batches.skipped:
            self._note(ServerReport(name, reports.REFUSED, reason="skipped", error=NOT_BEGUN))
        return [self.reports[name] for name in self._names]

    def _begin(self, name: str) -> ServerReport:
        if self._stop.is_set():
            late = self._stop.late
            text = "not begun: the time for the whole change is over" if late else INTERRUPTED
            reason = "deadline" if late else "interrupted"
            return ServerReport(name, reports.REFUSED, reason=reason, error=text)
        return self._apply(name)

    def _take_back(self, names: Sequence[str]) -> None:
        made = [
            name for name in names if name in self.reports and self.reports[name].outcome in _MADE
        ]
        for _report in self._on_all(made, lambda name: self._undo(self.reports[name])):
            pass

    def _on_all(
        self, names: Sequence[str], work: Callable[[str], ServerReport]
    ) -> list[ServerReport]:
        if not names:
            return []
        found = []
        with ThreadPoolExecutor(min(self._limit, len(names))) as pool:
            for task in as_completed([pool.submit(work, name) for name in names]):
                report = task.result()
                found.append(report)
                self._note(report)
        return found

    def _note(self, report: ServerReport) -> None:
        self.reports[report.name] = report
        if self._on_report is not None:
            self._on_report(report)
