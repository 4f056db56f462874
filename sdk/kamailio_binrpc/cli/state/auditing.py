# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Audit lines for changes of whole states: each call, and each decision about a change."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from ...state import steps

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ...state.report import ServerReport
    from ...state.steps import StepReport
    from ..common import Settings

_OUTCOMES = {steps.DONE: "ok", steps.REFUSED: "not executed"}


class Auditing:
    """Writes calls and decisions down, where the configuration asks for it.

    :raises ConfigError: they cannot be written there, and nothing was sent.
    """

    def __init__(self, settings: Settings) -> None:
        self._audit = settings.changes_audit()
        self._lock = threading.Lock()
        self._under_way: dict[str, StepReport] = {}

    def step(self, step: StepReport) -> None:
        """Take a step of a change: it is written down when its end is known."""
        with self._lock:
            begun = self._under_way.pop(step.name, None)
            if step.state != steps.SENDING:
                self._call(step, _OUTCOMES[step.state])
                return
            if begun is not None:
                self._call(begun, "not known")
            self._under_way[step.name] = step

    def decided(self, command: str, reports: Iterable[ServerReport], *params: str) -> None:
        """Write down what a command did at each server."""
        with self._lock:
            for step in self._under_way.values():
                self._call(step, "not known")
            self._under_way.clear()
            for report in reports:
                words = [report.outcome, report.reason and f"({report.reason})"]
                self._line(report.name, f"kamrpc {command}", params, " ".join(filter(None, words)))

    def planned(self, command: str, reports: list[ServerReport], name: str) -> None:
        """Write down that a command compared servers with a wish, in one line."""
        from . import render

        if reports:
            where = reports[0].name if len(reports) == 1 else f"{len(reports)} servers"
            self._line(where, f"kamrpc {command}", [name], render.summary(reports))

    def _call(self, step: StepReport, outcome: str) -> None:
        self._line(step.name, step.method, step.params, outcome)

    def _line(self, endpoint: str, what: str, params: Iterable[Any], outcome: str) -> None:
        if self._audit is not None:
            self._audit.note(endpoint, what, list(params), outcome)
