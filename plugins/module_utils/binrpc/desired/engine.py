# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""The engine: brings a resource from what it is to what is wanted, and no further.

It reads, plans, writes, and reads again. Success means that the last reading shows what was
wanted, and that what was not named is as it was. After a failure it goes back as far as it can,
and names what it could not put back. The engine knows no Kamailio module: a :class:`Resource`
reads, compares and plans.
"""

from __future__ import annotations

from contextlib import contextmanager
from time import monotonic, sleep

from ..errors import BinrpcError, ProtocolError
from ..faults import Busy, Fault, InvalidParams, MethodNotFound, ReplyTooLarge, TooFast
from ..views import reply_to_json
from .drive import Ask, Do, Now, Save, Sleep, Soon, ask, drive
from .escapes import quoted
from .leaf import TOO_LARGE, UNKNOWN, text_of
from .outcome import fault_data, message
from .record import Record
from .resource import Answers, StateError
from .step import DISABLE, Conflict

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import (
        Any,
        Callable,
        Dict,
        Iterable,
        Iterator,
        List,
        Mapping,
        Optional,
        Sequence,
        Set,
    )

    from .drive import Endpoint, Talk
    from .leaf import Address, Leaves
    from .resource import Resource
    from .step import Change, Step

    Result = Dict[str, Any]

ROUNDS = 3
"""How many times to write before giving up on another writer's concurrent changes."""

PAUSE = 0.5
"""Seconds between attempts while the server refuses."""


SETTLE = 0.2
"""Seconds between readings while the server carries a change out."""


class Failure(Exception):
    """The run is over; the message says why."""


