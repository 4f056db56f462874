# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Whole states: random changes of several areas at once, and what has to hold after each.

A run makes the change, and then perhaps goes back from the journal, as another process does. Two
calls fail on the way, be it there or back. Where the process is killed, others follow until one
is not.
"""

from __future__ import annotations

import shutil
import tempfile
import traceback
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path as FilePath
from random import Random
from typing import TYPE_CHECKING, Any

from kamailio_binrpc.core.catalogue.reading import is_read_only
from kamailio_binrpc.core.desired.drive import drive
from kamailio_binrpc.core.state.journal import OPEN, Journals, move, read
from kamailio_binrpc.core.state.outcome import Outcome
from kamailio_binrpc.core.state.plan import plan
from kamailio_binrpc.core.state.sections import SECTIONS
from kamailio_binrpc.core.state.transaction import apply_at, roll_back

from .areas import (
    SECRETS,
    Contacts,
    Gateways,
    GatewayStates,
    HashTables,
    MediaNodes,
    ModuleLevels,
    Pipes,
    Registrations,
    Settings,
    Variables,
)
from .failures import FAILURES, Trouble

if TYPE_CHECKING:
    import contextlib
    from collections.abc import Callable, Iterator

    from kamailio_binrpc import Client
    from kamailio_binrpc.core.desired.resource import Resource
    from kamailio_binrpc.core.reply import Reply
    from kamailio_binrpc.core.state.journal import Reading

    from .areas import Area, Path, Snapshot, Wish

ADDRESS = "unix:/the/server"
"""In journals: which one it is, the prover knows."""

MORE_FAILURES = ("killed before", "killed after", "interrupted", "restart")
"""Beyond FAILURES: the process that makes the change is killed, right before or right after the
call; it is interrupted, as by Ctrl-C; the server is restarted before the call."""

STATE_FAILURES = (*FAILURES, *MORE_FAILURES)

GONE = 6
"""How many processes go back, one after another, while each is killed or finds no way."""


class PlannedGateways(Gateways):
    """Destinations with what only a file may say: states that they get once, and their order."""

    def wish(self) -> Wish:
        named = self.rng.sample(self.uris, self.rng.randint(0, 3))
        wish: Wish = {"set_id": self.one(*self.sets), "min_enabled": 0}
        wish["destinations"] = [{"uri": uri, **self._planned()} for uri in named]
        rest = [uri for uri in self.uris if uri not in named]
        wish["absent"] = self.rng.sample(rest, self.rng.randint(0, 1))
        if self.rng.random() < 0.7:
            wish["order"] = "keep"
        return wish

    def _planned(self) -> Wish:
        found = self._details()
        what = self.rng.random()
        if what < 0.4:
            found["force"] = self.one("active", "inactive", "trying")
        elif what < 0.6:
            found["state"] = self.one("enabled", "disabled")
        return found

    def owns(self, wish: Wish) -> Callable[[Path], bool]:
        named = {each["uri"] for each in wish["destinations"]} | set(wish["absent"])
        return lambda path: path[0] == wish["set_id"] and path[1] in named

    def resource(self, wish: Wish) -> Resource:
        section = {key: value for key, value in wish.items() if key != "set_id"}
        (resource,) = SECTIONS["dispatcher"].build({str(wish["set_id"]): section}, None)
        return resource


KINDS_OF_AREAS = (
    HashTables,
    Variables,
    Settings,
    MediaNodes,
    Registrations,
    Contacts,
    Pipes,
    ModuleLevels,
    Gateways,
    GatewayStates,
    PlannedGateways,
)
"""Areas that take part. Those of gateways are last; a run has at most one of them."""

OF_GATEWAYS = 3


class Killed(BaseException):
    """The process ends here, and cleans nothing up."""


class StateTrouble(Trouble):
    """As :class:`Trouble`, with MORE_FAILURES.

    :param restart: restarts the server.
    :ivar restarted: number of the call before which it was; -1 if it was not.
    :ivar sent: methods and parameters of the calls that reached the server and change something.
    """

    def __init__(self, restart: Callable[[], None], *args: Any) -> None:
        super().__init__(*args)
        self._restart = restart
        self.sent: list[tuple[str, tuple[Any, ...]]] = []
        self.restarted = -1

    def _make(self, method: str, params: tuple[Any, ...], *, reads: bool) -> Reply:
        failure = self._plan.get(self._number + 1, "")
        if failure == "killed before":
            self._number += 1
            raise Killed
        if failure == "interrupted":
            self._number += 1
            raise KeyboardInterrupt
        if failure == "restart":
            self.restarted = self._number + 1
            self._restart()
        if not reads:
            self.sent.append((method, params))
        reply = super()._make(method, params, reads=reads)
        if failure == "killed after":
            raise Killed
        return reply


@dataclass
class Stage:
    """The parts that are wanted at once."""

    resources: list[Any]
    checks: list[Any] = field(default_factory=list)


@dataclass
class StateTrial:
    """One run, and what was found before and after it."""

    wishes: list[tuple[Area, Wish]]
    plan: dict[int, str]
    result: dict[str, Any] = field(default_factory=dict)
    before: Snapshot = field(default_factory=dict)
    after: Snapshot = field(default_factory=dict)
    others: set[Path] = field(default_factory=set)
    left: Snapshot = field(default_factory=dict)
    between: Snapshot = field(default_factory=dict)
    shakes: int = 0
    order: dict[int, list[tuple[int, str]]] = field(default_factory=dict)
    order_after: dict[int, list[tuple[int, str]]] = field(default_factory=dict)
    back: bool = False
    ends: list[Outcome] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        failures = ", ".join(f"call {number}: {name}" for number, name in self.plan.items())
        differ = differing(self.before, self.after)
        before, after = (
            {path: leaves.get(path) for path in differ} for leaves in (self.before, self.after)
        )
        lines = [
            "; ".join(f"{area.kind} {wish}" for area, wish in self.wishes),
            f"  {failures or 'no failure'}{', and back' * self.back}",
            f"  before {before}",
            f"  after  {after}",
            *[f"  between {self.between}"] * bool(self.between),
            *(
                f"  order of set {wish['set_id']} was {self.order.get(wish['set_id'])}, is "
                f"{self.order_after.get(wish['set_id'])}"
                for _area, wish in self.wishes
                if wish.get("order") == "keep"
            ),
            *(f"  {end!r} not undone {end.not_undone}, steps {end.steps}" for end in self.ends),
        ]
        return "\n".join([*lines, *(f"  BROKEN: {each}" for each in self.broken)])


def differing(one: Snapshot, other: Snapshot) -> set[Path]:
    """Return the paths whose values differ."""
    return {path for path in {*one, *other} if one.get(path) != other.get(path)}


class StateProver:
    """Makes random runs over several areas.

    :param pause: gets the seconds of each pause of a run.
    :param restart: restarts the server; None where that cannot be.
    :param always: kind of an area that takes part in each run; "" for none.
    """

    kind = "state"

    def __init__(
        self,
        client: Client,
        seed: int,
        pause: Callable[[float], None] = lambda seconds: None,
        restart: Callable[[], None] | None = None,
        always: str = "",
    ) -> None:
        self.rng = Random(seed)
        self.areas = [kind(client, self.rng) for kind in KINDS_OF_AREAS]
        self._always = always
        self._client = client
        self._pause = pause
        self._restart = restart
        self._calls = 30
        memory = FilePath("/dev/shm")
        self._folder = FilePath(tempfile.mkdtemp(dir=memory if memory.is_dir() else None))
        self._prepare()

    def _prepare(self) -> None:
        for area in self.areas:
            area.prepare()

    def close(self) -> None:
        """Delete the journals."""
        shutil.rmtree(self._folder, ignore_errors=True)

    def snapshot(self) -> Snapshot:
        """Return all that is there, by path."""
        # All areas of gateways see the same.
        return {
            (area.kind, *path): value
            for area in self.areas[: 1 - OF_GATEWAYS]
            for path, value in area.snapshot().items()
        }

    def _order(self) -> dict[int, list[tuple[int, str]]]:
        """Return priority and URI of the destinations of each set, as the server has them."""
        found: dict[int, list[tuple[int, str]]] = {}
        for reply in self.areas[-1].values("dispatcher.list"):
            for entry in reply.get("RECORDS", []):
                dests = [target["DEST"] for target in entry["SET"]["TARGETS"]]
                found[entry["SET"]["ID"]] = [(each["PRIORITY"], each["URI"]) for each in dests]
        return found

    def _shake(self) -> None:
        self.rng.choice(self.areas).shake()

    def _choose(self) -> list[Area]:
        rng = self.rng
        gateways = self.areas[-OF_GATEWAYS:]
        chosen = rng.sample(self.areas[:-OF_GATEWAYS], rng.randint(1, 4))
        if rng.random() < 0.6:
            # One: each has destinations of the same sets.
            chosen.append(rng.choice(gateways))
        kinds = [area.kind for area in chosen]
        for area in self.areas:
            if area.kind == self._always and area.kind not in kinds:
                if area in gateways:
                    chosen = [each for each in chosen if each not in gateways]
                chosen.append(area)
                kinds.append(area.kind)
        return chosen

    def trial(self) -> StateTrial:
        """Make one run and return it, with the laws that it broke."""
        rng = self.rng
        for _each in range(rng.randint(0, 2)):
            self._shake()
        chosen = self._choose()
        wishes = [(area, area.wish()) for area in chosen]
        failures = STATE_FAILURES if self._restart else STATE_FAILURES[:-1]
        back = rng.random() < 0.4
        reach = self._calls * (2 if back else 1)
        fails = rng.choice((0, 1, 1, 1, 2, 2, 2))
        trial = StateTrial(wishes, {}, back=back)
        for _each in range(fails):
            trial.plan[rng.randint(0, reach)] = rng.choice(failures)
        trial.before = self.snapshot()
        trial.order = self._order()
        journals = Journals(str(self._folder / "journals"))
        try:
            trouble = self._run(trial, journals)
            trial.after = self.snapshot()
            trial.order_after = self._order()
            trial.broken += self._laws(trial, trouble, journals)
        except Exception as error:  # noqa: BLE001 - every one breaks a law
            where = traceback.extract_tb(error.__traceback__)[-3:]
            places = " < ".join(f"{FilePath(each.filename).name}:{each.lineno}" for each in where)
            trial.broken.append(f"{type(error).__name__}: {error} ({places})")
            trial.after = trial.after or trial.before
        shutil.rmtree(journals.folder, ignore_errors=True)
        last = trial.ends[-1].outcome if trial.ends else "none"
        trial.result = {
            "changed": trial.ends[0].outcome == "changed" if trial.ends else False,
            "failed": last not in ("changed", "unchanged", "undone"),
            "not_undone": last == "partly_undone",
        }
        return trial

    def _stages(self, trial: StateTrial) -> list[Stage]:
        return [Stage([area.resource(wish) for area, wish in trial.wishes])]

    def _run(self, trial: StateTrial, journals: Journals) -> StateTrouble:
        def writer() -> None:
            before = self.snapshot()
            self._shake()
            trial.others |= differing(before, self.snapshot())
            trial.shakes += 1

        def restart() -> None:
            assert self._restart is not None
            self._restart()
            self._prepare()

        trouble = StateTrouble(restart, self._client, trial.plan, writer, self._pause)
        try:
            end = apply_at(
                self._stages(trial),
                trouble,
                ADDRESS,
                journals,
                trouble.clock,
                trouble.pause,
                irreversible=True,
                busy_timeout=30.0,
            )
            trial.ends.append(end)
            if not trial.plan:
                self._calls = max(10, min(80, (self._calls * 7 + trouble.calls) // 8 + 1))
        except (Killed, KeyboardInterrupt):
            pass
        finished = bool(trial.ends) and trial.ends[-1].outcome in ("unchanged", "refused")
        if trial.back and trial.ends:
            # Another client comes between the change and the way back.
            seen, order = self.snapshot(), self._order()
            self._shake()
            now = self.snapshot()
            if self._order() != order:  # to remove what is not there reverses it as well
                trial.others.add(("order",))
            trial.left = seen
            trial.between = {path: now.get(path) for path in differing(seen, now)}
            trial.others |= set(trial.between)
            trial.shakes = 0
        if trial.back or not trial.ends:
            self._go_back(trial, trouble, journals, finished=finished)
        return trouble

    def _go_back(
        self, trial: StateTrial, trouble: StateTrouble, journals: Journals, *, finished: bool
    ) -> None:
        entries = journals.entries()
        if finished or not entries:
            return

        class Connected:
            def __enter__(self) -> StateTrouble:
                return trouble

            def __exit__(self, *_error: object) -> None:
                pass

        def connect(_address: str) -> contextlib.AbstractContextManager[Any]:
            return Connected()

        for _attempt in range(GONE):
            (entry,) = journals.entries()
            try:
                end = roll_back(journals, entry, connect, clock=trouble.clock, pause=trouble.pause)
            except (Killed, KeyboardInterrupt):
                continue
            trial.ends.append(end)
            if end.outcome != "unknown" or end.reason == "restarted":
                return

    # --- laws

    def _laws(self, trial: StateTrial, trouble: StateTrouble, journals: Journals) -> Iterator[str]:
        for method, params in trouble.reads:
            if not is_read_only(method, params):
                yield f"it asks {method}, which may change something"
        changed = differing(trial.before, trial.after) - trial.others
        last = trial.ends[-1] if trial.ends else None
        yield from self._written_ahead(trouble, journals)
        shown = repr([end.shown() for end in trial.ends])
        if any(secret in shown for secret in SECRETS):
            yield "a password is in the outcome"
        if trouble.restarted >= 0:
            # Up to the second call nothing was known of the run of the server before.
            undid = last is not None and last.outcome == "undone" and last.steps
            if undid and changed and trouble.restarted > 1:
                yield "it undid something at another run of the server"
            return
        if last is None:
            if trouble.sent and changed:
                yield "it was killed, and left no journal"
            return
        yield from self._told(trial, last, changed)
        if not trial.shakes:
            # No one came between a reading and a write of the way back.
            for path, value in trial.between.items():
                # Of twins, which nothing distinguishes, it cannot be known which one is gone.
                twins = isinstance(before := trial.before.get(path), tuple) and len(before) > 1
                seen = (trial.before.get(path), trial.left.get(path), value, trial.after.get(path))
                if not twins and not _kept(*seen):
                    yield f"it wrote over what another client had put there: {path}"
        if last.outcome in ("changed", "unchanged") and not trial.others:
            fresh = drive(plan(self._stages(trial)), _Reads(self._client))
            # A forced state that the server did not take looks like one that it has left again.
            ignored = "ignored" in trial.plan.values()
            rest = [each for each in fresh.differences if not (ignored and each.action == "force")]
            if fresh.problems or rest:
                yield f"a second plan is not empty: {fresh.shown()}"
        if last.outcome == "changed" and not trial.others and not trial.plan:
            yield from self._in_order(trial)
        yield from self._again(trial, trouble, journals, last)

    def _in_order(self, trial: StateTrial) -> Iterator[str]:
        """The destinations that a wish does not name have kept their order in its set."""
        for wish in [wish for _area, wish in trial.wishes if wish.get("order") == "keep"]:
            named = {*wish["absent"], *(each["uri"] for each in wish["destinations"])}
            was, now = (
                [each for each in order.get(wish["set_id"], []) if each[1] not in named]
                for order in (trial.order, self._order())
            )
            if was != now:
                yield f"the order is not kept: {was}, now {now}"

    @staticmethod
    def _told(trial: StateTrial, last: Outcome, changed: set[Path]) -> Iterator[str]:
        """Compare what an outcome says with what has changed."""
        owned = [(area.kind, area.owns(wish)) for area, wish in trial.wishes]
        strangers = {
            path
            for path in changed
            if not _owned(owned, path)
            and _administrative(trial.before.get(path)) != _administrative(trial.after.get(path))
        }
        told = last.not_undone or any("could not be" in each for each in last.warnings)
        if strangers and not told:
            yield f"what was not named has changed: {sorted(strangers, key=str)}"
        if last.outcome in ("undone", "refused", "unreachable", "unchanged") and changed:
            yield f"it says {last.outcome}, and it is not: {sorted(changed, key=str)}"
        if last.outcome in ("refused", "unreachable", "unchanged") and last.steps:
            yield f"it says {last.outcome}, and has made {last.steps}"
        if last.outcome in ("partly_undone", "unknown") and changed and not told:
            yield f"it does not name what it left: {sorted(changed, key=str)}"
        if last.outcome == "partly_undone" and not last.not_undone:
            yield "it says partly undone, and names nothing"

    def _written_ahead(self, trouble: StateTrouble, journals: Journals) -> Iterator[str]:
        """Each call that may have reached the server has its intent in the journal."""
        entries = journals.entries()
        if not entries:
            if trouble.sent:
                yield f"it sent {trouble.sent} without a journal"
            return
        data = FilePath(entries[0].path).read_bytes()
        if any(secret.encode() in data for secret in SECRETS):
            yield "a password is in the journal"
        reading: Reading = read(entries[0].path)
        if reading.damaged:
            yield "the journal is damaged"
        intents = Counter(
            line.split(b'"method":"')[1].split(b'"')[0].decode()
            for line in data.splitlines()
            if b'"event":"intent"' in line or b'"event":"neighbour"' in line
        )
        missing = Counter(method for method, _params in trouble.sent) - intents
        if missing:
            yield f"it sent what is not in the journal: {dict(missing)}"

    def _again(
        self, trial: StateTrial, trouble: StateTrouble, journals: Journals, last: Outcome
    ) -> Iterator[str]:
        """To go back once more changes nothing."""
        if last.outcome != "undone" or trial.others or not journals.entries():
            return
        trouble._plan.clear()
        trouble.sent.clear()
        (entry,) = journals.entries()
        move(entry, OPEN)
        before = list(trial.ends)
        self._go_back(trial, trouble, journals, finished=False)
        again = trial.ends[-1]
        trial.ends[:] = before
        if again.outcome != "undone" or trouble.sent:
            yield f"to go back once more is {again!r}, and sends {trouble.sent}"


class _Reads:
    """An endpoint for reading."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def call(self, method: str, *params: Any, read_only: bool = True) -> Reply:
        return self._client.call(method, *params)

    once = call


