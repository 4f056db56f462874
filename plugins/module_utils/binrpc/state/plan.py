# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Plans: what differs, the steps that change it, and what they do beside it. Reads only."""

from __future__ import annotations

from ..desired.engine import look, missing_methods
from ..desired.frozen import Frozen
from ..desired.leaf import (
    ABSENT,
    TOO_LARGE,
    UNKNOWN,
    Leaves,
    Secret,
    dump_leaves,
    load_leaves,
    text_of,
)
from ..desired.outcome import message
from ..desired.recipe import dump_resource, load_resource
from ..desired.resource import Answers, StateError
from ..desired.step import Change, Step, shown
from ..faults import Busy, Fault, TooFast
from .boot import boot_id

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, Iterable, List, Mapping, Optional, Protocol, Sequence, Tuple, Type

    from ..desired.condition import Condition
    from ..desired.drive import Talk
    from ..desired.leaf import Address, Resolve, Seal
    from ..desired.resource import Resource
    from .boot import Boot

    class Check(Protocol):
        """A condition that has to hold before a change and after it.

        :ivar within: seconds in which it may become true after the change.
        :ivar hold: seconds for which it has to stay true after the change.
        """

        @property
        def within(self) -> float: ...

        @property
        def hold(self) -> float: ...

        def condition(self) -> Condition:
            """Return a new Condition."""

    class Stage(Protocol):
        """The parts that are wanted at once, and the conditions that have to hold then."""

        @property
        def resources(self) -> Sequence[Resource]: ...

        @property
        def checks(self) -> Sequence[Check]: ...


FORMAT = 1
"""Version of the JSON of plans."""

EXACT, VALUE, NONE = "exact", "value", "none"


class Difference(Frozen):
    """A leaf that is not as wanted.

    :ivar action: ``add``, ``change``, ``remove``, ``unknown`` where the server does not show what
        there is, or ``force`` for what is done once and may change by itself afterwards.
    :ivar reversible: ``exact``; ``value`` where a part is lost on the way back; ``none``.
    :ivar why: why it is not ``exact``; "" if it is.
    :ivar lost_on: what loses the change: ``restart``, or ``reload`` of the module already.
    """

    __slots__ = ("action", "address", "after", "before", "lost_on", "reversible", "why")
    address: Address
    before: Any
    after: Any
    action: str
    reversible: str
    why: str
    lost_on: str

    def __init__(
        self, change: Change, reversible: str, why: str, lost_on: str, once: bool = False
    ) -> None:
        if once:
            action = "force"
        elif change.before in (UNKNOWN, TOO_LARGE):
            action = "unknown"
        elif change.before is ABSENT:
            action = "add"
        else:
            action = "remove" if change.after is ABSENT else "change"
        self._set(
            address=change.address,
            before=change.before,
            after=change.after,
            action=action,
            reversible=reversible,
            why=why,
            lost_on=lost_on,
        )

    @property
    def secret(self) -> bool:
        """Has it something to hide?"""
        return any(_has_secret(each) for each in (self.before, self.after))

    @property
    def shown(self) -> Dict[str, Any]:
        """The difference as a member of a result, without secrets; null is what is not there."""
        return {
            "address": text_of(self.address),
            "action": self.action,
            "before": visible(self.before),
            "after": visible(self.after),
            "secret": self.secret,
            "reversible": self.reversible,
            "why": self.why,
            "lost_on": self.lost_on,
        }


def visible(value: Any) -> Any:
    """Return a leaf's value for a result: None for what is not there, "?" for what is unknown."""
    if value is ABSENT:
        return None
    if value in (UNKNOWN, TOO_LARGE):
        return "?"
    if isinstance(value, dict):
        return {name: visible(each) for name, each in value.items()}
    return shown(value)


def _has_secret(value: Any) -> bool:
    if isinstance(value, dict):
        return any(_has_secret(each) for each in value.values())
    return isinstance(value, Secret)


