# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""A change at one server with its journal, for blocking callers: apply, confirm, cancel, roll back.

What a command leaves unfinished, another one finishes: the guardian, or the next command on the
same machine.
"""

from __future__ import annotations

from contextlib import closing
from time import monotonic, sleep

from ..desired.drive import Save, drive
from ..errors import BinrpcError
from . import journal as states
from .journal import JournalError, Journals, Taken, is_held, lasting, new_id, read, server_of
from .outcome import CHANGED, PARTLY_UNDONE, PENDING, REFUSED, UNDONE, UNKNOWN_END, Outcome
from .rollback import rollback
from .run import Run
from .way_back import BUSY_TIMEOUT, UNDO_TIMEOUT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, ContextManager, Dict, List, Mapping, Optional, Sequence, Type

    from ..desired.drive import Endpoint, Talk
    from ..desired.leaf import Resolve
    from ..desired.resource import Resource
    from .journal import Entry, Journal, Lock, Reading
    from .plan import Stage

    Connect = Callable[[str], ContextManager[Endpoint]]

_ENDS = {
    CHANGED: states.APPLIED,
    UNDONE: states.UNDONE,
    PARTLY_UNDONE: states.OPEN,
    REFUSED: states.REFUSED,
}


class Transaction:
    """A change at one server.

    Use it in a ``with`` statement: it locks the server on this machine until it ends.

    :param address: of the server, without secrets: names it in the journal.
    :param journals: where the journal is.
    :param id_: of the change; "" for a new one. Servers of one change share it.
    :param confirm: seconds in which the change has to be confirmed; None if it need not be. 0 if
        that is said later, with :meth:`set_deadline`.
    :param guard: is called with the id before the first write of a change that has to be
        confirmed; starts a guardian.
    :param more: keywords of :class:`Run`.
    :raises Taken: another change is in progress, waits to be confirmed, or was not undone.
    :raises JournalError: there is no safe place for the journal.
    """

    def __init__(
        self,
        stages: Sequence[Stage],
        address: str,
        journals: Optional[Journals] = None,
        id_: str = "",
        confirm: Optional[float] = None,
        guard: Optional[Callable[[str], None]] = None,
        **more: Any,
    ) -> None:
        self.id = id_ or new_id()
        self._journals = journals or Journals()
        self._confirm = confirm
        self._guard = guard
        about: Dict[str, Any] = {"endpoint": lasting(address), "options": {"confirm": confirm}}
        self.journal: Optional[Journal] = None
        self._lock: Lock = self._journals.lock(server_of(address))
        try:
            self._journals.check_free(self._lock)
            self.run = Run(stages, about=about, seal=self._journals.seal(), **more)
        except BaseException:
            self._lock.close()
            raise

    def __enter__(self) -> Transaction:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the server and the journal."""
        if self.journal is not None:
            self.journal.close()
        self._lock.close()

    def save(self, need: Save) -> None:
        """Write what a run yields: the journal is made with the first line.

        :raises JournalError: it was not written.
        """
        if self.journal is None:
            self.journal = self._journals.create(self.id, self._lock)
        self.journal.save(need)
        if need.event == "before" and self._confirm is not None and self._guard is not None:
            try:
                self._guard(self.id)
            except OSError as error:
                raise JournalError("No guardian could be started: %s" % error) from error

    def end(self, outcome: Outcome) -> Outcome:
        """Move the journal to where the outcome leads, and return the outcome."""
        journal = self.journal
        if journal is None:
            return outcome
        outcome.id = self.id
        try:
            journal.write("end", {"outcome": outcome.shown()})
            if outcome.outcome == CHANGED and self._confirm is not None:
                journal.pend(self._confirm or None)
                outcome.outcome = PENDING
            else:
                journal.move(_end_of(outcome))
        except JournalError as error:
            outcome.warnings.append(str(error))
        return outcome

    def set_deadline(self, seconds: float) -> None:
        """Say when a pending change is undone unless it is confirmed.

        :raises JournalError: it was not written.
        """
        if self.journal is not None:
            self.journal.set_deadline(seconds)


def applied(
    stages: Sequence[Stage], address: str, journals: Optional[Journals] = None, **more: Any
) -> Talk[Outcome]:
    """Bring a server to what is wanted, with a journal, and return the outcome.

    Any driver will do, since the journal is written here, which blocks for as long as the disk
    takes. It holds the lock of the server until it has ended or is closed.

    :param more: keywords of :class:`Transaction`.
    """
    try:
        with Transaction(stages, address, journals, **more) as transaction:
            outcome = yield from _saving(transaction.run.go(), transaction.save)
            return transaction.end(outcome)
    except Taken as taken:
        return Outcome(REFUSED, taken.reason, str(taken))
    except JournalError as error:
        return Outcome(REFUSED, "journal", str(error))


def _saving(talk: Talk[Outcome], save: Callable[[Save], None]) -> Talk[Outcome]:
    """Write down what a run yields for that, and pass on what else it needs."""
    advance: Callable[[Any], Any] = talk.send
    answer: Any = None
    while True:
        try:
            need = advance(answer)
        except StopIteration as end:
            outcome: Outcome = end.value
            return outcome
        advance = talk.send
        try:
            if isinstance(need, Save):
                save(need)
                answer = None
            else:
                answer = yield need
        except (BinrpcError, KeyboardInterrupt) as error:
            # An interrupted run may want to go back.
            advance = talk.throw
            answer = error