def _administrative(value: Any) -> Any:
    """Return what people have set: the server moves destinations between active and trying."""
    if not isinstance(value, tuple) or not all(isinstance(each, tuple) for each in value):
        return value
    return sorted((each[0].replace("T", "A").replace("I", "A"), *each[1:]) for each in value)


def _kept(before: Any, left: Any, between: Any, after: Any) -> bool:
    """Has a way back kept what another client did between a change and the way back?

    What a change added goes again, in whatever state the other client left it.
    """
    if after == between:
        return True
    mine = _registered(left)
    if before is None and after is None and mine is not None and mine == _registered(between):
        return True
    values = [_leaves(each) for each in (before, left, between, after)]
    was, ours, theirs, now = values
    if ours is None or theirs is None:
        return False
    if now is None:
        return was is None and ours[2:] == theirs[2:]
    return all(now[at] == theirs[at] for at in range(len(now)) if theirs[at] != ours[at])


def _registered(value: Any) -> Any:
    """Return what a registration is without its state, which others may switch."""
    return value[0] if isinstance(value, tuple) and isinstance(value[0], dict) else None


def _leaves(value: Any) -> tuple[Any, ...] | None:
    """Return what a destination consists of: state, probing, priority, attributes."""
    if not isinstance(value, tuple) or len(value) != 1 or not isinstance(value[0], tuple):
        return None
    flags, *rest = value[0]
    return (*flags, *rest)


def _owned(owned: list[tuple[str, Callable[[Path], bool]]], path: Path) -> bool:
    # All areas of gateways see the same, under the name of the first.
    names = {"dispatcher_state": "dispatcher_destination"}
    return any(names.get(kind, kind) == path[0] and owns(path[1:]) for kind, owns in owned)
