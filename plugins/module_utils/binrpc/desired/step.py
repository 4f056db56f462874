# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Changes, the steps that make them, and the way back."""

from __future__ import annotations

from ..catalogue.secrets import HIDDEN
from .frozen import Frozen
from .leaf import dump, dump_leaves, load, load_leaves, text_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, Iterable, Mapping, Optional, Sequence, Tuple, Type

    from ..faults import Fault
    from .leaf import Address, Resolve, Seal

PREPARE, DATA, ADD, ENABLE, DISABLE, REMOVE = range(6)
"""Phases, in the order in which steps are made: make before break."""


class Change(Frozen):
    """A leaf that is not as wanted."""

    __slots__ = ("address", "after", "before")
    address: Address
    before: Any
    after: Any

    def __init__(self, address: Address, before: Any, after: Any) -> None:
        self._set(address=tuple(address), before=before, after=after)

    def dump(self) -> Dict[str, Any]:
        """Return the change in what JSON has."""
        return {
            "address": list(self.address),
            "before": dump(self.before),
            "after": dump(self.after),
        }

    @classmethod
    def load(cls, data: Mapping[str, Any]) -> Change:
        """Undo :meth:`dump`."""
        return cls(tuple(data["address"]), load(data["before"]), load(data["after"]))


class Step(Frozen):
    """One call that changes something.

    :param phase: when it is made; before the first step from DISABLE on, the engine reads back
        what the steps before it made.
    :param leaves: address to the value that the step leaves there; UNKNOWN where it leaves a
        value that cannot be foretold.
    :param secret: positions of parameters that must not be shown.
    :param accepts: classes of faults after which reading again decides, such as NotFound for
        a deletion that another client was faster with.
    :param refusal: ``(member, value, text)``: a reply with that member and value is a refusal,
        though it is not a fault.
    :param fallback: the step to make instead after an InvalidParams fault.
    :param scope: what the step may disturb beyond its leaves, or "".
    """

    __slots__ = (
        *("method", "params", "phase", "leaves", "secret", "accepts", "refusal", "fallback"),
        "scope",
    )
    method: str
    params: Tuple[Any, ...]
    phase: int
    leaves: Dict[Address, Any]
    secret: frozenset[int]
    accepts: Tuple[Type[Fault], ...]
    refusal: Optional[Tuple[str, Any, str]]
    fallback: Optional[Step]
    scope: str

    def __init__(
        self,
        method: str,
        *params: Any,
        phase: int = DATA,
        leaves: Optional[Mapping[Address, Any]] = None,
        secret: Iterable[int] = (),
        accepts: Iterable[Type[Fault]] = (),
        refusal: Optional[Tuple[str, Any, str]] = None,
        fallback: Optional[Step] = None,
        scope: str = "",
    ) -> None:
        self._set(
            method=method,
            params=params,
            phase=phase,
            leaves=dict(leaves or {}),
            secret=frozenset(secret),
            accepts=tuple(accepts),
            refusal=refusal,
            fallback=fallback,
            scope=scope,
        )

    @property
    def shown(self) -> Dict[str, Any]:
        """The step as a member of a result, without secrets."""
        params = [
            HIDDEN if index in self.secret else param for index, param in enumerate(self.params)
        ]
        return {"method": self.method, "params": params}

    def __repr__(self) -> str:
        return "Step(%s, phase=%d)" % (
            ", ".join([self.method, *map(repr, self.shown["params"])]),
            self.phase,
        )

    def dump(self, seal: Optional[Seal] = None) -> Dict[str, Any]:
        """Return the step in what JSON has. Secrets are left out; their positions stay.

        :param seal: makes seals of the secrets in leaves.
        """
        data = self.shown
        data["params"] = [
            {"$": "secret"} if index in self.secret else dump(param)
            for index, param in enumerate(self.params)
        ]
        data.update(
            phase=self.phase,
            leaves=dump_leaves(self.leaves, seal),
            secret=sorted(self.secret),
            accepts=[kind.__name__ for kind in self.accepts],
            refusal=list(self.refusal) if self.refusal else None,
            fallback=self.fallback.dump(seal) if self.fallback else None,
            scope=self.scope,
        )
        return data

    @classmethod
    def load(
        cls,
        data: Mapping[str, Any],
        resolve: Optional[Resolve] = None,
        seal: Optional[Seal] = None,
    ) -> Step:
        """Undo :meth:`dump`. A secret parameter is UNKNOWN; see :func:`.leaf.load` for leaves."""
        from .. import faults

        return cls(
            data["method"],
            *map(load, data["params"]),
            phase=data["phase"],
            leaves=load_leaves(data["leaves"], resolve, seal),
            secret=data["secret"],
            accepts=[getattr(faults, name) for name in data["accepts"]],
            refusal=tuple(data["refusal"]) if data["refusal"] else None,
            fallback=cls.load(data["fallback"], resolve, seal) if data["fallback"] else None,
            scope=data["scope"],
        )


class Conflict(Frozen):
    """A leaf that an undo leaves as it is."""

    __slots__ = ("address", "before", "found", "why")
    address: Address
    before: Any
    found: Any
    why: str

    def __init__(self, address: Address, before: Any, found: Any, why: str) -> None:
        self._set(address=tuple(address), before=before, found=found, why=why)

    @property
    def shown(self) -> Dict[str, Any]:
        """The conflict as a member of a result, without secrets."""
        return {
            "address": text_of(self.address),
            "before": shown(self.before),
            "found": shown(self.found),
            "why": self.why,
        }

    def dump(self) -> Dict[str, Any]:
        """Return the conflict in what JSON has."""
        return {
            "address": list(self.address),
            "before": dump(self.before),
            "found": dump(self.found),
            "why": self.why,
        }

    @classmethod
    def load(cls, data: Mapping[str, Any]) -> Conflict:
        """Undo :meth:`dump`."""
        return cls(tuple(data["address"]), load(data["before"]), load(data["found"]), data["why"])


class Undo(Frozen):
    """The way back: steps, and what they leave as it is."""

    __slots__ = ("conflicts", "steps")
    steps: Tuple[Step, ...]
    conflicts: Tuple[Conflict, ...]

    def __init__(self, steps: Sequence[Step] = (), conflicts: Sequence[Conflict] = ()) -> None:
        self._set(steps=tuple(steps), conflicts=tuple(conflicts))

    def dump(self) -> Dict[str, Any]:
        """Return the undo in what JSON has."""
        return {
            "steps": [step.dump() for step in self.steps],
            "conflicts": [conflict.dump() for conflict in self.conflicts],
        }

    @classmethod
    def load(cls, data: Mapping[str, Any]) -> Undo:
        """Undo :meth:`dump`."""
        return cls(
            [Step.load(each) for each in data["steps"]],
            [Conflict.load(each) for each in data["conflicts"]],
        )


def shown(value: Any) -> Any:
    """Return a leaf's value for a result: markers and secrets as texts."""
    from .leaf import Marker, Secret

    if isinstance(value, dict):
        return {name: shown(each) for name, each in value.items()}
    return str(value) if isinstance(value, (Marker, Secret)) else value