def apply_at(
    stages: Sequence[Stage],
    endpoint: Endpoint,
    address: str,
    journals: Optional[Journals] = None,
    clock: Callable[[], float] = monotonic,
    pause: Callable[[float], None] = sleep,
    **more: Any,
) -> Outcome:
    """Do as :func:`applied` with blocking calls.

    :param endpoint: makes the calls.
    """
    with closing(applied(stages, address, journals, **more)) as talk:
        return drive(talk, endpoint, clock, pause)


def roll_back(
    journals: Journals,
    entry: Entry,
    connect: Connect,
    reason: str = "rollback",
    force: bool = False,
    timeout: float = UNDO_TIMEOUT,
    busy_timeout: float = BUSY_TIMEOUT,
    resolve: Optional[Resolve] = None,
    classes: Optional[Mapping[str, Type[Resource]]] = None,
    retry: bool = False,
    clock: Callable[[], float] = monotonic,
    pause: Callable[[float], None] = sleep,
    told: Optional[Callable[[Save], None]] = None,
) -> Outcome:
    """Undo an unfinished or finished change from its journal, and return the outcome.

    For one that is undone already nothing is asked and nothing is sent.

    :param connect: gets the address in the journal; returns a context with the endpoint.
    :param reason: why: ``rollback``, ``cancelled`` or ``unconfirmed``.
    :param force: put back also what another client has changed since.
    :param resolve: gets the source of a secret and returns its value.
    :param retry: leave the change as one that is being undone if the server does not answer.
    :param told: gets what is written into the journal, once it is there.
    :raises Taken: another process is busy with the change or the server, or has finished it.
    :raises JournalError: the journal cannot be opened.
    """
    if entry.state in (states.UNDONE, states.REFUSED, states.RESTARTED):
        outcome = Outcome(UNDONE, reason)
        outcome.id = entry.id
        outcome.warnings.append("Nothing was done: the change is %s already" % entry.state)
        return outcome
    with journals.resume(entry, states.CANCELLING) as journal:
        reading = read(journal.entry.path, resolve, classes)
        if not reading.endpoint:
            outcome = Outcome(UNKNOWN_END, reason, "The journal does not say which server it was")
        else:
            try:
                with connect(reading.endpoint) as endpoint:
                    talk = rollback(reading, reason, force, timeout, busy_timeout)
                    outcome = drive(talk, endpoint, clock, pause, _telling(journal.save, told))
            except BinrpcError as error:
                outcome = Outcome(UNKNOWN_END, reason, str(error))
        outcome.id = entry.id
        journal.write("end", {"outcome": outcome.shown()})
        state = _end_of(outcome)
        if retry and outcome.outcome == UNKNOWN_END and state == states.OPEN:
            state = states.CANCELLING
        journal.move(state)
    return outcome


def _telling(
    save: Callable[[Save], None], told: Optional[Callable[[Save], None]]
) -> Callable[[Save], None]:
    if told is None:
        return save

    def both(need: Save) -> None:
        save(need)
        told(need)

    return both


def confirm(journals: Journals, id_: str) -> List[Entry]:
    """Confirm a change at all its servers, and return their journals.

    :raises Taken: it is not pending there (any more), or its time is over.
    """
    found = journals.entries(id_)
    if not found:
        raise Taken("There is no change %s on this machine" % id_, "unknown")
    for entry in found:
        if entry.state != states.PENDING:
            raise Taken("The change %s is %s, not pending" % (id_, entry.state), "state")
        left = read(entry.path).left()
        if left is not None and left <= 0:
            raise Taken("The time to confirm the change %s is over" % id_, "state")
    for entry in found:
        states.move(entry, states.CONFIRMED)
    return found


def forget(journals: Journals, id_: str) -> List[Entry]:
    """Give up changes that were not undone, and return their journals.

    :raises Taken: a process is busy with one.
    """
    found = [each for each in journals.entries(id_) if each.state in states.UNFINISHED]
    for entry in found:
        if is_held(entry):
            raise Taken("Another process is busy with the change %s" % id_)
        states.move(entry, states.FORGOTTEN)
    return found


def expired(journals: Journals, server: str = "", alive: bool = False) -> List[Entry]:
    """Return changes that have to be undone, because nothing confirms or finishes them any more.

    :param server: at this server alone, as :func:`server_of` names it.
    :param alive: the process that makes them lives, and will say until when they wait.
    """
    return [each for each in journals.entries(server=server) if is_expired(each, alive)]


def is_expired(entry: Entry, alive: bool = False) -> bool:
    """Does a change have to be undone? See :func:`expired`."""
    if entry.state not in (states.APPLYING, states.PENDING, states.CANCELLING):
        return False
    if is_held(entry):
        return False
    try:
        reading = read(entry.path)
    except JournalError:
        return False  # it was moved meanwhile
    if entry.state != states.PENDING:
        return reading.options.get("confirm") is not None
    left = reading.left()
    return not alive if left is None else left <= 0


def _end_of(outcome: Outcome) -> str:
    if outcome.reason == "restarted":
        return states.RESTARTED
    return _ENDS.get(outcome.outcome, states.OPEN)


def summary(entry: Entry) -> Dict[str, Any]:
    """Return what a journal says, for a list of changes."""
    reading: Reading = read(entry.path)
    return {
        "id": entry.id,
        "state": entry.state,
        "endpoint": reading.endpoint,
        "name": reading.name,
        "started": reading.started,
        "left": reading.left() if entry.state == states.PENDING else None,
        "steps": reading.steps,
        "damaged": reading.damaged,
        "outcome": (reading.outcome or {}).get("outcome"),
    }