class Part:
    """One resource of a plan.

    :ivar stage: number of its stage, from 0.
    :ivar seen: what there is.
    :ivar wanted: what should be; empty if ``problem``.
    :ivar problem: why that cannot be, or "".
    """

    def __init__(self, resource: Resource, stage: int, seen: Leaves) -> None:
        self.resource = resource
        self.stage = stage
        self.seen = seen
        self.wanted: Dict[Address, Any] = {}
        self.changes: List[Change] = []
        self.steps: List[Step] = []
        self.effects: List[str] = []
        self.warnings: List[str] = []
        self.problem = ""

    def work_out(self) -> None:
        """Compare, and plan the steps."""
        resource, seen = self.resource, self.seen
        try:
            self.wanted = resource.resolve(seen)
            self.changes = resource.compare(seen, self.wanted)
            if self.changes:
                self.steps = sorted(resource.steps(self.changes, seen), key=phase_of)
        except StateError as error:
            self.problem = str(error)
            self.wanted, self.changes, self.steps = {}, [], []
            return
        self.warnings = resource.warnings(seen)
        self.effects = resource.effects(self.steps, seen) if self.steps else []

    @property
    def differences(self) -> List[Difference]:
        resource = self.resource
        why = self._irreversible()
        found = []
        for change in self.changes:
            reason = why.get(change.address, "")
            reversible = NONE if reason else EXACT
            if not reason:
                reason = resource.approximate(change.address, change.before)
                reversible = VALUE if reason else EXACT
            found.append(
                Difference(
                    change, reversible, reason, resource.lost_on, resource.once(change.address)
                )
            )
        return found

    def way_back(self) -> List[Step]:
        """Return the steps that would undo the change, as far as that goes."""
        now = self.seen.merged(self.wanted)
        before = {change.address: change.before for change in self.changes}
        left = {change.address: change.after for change in self.changes}
        try:
            return list(self.resource.undo(before, left, now).steps)
        except StateError:
            return []

    def _irreversible(self) -> Dict[Address, str]:
        now = self.seen.merged(self.wanted)
        why: Dict[Address, str] = {}
        for change in self.changes:
            before = {change.address: change.before}
            if _lost_secret(change.before, change.after):
                why[change.address] = (
                    "its secret is not written down, so only this run can put it back. Refer to "
                    "it in the file, by env or file"
                )
                continue
            try:
                undo = self.resource.undo(before, {change.address: change.after}, now)
            except StateError:
                continue  # a part of something that goes back as a whole
            for conflict in undo.conflicts:
                why[conflict.address] = conflict.why
            reason = self._beside(change.address)
            if reason:
                why.setdefault(change.address, reason)
        return why

    def _beside(self, address: Address) -> str:
        """Return why what a step does beside a change cannot be put back, or ""."""
        for step in self.steps:
            for leaf, value in step.leaves.items() if address in step.leaves else ():
                old = self.seen.at(leaf)
                if leaf == address or any(each in (ABSENT, UNKNOWN) for each in (old, value)):
                    continue
                if not self.resource.equal(leaf, old, value):
                    reason = self.resource.restorable(leaf, value, old)
                    if reason:
                        return reason
        return ""


def _lost_secret(before: Any, after: Any) -> bool:
    """Is a secret overwritten that no way back from a journal can have again?"""
    if isinstance(before, dict):
        rest = after if isinstance(after, dict) else {}
        return any(_lost_secret(each, rest.get(name)) for name, each in before.items())
    return (
        isinstance(before, Secret)
        and before.source is None
        and bool(before.value)
        and before != after
    )


