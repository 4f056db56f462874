# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""One change of many resources at one server: all of it, or as before.

Nothing is sent before everything that can be refused was checked. Steps are made by phase over
all resources: what is added comes before what is taken away, and in between everything is read.
After a failure what was done is undone, and what could not be is named.
"""

from __future__ import annotations

from ..desired.drive import Do, Now, Save, Sleep
from ..desired.engine import PAUSE, ROUNDS, SETTLE, look, refusal
from ..desired.leaf import text_of
from ..desired.outcome import message
from ..desired.record import Record
from ..desired.resource import Answers, StateError
from ..desired.step import shown
from ..errors import BinrpcError, TransportError
from ..faults import Busy, Fault, InvalidParams, ReplyTooLarge, TooFast
from ..views import reply_to_json
from .boot import boot_id
from .journal import JournalError
from .outcome import CHANGED, REFUSED, UNREACHABLE, Outcome
from .plan import described, phase_of, plan, unavailable
from .way_back import BUSY_TIMEOUT, UNDO_TIMEOUT, WayBack

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, List, Optional, Sequence

    from ..desired.drive import Talk
    from ..desired.leaf import Seal
    from ..desired.step import Change, Step
    from .plan import Check, Part, Plan, Stage

AGE = 1.0
"""Seconds after which a reading is too old to act upon."""

POLL = 1.0
"""Seconds between two readings of a check."""


class Failure(Exception):
    """The run is over; the message says why.

    :ivar reason: as in :class:`Outcome`.
    """

    def __init__(self, message: str, reason: str = "call") -> None:
        super().__init__(message)
        self.reason = reason


class OutOfTime(KeyboardInterrupt):
    """The time for the whole change is over: a driver raises it in a run, as an interruption."""


class Refused(Failure):
    """The run is over, and nothing was sent."""


class _Work:
    """A part of the plan under way.

    :ivar seen: the last reading.
    :ivar read: when that was.
    :ivar steps: those that are left.
    """

    def __init__(self, number: int, part: Part, record: Record, read: float) -> None:
        self.number = number
        self.part = part
        self.record = record
        self.resource = part.resource
        self.seen = part.seen
        self.read = read
        self.steps = list(part.steps)
        self.wanted = dict(part.wanted)
        self.conflicts = 0
        self.stale = False


class Run:
    """One run over all stages at one server.

    :param stages: what is wanted, one after another.
    :param name: who wants it.
    :param digest: of the wish.
    :param saved: a plan that was made before: nothing else is done than it says.
    :param irreversible: also make changes that cannot be undone.
    :param busy_timeout: seconds to wait while the server refuses.
    :param undo_timeout: seconds for the way back, besides the pauses between rebuilds.
    :param about: members of the first line of the journal.
    :param seal: makes seals of secrets, by which a way back from the journal recognises them.
    """

    def __init__(
        self,
        stages: Sequence[Stage],
        name: str = "",
        digest: str = "",
        saved: Optional[Plan] = None,
        irreversible: bool = False,
        busy_timeout: float = BUSY_TIMEOUT,
        undo_timeout: float = UNDO_TIMEOUT,
        about: Optional[Dict[str, Any]] = None,
        seal: Optional[Seal] = None,
    ) -> None:
        self.seal = seal
        self.stages = list(stages)
        self.name = name
        self.digest = digest
        self.saved = saved
        self.irreversible = irreversible
        self.busy_timeout = busy_timeout
        self.undo_timeout = undo_timeout
        self.about = about or {}
        self.outcome = Outcome()
        self._work: List[_Work] = []
        self._ledger: Dict[Any, List[Any]] = {}

    def go(self) -> Talk[Outcome]:
        """Make the change if it is needed and allowed, and return the outcome."""
        outcome = self.outcome
        try:
            planned = yield from self._preflight()
            if planned is None:
                return outcome
            for number in range(len(self.stages)):
                yield from self._stage(number)
            yield from self._verify(self._work, final=True)
            outcome.outcome = CHANGED
        except Refused as refused:
            self._failed(refused, REFUSED)
        except Failure as failure:
            self._failed(failure, REFUSED)
            yield from self._back()
        except OutOfTime:
            self._failed(Failure("The time for the whole change is over", "deadline"), REFUSED)
            yield from self._back()
        except KeyboardInterrupt:
            self._failed(Failure("It was interrupted", "interrupted"), REFUSED)
            yield from self._back()
        return outcome

    def foresee(self) -> Talk[Outcome]:
        """Return the outcome that :meth:`go` would have, as far as reading tells; only read."""
        try:
            planned = yield from self._checked()
            if planned is not None:
                self.outcome.steps = [step.shown for step in planned.steps]
                self.outcome.outcome = CHANGED
        except Refused as refused:
            self._failed(refused, REFUSED)
        return self.outcome

    def _failed(self, failure: Failure, outcome: str) -> None:
        self.outcome.outcome = outcome
        self.outcome.reason = failure.reason
        self.outcome.message = str(failure)
        cause = failure.__cause__
        if isinstance(cause, BinrpcError):
            self.outcome.error = cause
            if isinstance(cause, TransportError) and not self._work:
                self.outcome.outcome = UNREACHABLE

    def _back(self) -> Talk[None]:
        planned = self.outcome.plan
        disturbing = any(each.record.disturbing for each in self._work)
        if planned is None or not (self._ledger or disturbing):
            return  # nothing was sent that may have run
        back = WayBack(
            [each.record for each in self._work],
            planned.boot,
            self.outcome,
            timeout=self.undo_timeout,
            busy_timeout=self.busy_timeout,
            seal=self.seal,
        )
        yield from back.go()

    # --- preflight

    def _preflight(self) -> Talk[Optional[Plan]]:
        """Check everything, and write down how to go back; None if there is nothing to do."""
        planned = yield from self._checked()
        if planned is not None:
            yield from self._begin(planned)
        return planned

    def _checked(self) -> Talk[Optional[Plan]]:
        """Check everything that can be checked; None if there is nothing to do.

        :raises Refused: the change must not be made.
        """
        outcome = self.outcome
        try:
            boot = yield from boot_id()
            planned = yield from plan(self.stages, self.name, self.digest, boot)
        except BinrpcError as error:
            raise Refused("Nothing was changed: %s" % message(error)) from error
        outcome.plan = planned
        outcome.warnings += planned.warnings
        if self.saved is not None:
            stale = self.saved.stale(planned)
            if stale:
                raise Refused(
                    "The plan does not fit any more: %s. Plan again" % "; ".join(stale), "stale"
                )
        self._check_possible(planned)
        if not planned.differs:
            return None
        if planned.irreversible and not self.irreversible:
            raise Refused(
                "It could not be undone, so nothing was changed: %s. Allow irreversible changes if "
                "that is meant"
                % "; ".join(
                    "%s (%s)" % (text_of(each.address), each.why) for each in planned.irreversible
                ),
                "irreversible",
            )
        try:
            missing = yield from unavailable(planned)
        except BinrpcError as error:
            raise Refused("Nothing was changed: %s" % message(error)) from error
        if missing:
            raise Refused(
                "Nothing was changed: the server does not offer %s. See system.listMethods; the "
                "module that offers it may not be loaded, or this release lacks it"
                % ", ".join(missing),
                "method",
            )
        yield from self._check_before(self.stages[0].checks, Refused)
        return planned

    @staticmethod
    def _check_possible(planned: Plan) -> None:
        changing = [part.stage for part in planned.parts if part.changes]
        first = min(changing) if changing else 0
        for part in planned.parts:
            # What an earlier stage changes may make it possible.
            if part.problem and part.stage <= first:
                raise Refused("Nothing was changed: %s" % part.problem, "impossible")
            if part.problem and not changing:
                raise Refused("Nothing was changed: %s" % part.problem, "impossible")

    def _check_before(self, checks: Sequence[Check], kind: type[Failure]) -> Talk[None]:
        """A check that is false already would be false afterwards for another reason.

        :raises Failure: one is.
        """
        for check in checks:
            condition = check.condition()
            try:
                met, _value = yield from condition.check()
            except BinrpcError as error:
                raise kind("A check failed: %s" % message(error), "check") from error
            if not met:
                raise kind(
                    "The check of %s is not met before the change already: %s"
                    % (condition.method, condition.differs),
                    "check",
                )

    def _begin(self, planned: Plan) -> Talk[None]:
        """Write down how to go back.

        :raises Refused: that cannot be.
        """
        now = yield Now()
        for number, part in enumerate(planned.parts):
            record = Record(part.resource, part.seen, self._ledger)
            record.wanted = dict(part.wanted)
            self._work.append(_Work(number, part, record, now))
        try:
            started, pid = planned.boot
            begin = {"name": self.name, "digest": self.digest, "boot": [started, pid]}
            yield Save("begin", {**begin, **self.about})
            yield Save(
                "before", {"parts": [described(part, seal=self.seal) for part in planned.parts]}
            )
        except JournalError as error:
            raise Refused(str(error), getattr(error, "reason", "journal")) from error
        except (TypeError, ValueError) as error:
            raise Refused("No journal can be written: %s" % error, "journal") from error

    # --- steps

    def _stage(self, number: int) -> Talk[None]:
        work = [each for each in self._work if each.part.stage == number]
        if number:
            yield from self._check_before(self.stages[number].checks, Failure)
            yield from self._plan_again(work)
        yield from self._make(work)
        yield from self._verify(work)
        yield from self._check_after(self.stages[number].checks)

    def _plan_again(self, work: Sequence[_Work]) -> Talk[None]:
        """Read what a later stage starts from: what was before the run stays what it was."""
        for each in work:
            unread = bool(each.part.problem)
            yield from self._read(each)
            if unread:
                each.record.before = each.seen
                data = described(each.part, each.seen, self.seal)
                yield from self._save("read", {"part": each.number, **data})
            try:
                each.wanted = each.record.wanted = each.resource.resolve(each.seen)
                changes = each.resource.compare(each.seen, each.wanted)
                each.steps = sorted(each.resource.steps(changes, each.seen), key=phase_of)
            except StateError as error:
                raise Failure(str(error), "impossible") from error

    def _make(self, work: Sequence[_Work]) -> Talk[None]:
        """Make all steps by phase, with a barrier after each phase."""
        phase = -1
        give_up = (yield Now()) + self.busy_timeout
        while True:
            waiting = [each for each in work if each.steps]
            if not waiting:
                return
            each = min(waiting, key=lambda one: one.steps[0].phase)
            step = each.steps[0]
            if step.phase != phase:
                if phase >= 0:
                    yield from self._barrier(work)
                phase = step.phase
            if each.stale or (yield Now()) - each.read > AGE:
                yield from self._refresh(each)
                if not each.steps or each.steps[0] != step:
                    continue
            try:
                yield from self._send(each, step)
            except (Busy, TooFast) as busy:
                if (yield Now()) >= give_up:
                    raise Failure(
                        "The server refused for %g s (busy_timeout): %s"
                        % (self.busy_timeout, message(busy))
                    ) from busy
                yield Sleep(PAUSE)
                yield from self._refresh(each)
                continue
            each.steps.pop(0)
            give_up = (yield Now()) + self.busy_timeout
            if step.scope:
                for other in self._work:
                    other.stale = other.stale or any(s.scope == step.scope for s in other.steps)

    def _refresh(self, each: _Work) -> Talk[None]:
        """Read a resource again, and plan the rest from what is found.

        :raises Failure: another client changes the same.
        """
        yield from self._read(each)
        record = each.record
        self._see([each])
        record.unseen.clear()
        try:
            each.wanted = record.resolved(each.seen)
            remaining = record.remaining(each.seen, each.wanted)
            each.steps = sorted(each.resource.steps(remaining, each.seen), key=phase_of)
        except StateError as error:
            raise Failure(str(error), "impossible") from error
        self._count_conflicts(each, remaining)

    def _count_conflicts(self, each: _Work, remaining: Sequence[Change]) -> None:
        others = [change for change in remaining if each.record.by_others(change)]
        if not others:
            return
        each.conflicts += 1
        text = "%s is %s" % (text_of(others[0].address), shown(others[0].before))
        if each.conflicts >= ROUNDS:
            raise Failure("Another client changes the same at the same time: %s" % text, "conflict")
        self.outcome.warnings.append(
            "Another client changed the same at the same time, so it was planned again: %s" % text
        )

    def _send(self, each: _Work, step: Step, event: str = "intent") -> Talk[None]:
        """Make a step.

        :raises Busy: the server refused for now.
        :raises Failure: it failed.
        """
        record = each.record
        yield from self._save(event, {"part": each.number, "step": step.dump(self.seal)})
        if event == "intent":
            record.may_have_left(step)
        else:
            record.disturbing = True
        for other in self._work:
            other.record.may_be_disturbed(step)
        self.outcome.steps.append(step.shown)
        try:
            reply = yield Do(step.method, step.params)
        except (Busy, TooFast):
            yield from self._withdraw(each, step, event)
            raise
        except InvalidParams as fault:
            yield from self._withdraw(each, step, event)
            if step.fallback is None:
                raise self._call_failed(each, step, fault) from fault
            yield from self._send(each, step.fallback, event)
            return
        except Fault as fault:
            # The only fault that comes after the change.
            if not isinstance(fault, ReplyTooLarge):
                yield from self._withdraw(each, step, event)
            if isinstance(fault, step.accepts):
                each.stale = True
                return
            raise self._call_failed(each, step, fault) from fault
        except BinrpcError as error:
            if error.executed is False:
                yield from self._withdraw(each, step, event)
            raise self._call_failed(each, step, error) from error
        values = reply_to_json(reply, step.method)
        record.written.append((step, values))
        wrong = refusal(step, values)
        if wrong:
            raise Failure(
                "%s did not succeed, though it ended without a fault: %s" % (step.method, wrong)
            )
        if event == "intent":
            record.succeeded(step)
        yield from self._save("outcome", {"part": each.number})

    def _call_failed(self, each: _Work, step: Step, error: BinrpcError) -> Failure:
        hint = each.resource.hint(error) if isinstance(error, Fault) else ""
        text = "%s: %s" % (step.method, message(error))
        return Failure(text + ". " + hint if hint else text)

    def _withdraw(self, each: _Work, step: Step, event: str) -> Talk[None]:
        """The step certainly did not run."""
        if event == "intent":
            each.record.withdraw(step)
        self.outcome.steps.pop()
        yield from self._save("refused", {"part": each.number, "step": step.dump(self.seal)})

    def _save(self, event: str, what: Dict[str, Any]) -> Talk[None]:
        try:
            yield Save(event, what)
        except JournalError as error:
            raise Failure(str(error), "journal") from error

    # --- reading

    def _read(self, each: _Work, answers: Optional[Dict[Any, Any]] = None) -> Talk[None]:
        """Read a resource.

        :param answers: those that are known already, which are added to.
        """
        give_up = (yield Now()) + self.busy_timeout
        found = {} if answers is None else answers
        while True:
            try:
                each.seen = yield from look(each.resource, Answers(each.record.written, found))
                break
            except (Busy, TooFast) as busy:
                if (yield Now()) >= give_up:
                    raise Failure("It could not be read: %s" % message(busy)) from busy
                yield Sleep(PAUSE)
            except BinrpcError as error:
                raise Failure("It could not be read: %s" % message(error)) from error
            except StateError as error:
                raise Failure(str(error), "impossible") from error
        before = each.record.before
        if each.resource.fixed and before is not None:
            for address in [one for one in each.seen if one not in before]:
                del each.seen[address]
        each.read = yield Now()
        each.stale = False

    def _read_all(self, work: Sequence[_Work]) -> Talk[None]:
        answers: Dict[Any, Any] = {}
        for each in work:
            yield from self._read(each, answers)

    def _see(self, work: Sequence[_Work]) -> None:
        """Compare what was made with what is there.

        :raises Failure: it is not there.
        """
        missing = [text for each in work for text in each.record.missing(each.seen)]
        if missing:
            raise Failure(
                "The server answered with success, but reading back does not show what was made: "
                "%s. Kamailio's log may tell why" % "; ".join(missing),
                "verify",
            )

    def _barrier(self, work: Sequence[_Work]) -> Talk[None]:
        """Nothing is taken away before its replacement is seen, and its neighbours are there."""
        made = [each for each in work if each.record.unseen or each.record.disturbing]
        if not made:
            return
        yield from self._read_all(made)
        self._see(made)
        for each in made:
            each.record.unseen.clear()
        yield from self._keep_neighbours(made)

    def _keep_neighbours(self, work: Sequence[_Work]) -> Talk[bool]:
        """Put back what the server dropped from the neighbourhood. Was there something?

        :raises Failure: it cannot be put back.
        """
        put: List[str] = []
        for each in work:
            record = each.record
            before = record.before if record.around is None else record.around
            lost = record.disturbed(each.seen)
            if lost and put:  # perhaps by another resource
                yield from self._read(each)
                lost = record.disturbed(each.seen)
            if not lost or before is None:
                if record.disturbing:
                    record.settled(each.seen)
                    yield from self._save("settled", {"part": each.number})
                continue
            names = ", ".join(map(text_of, lost))
            text = "The server also changed what was not named, and it could not be put back: %s"
            try:
                undo = each.resource.undo(
                    {address: before.at(address) for address in lost},
                    {address: each.seen.at(address) for address in lost},
                    each.seen,
                )
                for step in sorted(undo.steps, key=phase_of):
                    yield from self._patiently(each, step)
            except (StateError, BinrpcError) as error:
                raise Failure((text + ": %s") % (names, error), "neighbour") from error
            yield from self._read(each)
            left = record.disturbed(each.seen)
            if left:
                raise Failure(text % ", ".join(map(text_of, left)), "neighbour")
            record.settled(each.seen)
            yield from self._save("settled", {"part": each.number})
            put += map(text_of, lost)
        if put:
            self.outcome.warnings.append(
                "The server also changed what was not named; it was put back: %s" % ", ".join(put)
            )
        return bool(put)

    def _patiently(self, each: _Work, step: Step) -> Talk[None]:
        give_up = (yield Now()) + self.busy_timeout
        while True:
            try:
                yield from self._send(each, step, "neighbour")
                return
            except (Busy, TooFast):
                if (yield Now()) >= give_up:
                    raise
                yield Sleep(PAUSE)

    # --- verification

    def _verify(self, work: Sequence[_Work], final: bool = False) -> Talk[None]:
        """Read everything after the last write, and write again where another client did.

        :param final: of all stages: what a later one has changed again is as that one wants.
        :raises Failure: it is not as wanted.
        """
        if final and len(self.stages) == 1:
            return
        for number in range(1, ROUNDS + 1):
            remaining = yield from self._settled(work, final)
            if (yield from self._keep_neighbours(work)):
                remaining = yield from self._settled(work, final)
            if not any(remaining):
                for each in work:
                    each.record.unseen.clear()
                return
            fresh = False
            for each, changes in zip(work, remaining):
                self._count_conflicts(each, changes)
                try:
                    steps = sorted(each.resource.steps(changes, each.seen), key=phase_of)
                except StateError as error:
                    raise Failure(str(error), "impossible") from error
                made = [step for step, _values in each.record.written]
                # To repeat what has just been made without effect would not help.
                fresh = fresh or any(step not in made for step in steps)
                fresh = fresh or any(each.record.by_others(change) for change in changes)
                each.steps = steps
            if final or number == ROUNDS or not fresh:
                raise Failure(self._unmet(work, remaining), "verify")
            yield from self._make(work)

    def _settled(self, work: Sequence[_Work], final: bool) -> Talk[List[List[Change]]]:
        """Read until the server shows the change, or had the time for it."""
        give_up = (yield Now()) + max((each.resource.settles for each in work), default=0.0)
        while True:
            yield from self._read_all(work)
            remaining = [self._remaining(each, final) for each in work]
            if not any(remaining) or (yield Now()) >= give_up:
                return remaining
            yield Sleep(SETTLE)

    def _remaining(self, each: _Work, final: bool) -> List[Change]:
        try:
            each.wanted = each.record.resolved(each.seen)
        except StateError as error:
            raise Failure("The change does not last: %s" % error, "verify") from error
        found = each.record.remaining(each.seen, each.wanted)
        if not final:
            return found
        later = {
            address
            for other in self._work
            if other.part.stage > each.part.stage
            for address in (*other.wanted, *other.record.acted)
        }
        return [change for change in found if change.address not in later]

    @staticmethod
    def _unmet(work: Sequence[_Work], remaining: Sequence[Sequence[Change]]) -> str:
        texts = []
        for each, changes in zip(work, remaining):
            reason = each.resource.unmet(changes) if changes else ""
            texts += (
                [reason]
                if reason
                else [
                    "%s is %s" % (text_of(change.address), shown(change.before))
                    for change in changes
                ]
            )
        return "Reading back does not show what was wanted: %s" % "; ".join(texts[:5])

    def _check_after(self, checks: Sequence[Check]) -> Talk[None]:
        """Wait for what has to become true, and watch what has to stay true.

        :raises Failure: it is not.
        """
        for check in checks:
            start = yield Now()
            condition = check.condition()
            since: Optional[float] = None
            while True:
                try:
                    met, _value = yield from condition.check()
                    problem = condition.differs
                except TransportError as error:
                    met, problem = False, message(error)
                except BinrpcError as error:
                    raise Failure("A check failed: %s" % message(error), "check") from error
                now = yield Now()
                if met and since is None:
                    since = now
                if met and since is not None and now - since >= check.hold:
                    break
                if not met and (since is not None or now - start >= check.within):
                    raise Failure(
                        "The check of %s is not met after the change: %s"
                        % (condition.method, problem),
                        "check",
                    )
                yield Sleep(POLL)


def apply(stages: Sequence[Stage], **more: Any) -> Talk[Outcome]:
    """Bring a server to what is wanted, stage by stage, and return the outcome.

    Yields Save for a journal: ``begin`` and ``before`` before the first write, ``intent`` before
    each one. An error that a driver raises there stops the run before the write.

    :param more: keywords of :class:`Run`.
    """
    return (yield from Run(stages, **more).go())