class Run:
    """One run of the engine: one resource at one server.

    :ivar result: ``changed``, ``failed``, ``before``, ``after``, ``rpc_calls``, ``fault``,
        ``warnings``; ``msg`` if it failed; ``not_undone`` if it failed and left something behind;
        ``persisted_by`` if it changed something that a restart loses.
    :ivar error: the error of the call that ended the run, if one did.
    """

    def __init__(
        self, resource: Resource, check_mode: bool = False, busy_timeout: float = 60.0
    ) -> None:
        self.resource = resource
        self.check_mode = check_mode
        self.busy_timeout = busy_timeout
        self.record = Record(resource)
        self.error: Optional[BinrpcError] = None
        self.result: Result = {
            "changed": False,
            "failed": False,
            "before": None,
            "after": None,
            "rpc_calls": [],
            "fault": None,
            "warnings": [],
        }
        self._asked: List[Ask] = []  # by the last reading
        self._wrote = False

    def go(self) -> Talk[Result]:
        """Make the change if it is needed and allowed, and return the result."""
        result = self.result
        try:
            yield from self._go()
        except Failure as failure:
            result["failed"] = True
            result["msg"] = str(failure)
            if self.record.acted:
                yield from self._undo()
        if result["changed"] and self.resource.persisted_by:
            result["persisted_by"] = self.resource.persisted_by
        return result

    # --- the way there

    def _go(self) -> Talk[None]:
        resource, result = self.resource, self.result
        record = self.record
        seen = record.before = yield from self._read("Nothing was changed")
        result["before"] = result["after"] = resource.show(seen)
        wanted = record.wanted = self._resolve(seen, "Nothing was changed")
        result.update(resource.members(seen))
        result["warnings"] += resource.warnings(seen)
        changes = resource.compare(seen, wanted)
        if not changes:
            return
        steps = self._planned(changes, seen, "Nothing was changed")
        result["warnings"] += resource.effects(steps, seen)
        result["warnings"] += resource.scope_effects(steps, seen)
        if self.check_mode:
            yield from self._predict(seen, wanted, steps)
            return
        yield Soon(calls=len(steps))
        yield Save("before", seen)
        for number in range(1, ROUNDS + 1):
            yield from self._write(steps, wanted)
            seen = yield from self._settled(wanted)
            result["after"] = resource.show(seen)
            yield from self._keep_neighbours(seen)
            wanted = self._resolve_again(seen, "The change was made, but it does not last")
            remaining = record.remaining(seen, wanted)
            if not remaining:
                record.unseen.clear()
                result["changed"] = record.differs(seen)
                result.update(resource.members(seen))
                return
            others = [change for change in remaining if record.by_others(change)]
            steps = self._planned(remaining, seen, self._sofar())
            # To repeat what has just been made without effect would not help, and may cost.
            made = [step for step, _values in record.written]
            fresh = [step for step in steps if step not in made]
            large = any(change.before is TOO_LARGE for change in remaining)
            if large or number == ROUNDS or not (others or fresh):
                raise Failure(self._unmet(remaining, seen, wanted))
            if others:
                result["warnings"].append(
                    "Something else changed the same at the same time, so the change was made "
                    "once more: %s" % self._difference(seen, others)
                )

    def _predict(self, seen: Leaves, wanted: Mapping[Address, Any], steps: Sequence[Step]) -> Any:
        """Say what the steps would do, or that the server could not make them."""
        try:
            missing = yield from missing_methods(step.method for step in steps)
        except BinrpcError as error:
            raise Failure("Nothing was changed: %s" % self._explained(error)) from error
        if missing:
            raise Failure(
                "Nothing was changed, and the change would fail: the server does not offer %s. See "
                "system.listMethods; the module that offers it may not be loaded, or this release "
                "lacks it" % ", ".join(missing)
            )
        self.result["changed"] = True
        self.result["after"] = self.resource.show(seen.merged(wanted))
        self.result["rpc_calls"] = [step.shown for step in steps]

    def _planned(self, changes: Sequence[Change], seen: Leaves, meaning: str) -> List[Step]:
        try:
            steps = self.resource.steps(changes, seen)
        except StateError as error:
            raise Failure("%s: %s" % (meaning, error)) from error
        return sorted(steps, key=_phase)

    def _resolve(self, seen: Leaves, meaning: str) -> Dict[Address, Any]:
        try:
            return self.resource.resolve(seen)
        except StateError as error:
            raise Failure("%s: %s" % (meaning, error)) from error

    def _resolve_again(self, seen: Leaves, meaning: str) -> Dict[Address, Any]:
        try:
            return self.record.resolved(seen)
        except StateError as error:
            raise Failure("%s: %s" % (meaning, error)) from error

    def _write(self, steps: Sequence[Step], wanted: Mapping[Address, Any]) -> Talk[None]:
        """Make the steps; plan again after each wait, since others act meanwhile."""
        steps = list(steps)
        give_up = (yield Now()) + self.busy_timeout
        while steps:
            step = steps[0]
            if step.phase >= DISABLE and self.record.unseen:
                yield from self._barrier()
            if len(steps) == 1:
                yield Soon(self._asked)  # it is read again
            try:
                yield from self._send(step)
            except (Busy, TooFast) as refusal:
                if (yield Now()) >= give_up:
                    self._note(refusal)
                    raise Failure(
                        "%s: the server refused for %g s (busy_timeout): %s"
                        % (self._sofar(), self.busy_timeout, message(refusal))
                    ) from refusal
                yield Sleep(PAUSE)
                seen = yield from self._read(self._sofar())
                self._see(seen)
                wanted = self._resolve_again(seen, self._sofar())
                steps = self._planned(self.record.remaining(seen, wanted), seen, self._sofar())
                continue
            steps.pop(0)
            give_up = (yield Now()) + self.busy_timeout

    def _barrier(self) -> Talk[None]:
        """Nothing is taken away before its replacement is seen."""
        seen = yield from self._read("A part of the change was made, but could not be verified")
        self.result["after"] = self.resource.show(seen)
        self._see(seen)
        self.record.unseen.clear()
        yield from self._keep_neighbours(seen)

    def _see(self, seen: Leaves) -> None:
        """Compare what was made with what is there.

        :raises Failure: it is not there.
        """
        missing = self.record.missing(seen)
        if missing:
            raise Failure(
                "%s answered with success, but reading back does not show what it should have "
                "made: %s. Kamailio's log may tell why"
                % (self.record.written[-1][0].method, "; ".join(missing))
            )

    def _settled(self, wanted: Mapping[Address, Any]) -> Talk[Leaves]:
        """Read until the server shows the change, or had the time for it."""
        give_up = (yield Now()) + self.resource.settles
        while True:
            seen = yield from self._read("The change was made, but could not be verified")
            if not self.record.remaining(seen, wanted) or (yield Now()) >= give_up:
                return seen
            yield Sleep(SETTLE)

    def _unmet(
        self, remaining: Sequence[Change], seen: Leaves, wanted: Mapping[Address, Any]
    ) -> str:
        large = [change for change in remaining if change.before is TOO_LARGE]
        if large:
            return (
                "%s was set, but is too large to be read back: a reply of the server has no room "
                'for it. Raise modparam("ctl", "binrpc_max_body_size", KiB) and '
                '"binrpc_struct_max_body_size" in the configuration, or choose a shorter value'
                % text_of(large[0].address)
            )
        reason = self.resource.unmet(remaining)
        if reason:
            return reason
        calls = self.result["rpc_calls"]
        # Without any, each was refused with a fault that a step accepts.
        made = "%s answered with success, but reading" % calls[-1]["method"] if calls else "Reading"
        return "%s back shows no such change: %s. Kamailio's log may tell why" % (
            made,
            self._difference(seen, remaining),
        )

    def _difference(self, seen: Leaves, changes: Sequence[Change]) -> str:
        wanted = {change.address: change.after for change in changes}
        show = self.resource.show
        return differences(show(seen), show(seen.merged(wanted)))

    # --- neighbours

    def _keep_neighbours(self, seen: Leaves) -> Talk[None]:
        """Put back what the server dropped from the neighbourhood.

        :raises Failure: it cannot be put back.
        """
        before = self.record.before
        lost = self.record.disturbed(seen)
        if not lost or before is None:
            return
        names = ", ".join(map(text_of, lost))
        try:
            undo = self.resource.undo(
                {address: before.at(address) for address in lost},
                {address: seen.at(address) for address in lost},
                seen,
            )
            for step in sorted(undo.steps, key=_phase):
                yield from self._patiently(step)
            now = yield from self._look()
        except (BinrpcError, StateError) as error:
            raise self._lost(lost, ": %s" % error) from error
        left = self.record.disturbed(now)
        if left:
            raise self._lost(left)
        self.result["warnings"].append(
            "The server also changed what was not named; it was put back: %s" % names
        )

    def _lost(self, addresses: Sequence[Address], why: str = "") -> Failure:
        remedy = self.resource.remedy(addresses)
        return Failure(
            "%s: the server also changed what was not named, and it could not be put back: %s%s%s"
            % (
                self._sofar(),
                ", ".join(map(text_of, addresses)),
                why,
                remedy and ". " + remedy,
            )
        )

    # --- the way back

    def _undo(self) -> Talk[None]:
        """After a failure: go back as far as it goes, and name what is left."""
        result, resource, before = self.result, self.resource, self.record.before
        result["changed"] = True
        if before is None:
            return
        why: Dict[Address, str] = {}
        error: Optional[Exception] = None
        now: Optional[Leaves] = None
        for _number in range(ROUNDS):
            try:
                now = yield from self._look()
                result["after"] = resource.show(now)
                undo = self.record.undo(now)
                why = {each.address: each.why for each in undo.conflicts}
                if not undo.steps:
                    break
                yield Save("undo", undo)
                for step in sorted(undo.steps, key=_phase):
                    yield from self._patiently(step)
                    self.record.may_have_put_back(step)
                now = None
            except (BinrpcError, StateError) as problem:
                error, now = problem, None
        if now is None:
            # Everything may be on the server as it was left.
            try:
                now = yield from self._look()
                result["after"] = resource.show(now)
            except (BinrpcError, StateError) as problem:
                result["warnings"].append(
                    "What was changed before the failure could not be undone or read again: %s"
                    % (error or problem)
                )
                result["not_undone"] = [
                    Conflict(address, before.at(address), UNKNOWN, str(problem)).shown
                    for address in self.record.acted
                ]
                return
        rest = self.record.not_as_before(now)
        result["changed"] = bool(rest)
        if rest:
            result["not_undone"] = [
                Conflict(
                    address,
                    before.at(address),
                    now.at(address),
                    why.get(address) or str(error or "the server did not put it back"),
                ).shown
                for address in rest
            ]
            result["warnings"].append(
                "Not put back after the failure: %s"
                % "; ".join(
                    "%s (%s)" % (each["address"], each["why"]) for each in result["not_undone"]
                )
            )

    # --- calls

    def _look(self) -> Talk[Leaves]:
        """Ask what the resource needs to know, and return what it makes of the answers."""
        give_up = (yield Now()) + self.busy_timeout
        answers = Answers(self.record.written)
        before = self.record.before
        while True:
            try:
                seen = yield from look(self.resource, answers)
                self._asked = answers.asked
                if self.resource.fixed and before is not None:
                    for address in [each for each in seen if each not in before]:
                        del seen[address]
                return seen
            except (Busy, TooFast):
                if (yield Now()) >= give_up:
                    raise
                yield Sleep(PAUSE)

    def _read(self, meaning: str) -> Talk[Leaves]:
        try:
            return (yield from self._look())
        except (BinrpcError, StateError) as error:
            raise Failure("%s: %s" % (meaning, self._explained(error))) from error

    def _note(self, error: BinrpcError) -> None:
        self.error = error
        if isinstance(error, Fault):
            self.result["fault"] = fault_data(error)

    def _explained(self, error: Exception) -> str:
        if not isinstance(error, BinrpcError):
            return str(error)
        self._note(error)
        text = message(error)
        hint = self.resource.hint(error) if isinstance(error, Fault) else ""
        return text + ". " + hint if hint else text

    def _sofar(self) -> str:
        return "A part of the change was made" if self._wrote else "Nothing was changed"

    def _send(self, step: Step) -> Talk[None]:
        """Make a step of the change."""
        try:
            values = yield from self._call(step)
        except (Busy, TooFast):
            raise
        except step.accepts:
            return
        except Fault as fault:
            # The only fault that comes after the change.
            if isinstance(fault, ReplyTooLarge):
                self.record.may_have_left(step)
            raise Failure(self._explained(fault)) from fault
        except BinrpcError as error:
            if error.executed is not False:
                # The call may have run: the reading that follows decides.
                self.record.may_have_left(step)
            raise Failure("%s: %s" % (step.method, self._explained(error))) from error
        self.record.may_have_left(step)
        self._wrote = True
        self.record.written.append((step, values))
        wrong = refusal(step, values)
        if wrong:
            raise Failure(
                "%s did not succeed, though it ended without a fault: %s" % (step.method, wrong)
            )
        self.record.succeeded(step)

    def _call(self, step: Step) -> Talk[List[Any]]:
        """Make one call and return its values."""
        yield Save("intent", step)
        try:
            reply = yield Do(step.method, step.params)
        except InvalidParams:
            if step.fallback is None:
                raise
            return (yield from self._call(step.fallback))
        self.result["rpc_calls"].append(step.shown)
        yield Save("outcome", step)
        return reply_to_json(reply, step.method)

    def _patiently(self, step: Step) -> Talk[None]:
        """Make a step of the way back, and again while the server refuses it."""
        give_up = (yield Now()) + self.busy_timeout
        while True:
            try:
                yield from self._call(step)
                return
            except (Busy, TooFast):
                if (yield Now()) >= give_up:
                    raise
                yield Sleep(PAUSE)
            except step.accepts:
                return