class Plan:
    """The differences at one server, and the steps that would remove them.

    :ivar name: who wants it.
    :ivar digest: of the wish.
    :ivar boot: which run of the server was read.
    :ivar parts: one for each resource, in the order of stages.
    :ivar seal: of a plan that was loaded: recognises its secrets.
    """

    def __init__(self, name: str, digest: str, boot: Boot, parts: Sequence[Part]) -> None:
        self.seal: Optional[Seal] = None
        self.name = name
        self.digest = digest
        self.boot = boot
        self.parts = list(parts)

    @property
    def differences(self) -> List[Difference]:
        """All leaves that are not as wanted, once each."""
        found: Dict[Address, Difference] = {}
        for part in self.parts:
            for each in part.differences:
                found.setdefault(each.address, each)
        return list(found.values())

    @property
    def steps(self) -> List[Step]:
        """The steps in the order in which they are sent."""
        stages = sorted({part.stage for part in self.parts})
        return [step for stage in stages for _part, step in in_order(self.parts, stage)]

    @property
    def effects(self) -> List[str]:
        """Effects of the steps beside their leaves, as sentences."""
        scopes = dict.fromkeys(step.scope for step in self.steps if step.scope)
        found = [text for scope in scopes for text in self._scope_effects(scope)]
        return _once([*found, *(text for part in self.parts for text in part.effects)])

    def _scope_effects(self, scope: str) -> List[str]:
        """Return the effects of the steps of all resources of a scope together."""
        steps = [step for step in self.steps if step.scope == scope]
        part = next(p for p in self.parts if any(step.scope == scope for step in p.steps))
        return part.resource.scope_effects(steps, part.seen, harmless=True)

    @property
    def warnings(self) -> List[str]:
        return _once(text for part in self.parts for text in part.warnings)

    @property
    def unknown(self) -> List[str]:
        """Addresses, as texts, of what is wanted and is not shown by the server."""
        return [text_of(each.address) for each in self.differences if each.action == "unknown"]

    @property
    def problems(self) -> List[str]:
        """Why it cannot be applied."""
        return _once(part.problem for part in self.parts if part.problem)

    @property
    def irreversible(self) -> List[Difference]:
        """Differences whose change cannot be undone."""
        return [each for each in self.differences if each.reversible == NONE]

    @property
    def differs(self) -> bool:
        return any(part.changes for part in self.parts)

    @property
    def counts(self) -> Dict[str, int]:
        """How many differences there are, by action."""
        found = dict.fromkeys(("add", "change", "remove", "unknown", "force"), 0)
        for each in self.differences:
            found[each.action] += 1
        return found

    def shown(self) -> Dict[str, Any]:
        """Return the plan as a result, without secrets."""
        return {
            "name": self.name,
            "changes": [each.shown for each in self.differences],
            "steps": [step.shown for step in self.steps],
            "effects": self.effects,
            "unknown": self.unknown,
            "warnings": self.warnings,
            "problems": self.problems,
        }

    def dump(self, seal: Optional[Seal] = None) -> Dict[str, Any]:
        """Return the plan in what JSON has, to be applied later. Secrets stay behind.

        :param seal: makes seals of them, by which they are recognised later.
        """
        return {
            "format": FORMAT,
            "name": self.name,
            "digest": self.digest,
            "boot": list(self.boot),
            "parts": [
                {
                    "stage": part.stage,
                    **described(part, seal=seal),
                    "steps": [step.dump(seal) for step in part.steps],
                }
                for part in self.parts
            ],
        }

    @classmethod
    def load(
        cls,
        data: Mapping[str, Any],
        resolve: Optional[Resolve] = None,
        classes: Optional[Mapping[str, Type[Resource]]] = None,
        seal: Optional[Seal] = None,
    ) -> Plan:
        """Undo :meth:`dump`. Facts of the reading are gone: plan again and compare.

        :param seal: makes seals with the same key as when it was dumped.
        :raises ValueError: the data is not a plan of this version.
        """
        try:
            if data["format"] != FORMAT:
                raise ValueError("the plan has format %r, not %d" % (data["format"], FORMAT))
            parts = []
            for each in data["parts"]:
                seen = load_leaves(each["seen"], resolve, seal)
                seen.neighbours.update(load_leaves(each["neighbours"], resolve, seal))
                resource = load_resource(each["resource"], resolve, classes)
                part = Part(resource, int(each["stage"]), seen)
                part.steps = [Step.load(step, seal=seal) for step in each["steps"]]
                parts.append(part)
            started, pid = data["boot"]
            found = cls(str(data["name"]), str(data["digest"]), (str(started), int(pid)), parts)
            found.seal = seal
            return found
        except (LookupError, TypeError, AttributeError, RecursionError) as error:
            raise ValueError("this is not a plan: %r" % error) from error

    def stale(self, fresh: Plan) -> List[str]:
        """Return why this saved plan must not be applied, given one that was just made.

        Values that the server sets by itself do not count.
        """
        if self.boot != fresh.boot:
            return ["the server was restarted since"]
        if self.digest != fresh.digest or len(self.parts) != len(fresh.parts):
            return ["something else is wanted now"]
        found = []
        for old, new in zip(self.parts, fresh.parts):
            for address in dict.fromkeys([*old.seen, *new.seen]):
                then, now = old.seen.at(address), new.seen.at(address)
                then = _recognised(then, now)
                if then is not now and not new.resource.equal(address, then, now):
                    found.append("%s has changed since" % text_of(address))
            found += [
                "%s has changed since" % text_of(address)
                for address in new.resource.disturbed(old.seen, new.seen)
            ]
            if not found and not self._same_steps(old.steps, new.steps):
                found.append("other steps would be taken now")
        return _once(found)

    def _same_steps(self, steps: Sequence[Step], fresh: Sequence[Step]) -> bool:
        if len(steps) != len(fresh):
            return False
        for old, new in zip(steps, fresh):
            leaves = {address: new.leaves.get(address, ABSENT) for address in old.leaves}
            known = {each: _recognised(old.leaves[each], value) for each, value in leaves.items()}
            one, other = old.dump(self.seal), new.dump(self.seal)
            one["leaves"] = dump_leaves(known, self.seal)
            if one != other:
                return False
        return True


