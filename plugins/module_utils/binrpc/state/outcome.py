# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""The result of a change at one server."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, List, Optional

    from ..errors import BinrpcError
    from .plan import Plan

UNCHANGED, CHANGED, PENDING = "unchanged", "changed", "pending"
UNDONE, PARTLY_UNDONE = "undone", "partly_undone"
REFUSED, UNREACHABLE, UNKNOWN_END = "refused", "unreachable", "unknown"

DONE = (UNCHANGED, CHANGED, PENDING)
"""Outcomes of changes that were made, or were not needed."""


class Outcome:
    """The result of an apply or a rollback at one server.

    :ivar outcome: ``unchanged``: nothing differed. ``changed``: everything is as wanted.
        ``pending``: the same, until it is confirmed. ``undone``: it failed or was taken back, and
        reading showed everything as before. ``partly_undone``: something is not as before, see
        ``not_undone``. ``refused``: nothing was sent. ``unreachable``: the server did not answer,
        and nothing was sent. ``unknown``: the server could not be read at the end.
    :ivar id: of the journal; "" if there is none.
    :ivar reason: what refused, failed or undid it, as one word: ``stale``, ``pending``, ``open``,
        ``lock``, ``journal``, ``impossible``, ``method``, ``irreversible``, ``check``,
        ``interrupted``, ``deadline``, ``call``, ``verify``, ``neighbour``, ``restarted``,
        ``conflict``, ``unconfirmed``, ``cancelled``, ``rollback``; "" after a success.
    :ivar message: the cause, then the remedy; "" after a success.
    :ivar plan: what was planned; None if reading failed, and for a rollback.
    :ivar steps: ``{"method": ..., "params": [...]}`` for each call that was sent and may have run,
        those of the way back included; secrets are hidden.
    :ivar undone: addresses, as texts, of what was put back.
    :ivar not_undone: ``{"address", "before", "found", "why"}`` for what is not as before.
    :ivar error: the error of the call that ended the run, if one did.
    """

    def __init__(self, outcome: str = UNCHANGED, reason: str = "", message: str = "") -> None:
        self.outcome = outcome
        self.reason = reason
        self.message = message
        self.id = ""
        self.plan: Optional[Plan] = None
        self.steps: List[Dict[str, Any]] = []
        self.warnings: List[str] = []
        self.undone: List[str] = []
        self.not_undone: List[Dict[str, Any]] = []
        self.error: Optional[BinrpcError] = None

    @property
    def done(self) -> bool:
        """Is the server as wanted?"""
        return self.outcome in DONE

    @property
    def changed(self) -> bool:
        """Is the server not as it was, or may it be?"""
        return self.outcome in (CHANGED, PENDING, PARTLY_UNDONE, UNKNOWN_END)

    def shown(self) -> Dict[str, Any]:
        """Return it in what JSON has, without secrets."""
        plan = self.plan
        return {
            "id": self.id,
            "outcome": self.outcome,
            "reason": self.reason,
            "message": self.message,
            "changes": [each.shown for each in plan.differences] if plan else [],
            "effects": list(plan.effects) if plan else [],
            "steps": self.steps,
            "warnings": self.warnings,
            "undone": self.undone,
            "not_undone": self.not_undone,
        }

    def __repr__(self) -> str:
        return "Outcome(%s, %s, %s)" % (self.outcome, self.reason or "-", self.message or "-")
