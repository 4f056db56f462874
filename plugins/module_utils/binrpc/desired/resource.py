# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Something on the server, and what it should be: the interface of all resources.

A resource is pure. It says which questions to ask, reads the answers, compares, and plans; the
engine asks, and makes the steps. No method changes the object, so one resource serves any number
of servers and threads.
"""

from __future__ import annotations

from ..faults import Fault, ReplyTooLarge
from .drive import Ask
from .leaf import ABSENT, TOO_LARGE, UNKNOWN, Leaves
from .step import Change, Conflict, Undo

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import (
        Any,
        Container,
        Dict,
        FrozenSet,
        Iterable,
        List,
        Mapping,
        Optional,
        Sequence,
        Tuple,
        Union,
    )

    from .leaf import Address
    from .step import Step

    Question = Tuple[str, Tuple[Any, ...]]


class StateError(ValueError):
    """The wanted state is impossible, or cannot be verified; the message says why."""


class Answers:
    """The server's answers: values or a fault for each question.

    :ivar written: the steps that this run made, with the values of their replies.
    :param found: answers that several resources share; they are added there.
    """

    def __init__(
        self,
        written: Sequence[Tuple[Step, List[Any]]] = (),
        found: Optional[Dict[Question, Union[List[Any], Fault]]] = None,
    ) -> None:
        self.written = written
        self._found: Dict[Question, Union[List[Any], Fault]] = {} if found is None else found

    def __contains__(self, ask: Ask) -> bool:
        return (ask.method, ask.params) in self._found

    @property
    def asked(self) -> List[Ask]:
        """The questions that were answered, in order."""
        return [Ask(*each) for each in self._found]

    def add(self, ask: Ask, answer: Union[List[Any], Fault]) -> None:
        self._found[ask.method, ask.params] = answer

    def has(self, method: str, *params: Any) -> bool:
        """Was that asked?"""
        return (method, params) in self._found

    def values(self, method: str, *params: Any) -> List[Any]:
        """Return the values of a reply.

        :raises Fault: the answer was a fault.
        """
        answer = self._found[method, params]
        if isinstance(answer, Fault):
            raise answer
        return answer

    def fault(self, method: str, *params: Any) -> Optional[Fault]:
        """Return the fault, if the answer was one."""
        answer = self._found.get((method, params))
        return answer if isinstance(answer, Fault) else None

    def too_large(self, method: str, *params: Any) -> bool:
        """Was there more to answer than fits into a reply?"""
        return isinstance(self.fault(method, *params), ReplyTooLarge)


class Resource:
    """Something on the server, and what it should be.

    :ivar given: the arguments that made it, by position and by name.
    """

    given: Tuple[Tuple[Any, ...], Dict[str, Any]]

    secret_arguments: FrozenSet[str] = frozenset()
    """Names of arguments that journals must not hold."""

    lost_on = "restart"
    """Event that loses a change: ``restart``, or ``reload`` if a reload of the module is enough."""

    def __new__(cls, *args: Any, **more: Any) -> Resource:
        self = super().__new__(cls)
        self.given = (args, more)
        return self

    persisted_by = ""
    """Advice on how to keep a change beyond a restart, or an empty text."""

    watches = ""
    """A scope: what steps of any resource do to it is put back, also where this one needs none."""

    settles = 0.0
    """Seconds that the server may take to show a change."""

    fixed = False
    """Is what is wanted decided by the first reading alone?"""

    def questions(self, answers: Answers) -> Iterable[Ask]:
        """Return the calls that show what there is.

        The engine asks those that have no answer yet, and calls this again until there are none:
        a question may depend on an answer. Only methods that change nothing.
        """
        raise NotImplementedError

    def observe(self, answers: Answers) -> Leaves:
        """Return what there is.

        :raises Fault: an answer does not tell.
        :raises StateError: what is wanted can never be there.
        """
        raise NotImplementedError

    def resolve(self, seen: Leaves) -> Dict[Address, Any]:
        """Return what is wanted, in the types and the form of the server.

        :raises StateError: that cannot be.
        """
        raise NotImplementedError

    def same(self, address: Address, one: Any, other: Any) -> bool:
        """Are two known values of this leaf equal?"""
        return type(one) is type(other) and bool(one == other)

    def steps(self, changes: Sequence[Change], seen: Leaves) -> Sequence[Step]:
        """Return the steps that make the changes, in any order of phases."""
        raise NotImplementedError

    def compare(self, seen: Leaves, wanted: Mapping[Address, Any]) -> List[Change]:
        """Return what is not as wanted."""
        return [
            Change(address, seen.at(address), value)
            for address, value in wanted.items()
            if not self.equal(address, seen.at(address), value)
        ]

    def equal(self, address: Address, one: Any, other: Any) -> bool:
        """Are two values equal? What is unknown never is."""
        if one is ABSENT or other is ABSENT:
            return one is other
        if one in (UNKNOWN, TOO_LARGE) or other in (UNKNOWN, TOO_LARGE):
            return False
        return self.same(address, one, other)

    def became(self, address: Address, value: Any, found: Any) -> bool:
        """Is what is found the value that was written, or what time alone has made of it?"""
        return self.equal(address, value, found)

    def undo(self, before: Mapping[Address, Any], left: Mapping[Address, Any], now: Leaves) -> Undo:
        """Return the way back for leaves, by the three-way rule.

        A leaf that is still as it was left goes back to what it was before; one that is already
        as before needs nothing; any other is the work of another writer, and stays.

        :param before: the leaves to bring back; ABSENT for what was not there.
        :param left: the same addresses, as a run left them.
        """
        goal = []
        conflicts = []
        for address, old in before.items():
            found = now.at(address)
            if self.equal(address, found, old):
                continue
            mine = left.get(address, ABSENT)
            as_left = mine is found or self.became(address, mine, found)
            if as_left and self.equal(address, mine, old):  # it was put back already
                continue
            if not as_left and found is TOO_LARGE:
                why = "it is too large to be read, and so another client may have changed it since"
            elif not as_left:
                why = "another client has changed it since"
            elif old is UNKNOWN:
                why = "the server does not show what it was before"
            elif old is TOO_LARGE:
                why = "what it was before was too large to be read"
            else:
                why = self.restorable(address, found, old)
            if not why:
                goal.append(Change(address, found, old))
                continue
            conflicts.append(Conflict(address, old, found, why))
        return Undo(self.steps(goal, now) if goal else (), conflicts)

    def restorable(self, address: Address, found: Any, old: Any) -> str:
        """Return why a leaf cannot be put back, or ""."""
        return ""

    def approximate(self, address: Address, old: Any) -> str:
        """Return what is lost if a leaf is put back by its value alone, or ""."""
        return ""

    def too_few(self, before: Leaves, now: Leaves, after: Mapping[Address, Any]) -> str:
        """Return why a way back must not be gone: too few would be left in service; or "".

        :param before: what was before the change: a way back may always lead there.
        :param after: what steps leave.
        """
        return ""

    def doubled(self, before: Leaves, now: Leaves, moved: Container[Address]) -> List[Address]:
        """Return what is there twice after a way back, as where the server only said that it
        removed the first.
        """
        return []

    def stands_in(self, address: Address) -> bool:
        """Does a leaf belong to something that is only there while a change is made?"""
        return False

    def disturbed(
        self, before: Leaves, now: Leaves, moved: Container[Address] = ()
    ) -> List[Address]:
        """Return what a step may have done to the scope beyond its leaves.

        :param moved: what steps have written, and may have removed and added again.
        """
        return [
            address
            for address, value in before.neighbours.items()
            if not self.equal(address, now.at(address), value)
        ]

    def effects(self, steps: Sequence[Step], seen: Leaves) -> List[str]:
        """Return what steps do beyond their leaves, as sentences."""
        return []

    def scope_effects(
        self, steps: Sequence[Step], seen: Leaves, harmless: bool = False
    ) -> List[str]:
        """Return what steps do to their scope beyond their leaves, as sentences.

        :param steps: those of all resources of a change in that scope.
        :param harmless: also what disturbs nothing.
        """
        return []

    def show(self, leaves: Mapping[Address, Any]) -> Any:
        """Return leaves for results and diffs: without secrets."""
        raise NotImplementedError

    def members(self, seen: Leaves) -> Dict[str, Any]:
        """Return further members of the result."""
        return {}

    def warnings(self, seen: Leaves) -> List[str]:
        """Return what users should know although nothing fails."""
        return []

    def unmet(self, changes: Sequence[Change]) -> str:
        """Return why the server may not show changes although it has taken them, or ""."""
        return ""

    def once(self, address: Address) -> bool:
        """Is a leaf something that is done once, and that the server may change afterwards?"""
        return False

    def remedy(self, lost: Sequence[Address]) -> str:
        """Return how to keep the server from changing leaves that were not named, or ""."""
        return ""

    def hint(self, fault: Fault) -> str:
        """Return advice for a fault that needs more than the fault's own."""
        return ""
