# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""The way back: of a run that failed, and from a journal in another process."""

from __future__ import annotations

from ..desired.drive import Do, Now, Save, Sleep
from ..desired.engine import PAUSE, ROUNDS, look
from ..desired.leaf import UNKNOWN, text_of
from ..desired.outcome import message
from ..desired.resource import Answers, StateError
from ..desired.step import ADD, DATA, DISABLE, ENABLE, PREPARE, REMOVE, Conflict
from ..errors import BinrpcError
from ..faults import Busy, Fault, InvalidParams, TooFast
from ..views import reply_to_json
from .boot import boot_id
from .outcome import PARTLY_UNDONE, UNDONE, UNKNOWN_END

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, List, Optional, Sequence, Tuple

    from ..desired.drive import Talk
    from ..desired.leaf import Address, Leaves, Seal
    from ..desired.record import Record
    from ..desired.step import Step
    from .boot import Boot
    from .outcome import Outcome

UNDO_TIMEOUT = 60.0
"""Seconds for the way back, besides the pauses between rebuilds."""

REBUILD = 6.0
"""Seconds that a step with a scope may wait for its turn."""

BUSY_TIMEOUT = 60.0
"""Seconds to wait while the server refuses."""

# What was made last goes first, and what serves calls comes back before what goes.
_ORDER = {each: place for place, each in enumerate((DATA, ADD, ENABLE, DISABLE, REMOVE, PREPARE))}