@contextmanager
def readable(methods: Sequence[str]) -> Iterator[None]:
    """Raise a ProtocolError where a reply cannot be read: it has another form than Kamailio's.

    :param methods: whose replies are read.
    """
    try:
        yield
    except (BinrpcError, StateError):
        raise
    except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
        raise ProtocolError(
            "%s: the reply has an unexpected form (%s: %s); the server may not be a Kamailio"
            % (", ".join(methods) or "no method", type(error).__name__, error)
        ) from error


def look(resource: Resource, answers: Answers) -> Talk[Leaves]:
    """Ask a resource's questions, and return what it observes.

    :raises ProtocolError: a reply has a form that cannot be read.
    """
    asked: List[str] = []
    while True:
        with readable(asked):
            asks = [each for each in resource.questions(answers) if each not in answers]
            if not asks:
                return resource.observe(answers)
        asked = [each.method for each in asks]
        if len(asks) > 1:
            yield Soon(asks[1:])
        for each in asks:
            if each in answers:
                continue
            try:
                reply = yield each
                answers.add(each, reply_to_json(reply, each.method))
            except (Busy, TooFast):
                raise
            except Fault as fault:
                answers.add(each, fault)


def missing_methods(methods: Iterable[str]) -> Talk[List[str]]:
    """Return those of some methods that the server does not offer, as far as it tells."""
    needed: Set[str] = set(methods)
    if not needed:
        return []
    try:
        known = yield from ask("system.listMethods")
    except (MethodNotFound, ReplyTooLarge):
        return []
    return sorted(needed.difference(known))


