# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""A run's knowledge of one resource: how it was, what is wanted, what steps may have left."""

from __future__ import annotations

from .leaf import ABSENT, TOO_LARGE, UNKNOWN, text_of
from .resource import StateError
from .step import shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, List, Mapping, Optional, Sequence, Set, Tuple

    from .leaf import Address, Leaves
    from .resource import Resource
    from .step import Change, Step, Undo


class Record:
    """A run's knowledge of one resource. Asks nothing and sends nothing.

    :ivar before: the first reading; None until there is one.
    :ivar wanted: what is wanted, in the types of the server.
    :ivar acted: values that steps may have left, by address; in the order of the steps.
    :ivar done: those that steps left for sure.
    :ivar unseen: those of them that no reading has shown yet.
    :ivar written: the steps that were made, with the values of their replies.
    :ivar disturbing: may a step have changed what is not named?
    :ivar around: the last reading in which what is not named was seen to be in order; None if that
        is the first one. What other clients change later is theirs.
    :ivar theirs: what another client has changed since, as a way back has found.
    :param ledger: what ``acted`` has, of all resources of one run.
    """

    def __init__(
        self,
        resource: Resource,
        before: Optional[Leaves] = None,
        ledger: Optional[Dict[Address, List[Any]]] = None,
    ) -> None:
        self.resource = resource
        self.before = before
        self.wanted: Dict[Address, Any] = {}
        self.acted: Dict[Address, List[Any]] = {}
        self.done: Dict[Address, Any] = {}
        self.unseen: Dict[Address, Any] = {}
        self.written: List[Tuple[Step, List[Any]]] = []
        self.disturbing = False
        self.around: Optional[Leaves] = None
        self._ledger = self.acted if ledger is None else ledger
        self.theirs: Set[Address] = set()
        self._verified = False
        self._index: Tuple[Optional[Leaves], Dict[Address, List[Address]]] = (None, {})

    # --- what steps do

    def may_have_put_back(self, step: Step) -> None:
        """Note a step of the way back that may have run.

        What it brings back of others, or keeps as another client made it, does not become this
        run's: it would be taken away again. What stands in for something meanwhile does.
        """
        mine = [
            each
            for each in step.leaves
            if (each in self.acted and each not in self.theirs) or self._stands_in(each)
        ]
        self._note(step, {each: step.leaves[each] for each in mine})

    def _stands_in(self, address: Address) -> bool:
        return self.resource.stands_in(address) and self.was(address) is ABSENT

    def may_have_left(self, step: Step) -> None:
        """Note a step that may have run."""
        self._note(step, self._leaves(step))

    def _note(self, step: Step, leaves: Mapping[Address, Any]) -> None:
        for address, value in leaves.items():
            self.acted.setdefault(address, []).append(value)
            if self._ledger is not self.acted:
                self._ledger.setdefault(address, []).append(value)
        self.disturbing = self.disturbing or bool(step.scope)

    def _leaves(self, step: Step) -> Dict[Address, Any]:
        """Return what a step leaves, also below what it removes.

        The reading that it was planned from may have been too large, so that it does not name what
        an earlier one has shown.
        """
        leaves = dict(step.leaves)
        for address, value in step.leaves.items():
            if value is ABSENT:
                for each in self._below().get(address, ()):
                    leaves.setdefault(each, ABSENT)
        return leaves

    def _below(self) -> Mapping[Address, List[Address]]:
        """Return the addresses of the first reading by what they are below."""
        if self.before is None:
            return {}
        if self._index[0] is not self.before:
            below: Dict[Address, List[Address]] = {}
            for address in self.before:
                for size in range(2, len(address)):
                    below.setdefault(address[:size], []).append(address)
            self._index = self.before, below
        return self._index[1]

    def may_be_disturbed(self, step: Step) -> None:
        """Note a step of any resource of the run that may have run."""
        if step.scope and step.scope == self.resource.watches:
            self.disturbing = True

    def withdraw(self, step: Step) -> None:
        """Note that a step certainly did not run, right after :meth:`may_have_left`."""
        noted = [each for each in self._leaves(step) if each in self.acted]
        for address in [each for each in noted if each not in self.theirs]:
            for values in {id(each): each for each in (self.acted, self._ledger)}.values():
                if values.get(address):
                    values[address].pop()
                if not values.get(address):
                    values.pop(address, None)

    def succeeded(self, step: Step) -> None:
        """Note a step that the server answered with success."""
        leaves = self._leaves(step)
        self.done.update(leaves)
        self.unseen.update(leaves)

    def verified(self) -> None:
        """Note that what was wanted was seen: what steps left on the way there is gone.

        Whoever brings that back, such as by removing what was removed and added again, is another
        client.
        """
        self._verified = True
        for values in {id(each): each for each in (self.acted, self._ledger)}.values():
            for address in self.acted:
                values[address][:] = values[address][-1:]

    # --- what a reading shows

    def was(self, address: Address) -> Any:
        """Return the value of the first reading."""
        return self.before.at(address) if self.before is not None else UNKNOWN

    def missing(self, seen: Leaves) -> List[str]:
        """Return what steps should have made and is not there, as texts."""
        return [
            "%s is %s" % (text_of(address), shown(seen.at(address)))
            for address, value in self.unseen.items()
            if not self._is_there(address, seen.at(address), value)
        ]

    def _is_there(self, address: Address, found: Any, value: Any) -> bool:
        if value is UNKNOWN or found is UNKNOWN:
            return found is not TOO_LARGE
        return self.resource.equal(address, found, value)

    def resolved(self, seen: Leaves) -> Dict[Address, Any]:
        """Return what is wanted, given what there would be without the steps of this run.

        :raises StateError: it cannot be any more.
        """
        if self.resource.fixed:
            return self.wanted
        base = {address: self.was(address) for address in self.acted}
        return self.resource.resolve(seen.merged(base))

    def remaining(self, seen: Leaves, wanted: Mapping[Address, Any]) -> List[Change]:
        """Return what is not as wanted, except for what the server accepted and does not show."""
        return [
            change
            for change in self.resource.compare(seen, wanted)
            if change.before is not UNKNOWN or change.address not in self.done
        ]

    def by_others(self, change: Change) -> bool:
        """Does a leaf hold something that neither was there nor comes from this run?"""
        address, found = change.address, change.before
        if found in (UNKNOWN, TOO_LARGE) or self.resource.equal(address, found, self.was(address)):
            return False
        return not any(
            value is UNKNOWN or self.resource.equal(address, found, value)
            for value in self._ledger.get(address, ())
        )

    def differs(self, seen: Leaves) -> bool:
        """Did the steps change something, or may they have?"""
        return any(
            not self.resource.equal(
                address, seen.learned.get(address, self.was(address)), seen.at(address)
            )
            for address in self.done
        )

    @property
    def _in_order(self) -> Optional[Leaves]:
        """The last reading in which what is not named was in order; None before the first one."""
        return self.before if self.around is None else self.around

    def disturbed(self, seen: Leaves) -> List[Address]:
        """Return what was not named and is not as before, if a step may have done that."""
        around = self._in_order
        if not self.disturbing or around is None:
            return []
        found = self.resource.disturbed(around, seen, self._ledger)
        return [each for each in found if each not in self._ledger]

    def settled(self, seen: Leaves) -> None:
        """Note that what is not named is in order."""
        self.around = seen
        self.disturbing = False

    def _to_be(self, address: Address, now: Leaves) -> Any:
        """Return where the way back leads."""
        if address not in self.acted and self.around is not None:
            return self.around.at(address)
        return now.learned.get(address, self.was(address))

    # --- the way back

    def not_as_before(self, now: Leaves) -> List[Address]:
        """Return what this run may have changed and is not as it was."""
        mine = [address for address in self.acted if not self._is_as_before(address, now)]
        around = self._in_order
        twins = [] if around is None else self.resource.doubled(around, now, self._ledger)
        return [*mine, *self.disturbed(now), *twins]

    def _is_as_before(self, address: Address, now: Leaves) -> bool:
        equal, found = self.resource.equal, now.at(address)
        was = now.learned.get(address, self.was(address))
        if equal(address, found, was):
            return True
        last = self.acted[address][-1] if self.acted[address] else UNKNOWN
        # It was put back, and time has gone on.
        return equal(address, last, was) and self.resource.became(address, last, found)

    def undo(self, now: Leaves, force: bool = False) -> Undo:
        """Return the way back from what there is, by the three-way rule: of all leaves, or of
        those that can be put back.

        :param force: put back also what another client has changed since.
        :raises StateError: none can.
        """
        undo = self._undo(self.not_as_before(now), now, force)
        self.theirs.update(each.address for each in undo.conflicts)
        return undo

    def _undo(self, addresses: Sequence[Address], now: Leaves, force: bool) -> Undo:
        try:
            return self._way_back(addresses, now, force)
        except StateError as error:
            possible: List[Address] = []
            for address in addresses:
                try:
                    self._way_back([*possible, address], now, force)
                    possible.append(address)
                except StateError:
                    continue
            if not possible:
                raise error
            return self._way_back(possible, now, force)

    def _way_back(self, addresses: Sequence[Address], now: Leaves, force: bool) -> Undo:
        return self.resource.undo(
            {address: self._to_be(address, now) for address in addresses},
            {
                address: now.at(address) if force else self.left(address, now)
                for address in addresses
            },
            now,
        )

    def left(self, address: Address, now: Leaves) -> Any:
        """Return what this run left at an address: what is there, if it may have done that."""
        found = now.at(address)
        values = self._ledger.get(address)
        if values is None or found is UNKNOWN:
            return found
        if found is TOO_LARGE:
            # It could be read when the change was made.
            return values[-1] if self._verified else found
        if any(each is UNKNOWN or self.resource.equal(address, found, each) for each in values):
            return found
        return values[-1]
