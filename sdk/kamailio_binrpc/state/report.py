# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""The result of planning or applying a desired state on one server, as programs read it.

Values are those of the server, without secrets; :meth:`ServerReport.to_json` is what ``kamrpc``
prints with ``-o json``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from ..core.catalogue.secrets import HIDDEN
from ..core.changes import fingerprint
from ..core.faults import Fault

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..core.errors import BinrpcError
    from ..core.state.outcome import Outcome
    from ..core.state.plan import Plan

UNCHANGED = "unchanged"
DIFFERS = "differs"
CHANGED = "changed"
PENDING = "pending"
UNDONE = "undone"
PARTLY_UNDONE = "partly_undone"
REFUSED = "refused"
UNREACHABLE = "unreachable"
UNKNOWN = "unknown"

ADD = "add"
CHANGE = "change"
REMOVE = "remove"
FORCE = "force"


@dataclass(frozen=True, slots=True)
class ChangeReport:
    """A leaf that is not, or was not, as wanted.

    :ivar address: such as ``htable.features.recording``.
    :ivar action: ``add``, ``change``, ``remove``, ``unknown`` where the server does not show what
        there is, or ``force`` for what is done once and may change by itself afterwards.
    :ivar before: the value before; None where there was none, "?" where it is unknown.
    :ivar after: the value wanted; None for a removal.
    :ivar secret: both values are hidden.
    :ivar reversible: ``exact``, ``value`` (the value comes back, something beside it does not) or
        ``none``.
    :ivar why: why it is not ``exact``; "" if it is.
    :ivar lost_on: ``restart``, or ``reload`` if that of the module suffices.
    """

    address: str
    action: str
    before: Any = None
    after: Any = None
    secret: bool = False
    reversible: str = "exact"
    why: str = ""
    lost_on: str = "restart"

    def to_json(self) -> dict[str, Any]:
        """Return plain data."""
        return {
            "address": self.address,
            "action": self.action,
            "before": HIDDEN if self.secret and self.before is not None else self.before,
            "after": HIDDEN if self.secret and self.after is not None else self.after,
            "secret": self.secret,
            "reversible": self.reversible,
            "why": self.why or None,
            "lost_on": self.lost_on,
        }


@dataclass(frozen=True, slots=True)
class NotUndone:
    """A leaf that an undo left as it is.

    :ivar found: the value that it has; None where there is none or it is unknown.
    :ivar why: the reason.
    """

    address: str
    found: Any
    why: str

    def to_json(self) -> dict[str, Any]:
        """Return plain data."""
        return {"address": self.address, "found": self.found, "why": self.why}


@dataclass(slots=True)
class ServerReport:
    """The result of one server.

    :ivar name: of the endpoint, as configured or given.
    :ivar outcome: ``unchanged``, ``differs`` (plan and drift), ``changed``, ``pending``,
        ``undone``, ``partly_undone``, ``refused``, ``unreachable`` or ``unknown``.
    :ivar changes: leaves that are not, or were not, as wanted.
    :ivar steps: ``{"method": ..., "params": [...]}`` of each call that is planned or was made.
    :ivar effects: what the steps do beyond their leaves, as sentences.
    :ivar warnings: facts worth knowing although nothing failed.
    :ivar undone: addresses of leaves that are as before again.
    :ivar not_undone: leaves that an undo left as they are.
    :ivar id: of the run, as ``kamrpc history`` lists it; "" if nothing was written down.
    :ivar reason: what refused, failed or undid it, as one word such as ``stale``, ``lock``,
        ``check`` or ``unconfirmed``; "" after a success.
    :ivar error: the cause and the remedy; "" after a success.
    :ivar cause: the error of the call that ended it, if one did. Not part of the data.
    :ivar seconds: from the start to the end.
    """

    name: str
    outcome: str = UNCHANGED
    changes: list[ChangeReport] = field(default_factory=list)
    steps: list[dict[str, Any]] = field(default_factory=list)
    effects: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    undone: list[str] = field(default_factory=list)
    not_undone: list[NotUndone] = field(default_factory=list)
    id: str = ""
    reason: str = ""
    error: str = ""
    seconds: float = 0.0
    cause: BinrpcError | None = None

    @classmethod
    def of_plan(cls, name: str, plan: Plan) -> ServerReport:
        """Return what a plan says."""
        found = plan.shown()
        report = cls(name, DIFFERS if plan.differs else UNCHANGED)
        report._take(found)
        if plan.problems:
            report.outcome, report.reason = REFUSED, "impossible"
            report.error = ". ".join(plan.problems)
        return report

    @classmethod
    def of_outcome(cls, name: str, outcome: Outcome) -> ServerReport:
        """Return the result of a change."""
        found = outcome.shown()
        report = cls(name, outcome.outcome, id=outcome.id, cause=outcome.error)
        report.reason, report.error = outcome.reason, outcome.message
        report.undone = list(outcome.undone)
        report.not_undone = [
            NotUndone(each["address"], each["found"], each["why"]) for each in outcome.not_undone
        ]
        report._take(found)
        return report

    @classmethod
    def of_error(cls, name: str, error: BinrpcError) -> ServerReport:
        """Return that a server could not be read: it does not answer, or with a fault."""
        outcome, reason = (
            (REFUSED, "impossible") if isinstance(error, Fault) else (UNREACHABLE, "call")
        )
        return cls(name, outcome, reason=reason, error=str(error), cause=error)

    def _take(self, found: dict[str, Any]) -> None:
        self.changes = [ChangeReport(**each) for each in found["changes"]]
        self.steps = found["steps"]
        self.effects = found["effects"]
        self.warnings = found["warnings"]

    @property
    def unknown(self) -> list[ChangeReport]:
        """Changes of leaves that the server does not show."""
        return [each for each in self.changes if each.action == UNKNOWN]

    def to_json(self) -> dict[str, Any]:
        """Return plain data."""
        return {
            "name": self.name,
            "outcome": self.outcome,
            "changes": [each.to_json() for each in self.changes],
            "steps": self.steps,
            "effects": self.effects,
            "warnings": self.warnings,
            "undone": self.undone,
            "not_undone": [each.to_json() for each in self.not_undone],
            "id": self.id or None,
            "reason": self.reason or None,
            "error": self.error or None,
            "seconds": round(self.seconds, 6),
        }

    def key(self) -> str:
        """Return a text that is equal for servers with the same changes and the same trouble."""
        data = self.to_json()
        for name in ("name", "id", "seconds", "steps"):
            del data[name]
        if self.outcome == UNREACHABLE:
            data["error"] = type(self.cause).__name__  # whose text names the endpoint
        text = fingerprint([data]).encode("utf-8", "surrogatepass")
        return sha256(text).hexdigest()  # short, as there may be a thousand of them


@dataclass(frozen=True, slots=True)
class Group:
    """Servers with the same changes.

    :ivar names: of the servers, in their order.
    :ivar report: of the first of them.
    """

    names: list[str]
    report: ServerReport


def grouped(reports: Iterable[ServerReport]) -> list[Group]:
    """Group servers by what differs: the largest group first, then in the order of the servers."""
    groups: dict[str, Group] = {}
    for report in reports:
        groups.setdefault(report.key(), Group([], report)).names.append(report.name)
    return sorted(groups.values(), key=lambda group: -len(group.names))
