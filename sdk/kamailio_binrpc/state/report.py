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

if TYPE_CHECKING:
    from collections.abc import Iterable

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


@dataclass(frozen=True, slots=True)
class ChangeReport:
    """A leaf that is not, or was not, as wanted.

    :ivar address: such as ``htable.features.recording``.
    :ivar action: ``add``, ``change``, ``remove``, or ``unknown`` where the server does not show
        what there is.
    :ivar before: the value before; None where there was none or it is unknown.
    :ivar after: the value wanted; None for a removal.
    :ivar secret: both values are hidden.
    :ivar reversible: ``exact``, ``value`` (the value comes back, something beside it does not) or
        ``none``.
    :ivar lost_on: ``restart``, ``reload``, or "" if nothing is known about it.
    """

    address: str
    action: str
    before: Any = None
    after: Any = None
    secret: bool = False
    reversible: str = "exact"
    lost_on: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return plain data."""
        return {
            "address": self.address,
            "action": self.action,
            "before": HIDDEN if self.secret and self.before is not None else self.before,
            "after": HIDDEN if self.secret and self.after is not None else self.after,
            "secret": self.secret,
            "reversible": self.reversible,
            "lost_on": self.lost_on or None,
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
    :ivar status: the exit status that this server alone would give.
    :ivar changes: leaves that are not, or were not, as wanted.
    :ivar steps: ``{"method": ..., "params": [...]}`` of each call that is planned or was made.
    :ivar effects: what the steps do beyond their leaves, as sentences.
    :ivar warnings: facts worth knowing although nothing failed.
    :ivar unknown: addresses of leaves that the server does not show, so nothing is known of them.
    :ivar undone: addresses of leaves that are as before again.
    :ivar not_undone: leaves that an undo left as they are.
    :ivar id: of the run, as ``kamrpc history`` lists it; "" if nothing was written down.
    :ivar error: why it is not as wanted; "" if it is.
    :ivar seconds: from the start to the end.
    """

    name: str
    outcome: str = UNCHANGED
    status: int = 0
    changes: list[ChangeReport] = field(default_factory=list)
    steps: list[dict[str, Any]] = field(default_factory=list)
    effects: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    undone: list[str] = field(default_factory=list)
    not_undone: list[NotUndone] = field(default_factory=list)
    id: str = ""
    error: str = ""
    seconds: float = 0.0

    def to_json(self) -> dict[str, Any]:
        """Return plain data."""
        return {
            "name": self.name,
            "outcome": self.outcome,
            "status": self.status,
            "changes": [each.to_json() for each in self.changes],
            "steps": self.steps,
            "effects": self.effects,
            "warnings": self.warnings,
            "unknown": self.unknown,
            "undone": self.undone,
            "not_undone": [each.to_json() for each in self.not_undone],
            "id": self.id or None,
            "error": self.error or None,
            "seconds": round(self.seconds, 6),
        }

    def key(self) -> str:
        """Return a text that is equal for servers with the same changes and the same trouble."""
        data = self.to_json()
        for name in ("name", "id", "seconds", "steps"):
            del data[name]
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
