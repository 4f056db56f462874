# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Laws that hold after every run of the engine, whatever failed."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING, Any

from kamailio_binrpc import Client
from kamailio_binrpc.core.catalogue.reading import is_read_only
from kamailio_binrpc.core.desired.engine import apply
from kamailio_binrpc.core.desired.kinds import KINDS

from .areas import SECRETS
from .failures import FAILURES, Trouble

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .areas import Area, Path, Snapshot, Wish

BUSY = 30.0
"""Seconds, of the clock that pauses move, for which the engine stays patient."""


@dataclass
class Trial:
    """One run, and what was found before and after it."""

    area: Area
    wish: Wish
    plan: dict[int, str]
    check: bool
    result: dict[str, Any] = field(default_factory=dict)
    before: Snapshot = field(default_factory=dict)
    after: Snapshot = field(default_factory=dict)
    others: set[Path] = field(default_factory=set)
    broken: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        plan = ", ".join(f"call {number}: {name}" for number, name in self.plan.items())
        lines = [
            f"{self.area.kind} {self.wish}{' (check)' * self.check}; {plan or 'no failure'}",
            f"  before {_only(self.before, self.after)}",
            f"  after  {_only(self.after, self.before)}",
            f"  result {self.result}",
        ]
        return "\n".join([*lines, *(f"  BROKEN: {each}" for each in self.broken)])


def _only(one: Snapshot, other: Snapshot) -> Snapshot:
    return {path: value for path, value in one.items() if other.get(path) != value}


def differing(one: Snapshot, other: Snapshot) -> set[Path]:
    """Return the paths whose values differ."""
    return {path for path in {*one, *other} if one.get(path) != other.get(path)}


class Prover:
    """Makes random runs in one area.

    :param pause: gets the seconds of each pause of the engine.
    """

    def __init__(
        self,
        kind: type[Area],
        client: Client,
        seed: int,
        pause: Callable[[float], None] = lambda seconds: None,
    ) -> None:
        self.rng = Random(seed)
        self.area = kind(client, self.rng)
        self._client = client
        self._pause = pause
        self._calls = 6
        self.area.prepare()

    def close(self) -> None:
        """Nothing is left."""

    def trial(self) -> Trial:
        """Make one run and return it, with the laws that it broke."""
        rng, area = self.rng, self.area
        for _each in range(rng.randint(0, 2)):
            area.shake()
        wish = area.wish()
        plan: dict[int, str] = {}
        for _each in range(rng.choice((0, 1, 1, 1, 1, 2))):
            plan[rng.randint(0, self._calls)] = rng.choice(FAILURES)
        trial = Trial(area, wish, plan, rng.random() < 0.15)
        trial.before = area.snapshot()
        predicted = None
        if not plan and not trial.check:
            predicted = self._run(trial, {}, check=True)[0]
        try:
            trial.result, trouble = self._run(trial, plan, check=trial.check)
        except Exception as error:  # noqa: BLE001 - every one breaks a law
            trial.broken.append(f"{type(error).__name__}: {error}")
            return trial
        # Failures are spread over the calls that such runs make.
        self._calls = max(3, min(30, (self._calls * 7 + trouble.calls) // 8 + 1))
        trial.after = area.snapshot()
        trial.broken += laws(trial, trouble, predicted)
        if not trial.broken and not trial.result["failed"] and not trial.check:
            trial.broken += self._again(trial)
        return trial

    def _run(
        self, trial: Trial, plan: dict[int, str], *, check: bool
    ) -> tuple[dict[str, Any], Trouble]:
        def writer() -> None:
            before = self.area.snapshot()
            self.area.shake()
            trial.others |= differing(before, self.area.snapshot())

        trouble = Trouble(self._client, plan, writer, self._pause)
        resource = KINDS[self.area.kind].make(trial.wish)
        return apply(resource, trouble, check, BUSY, trouble.clock, trouble.pause), trouble

    def _again(self, trial: Trial) -> Iterator[str]:
        """A second run changes nothing; another writer who came last may have made it differ."""
        result = self._run(trial, {}, check=True)[0]
        if trial.others:
            return
        if result["failed"]:
            yield f"a second run fails: {result['msg']}"
        elif result["changed"]:
            yield f"a second run would change {result['rpc_calls']}"


def laws(trial: Trial, trouble: Trouble, predicted: dict[str, Any] | None) -> Iterator[str]:
    """Yield the laws that a run broke."""
    result = trial.result
    owns = trial.area.owns(trial.wish)
    changed = differing(trial.before, trial.after) - trial.others
    for method, params in trouble.reads:
        if not is_read_only(method, params):
            yield f"it asks {method}, which may change something"
    told = bool(result.get("not_undone")) or any(
        "could not be" in text or "Not put back" in text
        for text in [*result["warnings"], result.get("msg", "")]
    )
    strangers = {path for path in changed if not owns(path)}
    if strangers and not told:
        yield f"what was not named has changed: {sorted(strangers, key=str)}"
    mine = {path for path in changed if owns(path)}
    if trial.check:
        if trouble.writes:
            yield f"check mode writes: {trouble.writes}"
        if changed:
            yield "check mode changed something"
    elif result["failed"] and mine and not told:
        yield f"it failed, left changes, and does not name them: {sorted(mine, key=str)}"
    if changed and not result["changed"] and not trial.check:
        yield "it says unchanged, and it is not"
    if predicted is not None and not trial.others:
        if predicted["changed"] != result["changed"]:
            yield f"check mode said changed={predicted['changed']}"
        if predicted["failed"] != result["failed"]:
            yield f"check mode said failed={predicted['failed']}: {predicted.get('msg')}"
    shown = repr(result)
    if any(secret in shown for secret in SECRETS):
        yield "a password is in the result"