class WayBack:
    """Undoes what a run may have done, by the three-way rule.

    :param records: of all resources of the run.
    :param boot: which run of the server it was.
    :param force: put back also what another client has changed since.
    :param timeout: seconds for everything, besides the pauses between rebuilds.
    :param seal: makes seals of secrets for the journal.
    """

    def __init__(
        self,
        records: Sequence[Record],
        boot: Boot,
        outcome: Outcome,
        force: bool = False,
        timeout: float = UNDO_TIMEOUT,
        busy_timeout: float = BUSY_TIMEOUT,
        seal: Optional[Seal] = None,
    ) -> None:
        self.seal = seal
        self.records = list(records)
        self.boot = boot
        self.outcome = outcome
        self.force = force
        self.timeout = timeout
        self.busy_timeout = busy_timeout
        self._end = 0.0
        self._why: Dict[Address, str] = {}
        self._error = ""
        self._journaled = True

    def go(self) -> Talk[None]:
        """Go back, read everything again, and say in the outcome what is not as before."""
        self._end = (yield Now()) + self.timeout
        if not (yield from self._same_server()):
            return
        for number in range(ROUNDS):
            found = yield from self._look()
            for record, now in zip(self.records, found):
                if number == 0 and now is not None and not record.disturbing:
                    record.around = now
            steps = self._plan(found)
            if not steps:
                if None not in found:
                    break
                if (yield Now()) >= self._end:
                    break
                yield Sleep(PAUSE)
                continue
            theirs = [[list(each) for each in sorted(r.theirs, key=str)] for r in self.records]
            yield from self._save("undo", {"steps": len(steps), "theirs": theirs})
            if not (yield from self._make(steps)):
                break
        yield from self._conclude()

    def _same_server(self) -> Talk[bool]:
        """Is it still the run of the server that was changed?"""
        outcome = self.outcome
        while True:
            try:
                boot = yield from boot_id()
                break
            except BinrpcError as error:
                if (yield Now()) >= self._end:
                    outcome.outcome = UNKNOWN_END
                    self._name_all("the server does not answer: %s" % message(error))
                    return False
                yield Sleep(PAUSE)
        if boot == self.boot:
            return True
        outcome.outcome, outcome.reason = UNKNOWN_END, "restarted"
        outcome.warnings.append(
            "Nothing was undone, since the server was restarted meanwhile: the change went with "
            "the process that had it. Compare it with what is wanted"
        )
        return False

    def _name_all(self, why: str) -> None:
        self.outcome.not_undone = [
            Conflict(address, record.was(address), UNKNOWN, why).shown
            for record in self.records
            for address in record.acted
        ]

    def _look(self) -> Talk[List[Optional[Leaves]]]:
        """Read every resource that was changed; None for one that cannot be read."""
        shared: Dict[Any, Any] = {}
        found: List[Optional[Leaves]] = []
        for record in self.records:
            seen: Optional[Leaves] = None
            if record.acted or record.disturbing:
                try:
                    seen = yield from look(record.resource, Answers(record.written, shared))
                except (BinrpcError, StateError) as error:
                    self._error = message(error)
                    for address in record.acted:
                        self._why[address] = self._error
                found.append(seen)
            else:
                found.append(record.before)
        return found

    def _plan(self, found: Sequence[Optional[Leaves]]) -> List[Tuple[int, Step]]:
        steps: List[Tuple[int, Step]] = []
        self._why = {} if None not in found else self._why
        taken: set[Address] = set()
        for number, (record, now) in enumerate(zip(self.records, found)):
            if now is None or not (record.acted or record.disturbing):
                continue
            try:
                undo = record.undo(now, self.force)
            except StateError as error:
                self._why.update((address, str(error)) for address in record.acted)
                continue
            for conflict in undo.conflicts:
                self._why[conflict.address] = conflict.why
            mine = [step for step in undo.steps if not taken.intersection(step.leaves)]
            after = {address: value for step in mine for address, value in step.leaves.items()}
            reason = ""
            if mine and record.before is not None:
                reason = record.resource.too_few(record.before, now, after)
            if reason:
                kept = {leaf for step in mine if step.phase >= DISABLE for leaf in step.leaves}
                self._why.update((address, reason) for address in kept)
                mine = [step for step in mine if not kept.intersection(step.leaves)]
            # Another resource of the run has the same neighbours.
            taken.update(address for step in mine for address in step.leaves)
            steps += [(number, step) for step in mine]
        self._end += REBUILD * sum(bool(step.scope) for _number, step in steps)
        return sorted(steps, key=lambda each: _ORDER[each[1].phase])

    def _make(self, steps: Sequence[Tuple[int, Step]]) -> Talk[bool]:
        """Make the steps; of a resource one of whose steps failed, no more. Was there time?"""
        failed = set()
        for number, step in steps:
            if number in failed:
                continue
            if (yield Now()) >= self._end:
                self._error = "there was no time left (undo_timeout)"
                return False
            try:
                yield from self._patiently(number, step)
            except BinrpcError as error:
                failed.add(number)
                self._error = message(error)
                self._why.update((address, self._error) for address in step.leaves)
        return True

    def _patiently(self, number: int, step: Step) -> Talk[None]:
        give_up = (yield Now()) + self.busy_timeout
        while True:
            try:
                yield from self._call(number, step)
                return
            except (Busy, TooFast):
                if (yield Now()) >= min(give_up, self._end):
                    raise
                yield Sleep(PAUSE)

    def _call(self, number: int, step: Step) -> Talk[None]:
        record = self.records[number]
        yield from self._save(
            "intent", {"part": number, "step": step.dump(self.seal), "back": True}
        )
        record.may_have_put_back(step)
        for other in self.records:
            other.may_be_disturbed(step)
        self.outcome.steps.append(step.shown)
        try:
            reply = yield Do(step.method, step.params)
        except InvalidParams:
            self._withdraw(record, step)
            if step.fallback is None:
                raise
            yield from self._call(number, step.fallback)
            return
        except Fault as fault:
            if fault.executed is False:
                self._withdraw(record, step)
            if isinstance(fault, step.accepts):
                return
            raise
        except BinrpcError as error:
            if error.executed is False:
                self._withdraw(record, step)
            raise
        record.written.append((step, reply_to_json(reply, step.method)))

    def _withdraw(self, record: Record, step: Step) -> None:
        record.withdraw(step)
        self.outcome.steps.pop()

    def _save(self, event: str, what: Dict[str, Any]) -> Talk[None]:
        """Write into the journal. Going back without one is better than not going back."""
        if not self._journaled:
            return
        try:
            yield Save(event, what)
        except BinrpcError as error:
            self._journaled = False
            self.outcome.warnings.append(str(error))

    def _conclude(self) -> Talk[None]:
        """Read once more, and say what is not as before."""
        outcome = self.outcome
        found = yield from self._look()
        try:
            again = yield from boot_id()
        except BinrpcError:
            again = self.boot
        if again != self.boot:
            yield from self._same_server()
            return
        rest: Dict[Address, Conflict] = {}
        unread = False
        changed: Dict[Address, None] = {}
        for record, now in zip(self.records, found):
            changed.update(dict.fromkeys(record.acted))
            if now is None:
                unread = True
                for address in record.acted:
                    why = self._why.get(address) or self._error
                    rest[address] = Conflict(address, record.was(address), UNKNOWN, why)
                continue
            for address in record.not_as_before(now):
                why = self._why.get(address) or self._error or "the server did not put it back"
                rest[address] = Conflict(address, record.was(address), now.at(address), why)
        outcome.not_undone = [each.shown for each in rest.values()]
        outcome.undone = [text_of(address) for address in changed if address not in rest]
        outcome.outcome = PARTLY_UNDONE if rest else UNDONE
        if unread and len(outcome.not_undone) == len(changed):
            outcome.outcome = UNKNOWN_END