def _recognised(then: Any, now: Any) -> Any:
    """Return a value of a saved plan, with the secrets of now where it has none to compare."""
    if isinstance(then, dict) and isinstance(now, dict):
        return {name: _recognised(each, now.get(name, ABSENT)) for name, each in then.items()}
    if isinstance(now, Secret) and (then is UNKNOWN or then == now):
        return now
    return then


def described(
    part: Part, seen: Optional[Leaves] = None, seal: Optional[Seal] = None
) -> Dict[str, Any]:
    """Return a resource and what there is, in what JSON has.

    :param seen: another reading than that of the plan.
    :param seal: makes seals of secrets.
    :raises TypeError: an argument of the resource cannot be written down.
    """
    found = part.seen if seen is None else seen
    return {
        "resource": dump_resource(part.resource),
        "seen": dump_leaves(found, seal),
        "neighbours": dump_leaves(found.neighbours, seal),
    }


def plan(
    stages: Sequence[Stage], name: str = "", digest: str = "", boot: Optional[Boot] = None
) -> Talk[Plan]:
    """Read the server, and return what differs from what is wanted and how to change it.

    Each question is asked once, however many resources have it. Stages are all compared with what
    there is now.

    :param boot: the boot id, if it is known already.
    A fault makes its resource a problem of the plan, which names it as the file does.

    :raises BinrpcError: the server could not be read.
    """
    if boot is None:
        boot = yield from boot_id()
    resources = [(each, number) for number, stage in enumerate(stages) for each in stage.resources]
    found: Dict[Any, Any] = {}
    parts = []
    for resource, number in resources:
        part = Part(resource, number, Leaves())
        try:
            part.seen = yield from look(resource, Answers((), found))
        except StateError as error:
            part.problem = str(error)
        except (Busy, TooFast):
            raise
        except Fault as fault:
            # A table that the server lacks, for example; others may well be read.
            part.problem = "%s: %s" % (name_of(resource), message(fault))
        else:
            part.work_out()
        parts.append(part)
    return Plan(name, digest, boot, parts)


def name_of(resource: Resource) -> str:
    """Return where a resource stands in a file, such as ``htable.blocked``."""
    address = getattr(resource, "address", ())
    if not address and hasattr(resource, "set_id"):
        address = ("dispatcher", resource.set_id)
    if not address:
        kind = type(resource).__module__.rpartition(".")[2]
        address = (kind.partition("_")[0],)
    return text_of(address)


def unavailable(planned: Plan) -> Talk[List[str]]:
    """Return methods of the plan and of its way back that the server does not offer."""
    steps = [*planned.steps, *(step for part in planned.parts for step in part.way_back())]
    return (yield from missing_methods(step.method for step in steps))


def in_order(parts: Sequence[Part], stage: int) -> List[Tuple[Part, Step]]:
    """Return the steps of a stage by phase, over all its resources."""
    found = [(part, step) for part in parts if part.stage == stage for step in part.steps]
    return sorted(found, key=lambda each: each[1].phase)


def phase_of(step: Step) -> int:
    """Return the phase of a step, to sort by."""
    return step.phase


def _once(texts: Iterable[str]) -> List[str]:
    return list(dict.fromkeys(texts))