def refusal(step: Step, values: Sequence[Any]) -> str:
    """Return what a reply that is not a fault says against a step, or ""."""
    if step.refusal is None:
        return ""
    member, value, text = step.refusal
    return text if any(isinstance(v, dict) and v.get(member) == value for v in values) else ""


def _phase(step: Step) -> int:
    return step.phase


def apply(
    resource: Resource,
    endpoint: Endpoint,
    check_mode: bool = False,
    busy_timeout: float = 60.0,
    clock: Callable[[], float] = monotonic,
    pause: Callable[[float], None] = sleep,
) -> Result:
    """Bring a resource at one endpoint to what is wanted, and return the result."""
    return drive(Run(resource, check_mode, busy_timeout).go(), endpoint, clock, pause)


def differences(have: Any, want: Any, path: str = "") -> str:
    """Say in words where a state is not what is wanted."""
    if isinstance(have, dict) and isinstance(want, dict):
        found = [
            differences(have.get(name), want.get(name), "%s.%s" % (path, name) if path else name)
            for name in sorted(set(have) | set(want), key=str)
            if have.get(name) != want.get(name)
        ]
        return "; ".join(found[:5]) + ("; and more" if len(found) > 5 else "")
    return "%s is %s, not %s" % (path or "it", _said(have), _said(want))


def _said(value: Any) -> str:
    return "absent" if value is None else quoted(value)
