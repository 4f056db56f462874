# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""All destinations of the module dispatcher as leaves, and the steps that change them.

A destination has an address by set number and identity: its URI, with its duid or else its
socket, because a set may hold one URI several times. Under the address are a leaf for the member
itself, one for its state and one for probing.

``dispatcher.add`` and ``dispatcher.remove`` rebuild all sets. A rebuild drops destinations whose
names do not resolve, reverses the order of equal priorities, and from 6.1 on ends probing; so
what was not named is compared as well. ``dispatcher.remove`` takes every destination with a URI.
"""

from __future__ import annotations

import re
from collections import Counter

from ..dispatcher import (
    LETTERS,
    each_destination,
    parse_attrs,
    parse_destination,
    parse_uri,
    write_flags,
)
from ..faults import NotFound
from ..uri import fold, normal_uri, same_uri
from .drive import Ask
from .guard import check_left
from .leaf import ABSENT, UNKNOWN, Leaves
from .resource import Resource, StateError
from .step import ADD, DISABLE, ENABLE, REMOVE, Conflict, Step, Undo

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import (
        Any,
        Container,
        Dict,
        Iterable,
        Iterator,
        List,
        Mapping,
        Optional,
        Sequence,
        Set,
        Tuple,
    )

    from .leaf import Address
    from .resource import Answers
    from .step import Change

    Entry = Dict[str, Any]
    Entries = Dict[Address, Entry]

# What dispatcher.add takes.
STATE_FLAGS = {"A": 0, "I": 1, "T": 2, "D": 4}
PROBING, NO_DNS, NO_PING = 8, 16, 32

DELTA = 5
"""Seconds between two rebuilds, as the modparam reload_delta has it by default."""

LIST = Ask("dispatcher.list", ("full",))
SCOPE = "dispatcher"
NOTHING = (2**31 - 1, "sip:127.0.0.1:1")
"""Set and URI of no destination: to remove it rebuilds all sets and does nothing else."""

BRIDGE = ";bridge"
"""Parameter that distinguishes a copy of a URI from it. Requests do not contain it."""

MEMBER = ("uri", "priority", "attrs", "no_dns")

PERSISTED_BY = (
    "the list file or the database says the same. A reload of the dispatcher module and a restart "
    "both read that again"
)


def parts(attrs: str) -> List[str]:
    """Return attributes so that their order does not count."""
    return sorted(part.strip() for part in attrs.split(";") if part.strip())


def identity(attrs: str) -> str:
    """Return what tells destinations with one URI apart, or ""."""
    found = {name.lower(): value for name, value in parse_attrs(attrs).items()}
    for name in ("duid", "socket"):
        if found.get(name):
            return "%s=%s" % (name, found[name].lower())
    return ""


def state_of(address: Address) -> Address:
    return (*address, "state")


def probing_of(address: Address) -> Address:
    return (*address, "probing")


def force_of(address: Address) -> Address:
    return (*address, "force")


def order_of(number: int) -> Address:
    """Return the address of the order of the destinations of a set."""
    return ("dispatcher", "order", number)


def is_force(address: Address) -> bool:
    return len(address) > 1 and address == force_of(address[:-1])


def is_order(address: Address) -> bool:
    return len(address) == 3 and address[1] == "order"


def is_member(address: Address) -> bool:
    return len(address) == len(("dispatcher", 1, "sip:")) and address[1] != "order"


def read_entries(answers: Answers) -> Entries:
    """Return all destinations by address, in the order of the server."""
    fault = answers.fault(LIST.method, *LIST.params)
    if isinstance(fault, NotFound) and "no destination sets" in fault.text.lower():
        return {}
    found: List[Tuple[Address, Entry]] = []
    groups: Dict[Address, List[Entry]] = {}
    for number, dest in each_destination(answers.values(LIST.method, *LIST.params)):
        if dest is None:
            continue
        entry = parse_destination(dest)
        # A destination that is not looked up has no IP address.
        entry["no_dns"] = dest.get("IPADDR") == ""
        name = " ".join(filter(None, (normal_uri(entry["uri"]), identity(entry["attrs"]))))
        address: Address = ("dispatcher", number, name)
        found.append((address, entry))
        groups.setdefault(address, []).append(entry)
    # Twins are counted by what they are: each rebuild reverses their order.
    places: Dict[int, int] = {}
    for twins in groups.values():
        twins.sort(key=_rank)
        places.update((id(each), place) for place, each in enumerate(twins, 1))
    entries: Entries = {}
    for address, entry in found:
        place = places[id(entry)]
        twin: Address = (*address[:2], "%s (%d)" % (address[2], place))
        entries[address if place == 1 else twin] = entry
    return entries


def _rank(entry: Entry) -> Tuple[Any, ...]:
    more = ("priority", "no_dns", "state", "probing")
    return (parts(entry["attrs"]), *(entry[name] for name in more))


def is_twin(address: Address, entries: Mapping[Address, Any]) -> bool:
    """Is it a second entry that nothing distinguishes from the first?"""
    return _first_of(address) in entries


def _first_of(address: Address) -> Optional[Address]:
    """Return the address of the first entry that a second one with this address would have."""
    name, _space, number = str(address[2]).rpartition(" (")
    return (*address[:2], name) if name and number.endswith(")") else None


def is_active(entry: Mapping[str, Any]) -> bool:
    """Does a destination get calls, and did it answer lately if it is probed?"""
    return bool(entry["state"] == "active")


def leaves_of(entries: Mapping[Address, Entry]) -> Dict[Address, Any]:
    leaves: Dict[Address, Any] = {}
    for address, entry in entries.items():
        leaves[address] = {name: entry[name] for name in MEMBER}
        leaves[state_of(address)] = entry["state"]
        leaves[probing_of(address)] = entry["probing"]
    return leaves


def entries_of(leaves: Mapping[Address, Any]) -> Entries:
    """Undo :func:`leaves_of`."""
    entries: Entries = {}
    for address, value in leaves.items():
        if is_member(address) and value is not ABSENT:
            state = leaves.get(state_of(address), ABSENT)
            probing = leaves.get(probing_of(address), ABSENT)
            entries[address] = {
                **value,
                "state": "active" if state is ABSENT else state,
                "probing": probing is True,
            }
    return entries


def everything(seen: Leaves) -> Dict[Address, Any]:
    return {**seen.neighbours, **seen}


def names_of(entries: Iterable[Entry]) -> List[str]:
    """Return the URIs whose host is a name that has to resolve."""
    return [
        entry["uri"]
        for entry in entries
        if not entry["no_dns"] and re.search("[^0-9.:]", _host(entry["uri"])) is not None
    ]


def _host(uri: str) -> str:
    host = parse_uri(uri)[0]
    return "" if ":" in host else host


def lookups(uri: str, answers: Answers) -> Iterator[Ask]:
    """Ask the server for the address of a name, as a rebuild does, until there is one."""
    for each in _lookups(uri):
        yield each
        if each not in answers or not isinstance(
            answers.fault(each.method, *each.params), NotFound
        ):
            return


def resolves(uri: str, answers: Answers) -> bool:
    """Does the name resolve, as far as the server tells?"""
    return not all(
        isinstance(answers.fault(each.method, *each.params), NotFound) for each in _lookups(uri)
    )


def _lookups(uri: str) -> List[Ask]:
    host, port = parse_uri(uri)
    asks = [Ask("dns.lookup", ("A", host)), Ask("dns.lookup", ("AAAA", host))]
    if port is None:
        asks.append(Ask("dns.lookup", ("SRV", "_sip._udp." + host)))
    return asks


class DispatcherResource(Resource):
    """Some destinations, with all others as neighbours."""

    persisted_by = PERSISTED_BY
    lost_on = "reload"
    set_id: int
    least: Optional[int] = None
    by_duid = False
    """Are destinations named by duid even where the URI would do?"""

    keep_order = False
    """Does the order of the destinations of the set count?"""

    def questions(self, answers: Answers) -> Iterable[Ask]:
        return [LIST]

    def named(self, entries: Entries) -> Set[Address]:
        """Return the addresses of the destinations that are meant."""
        raise NotImplementedError

    def observe(self, answers: Answers) -> Leaves:
        entries = read_entries(answers)
        named = self.named(entries)
        mine = {address: entry for address, entry in entries.items() if address in named}
        others = {address: entry for address, entry in entries.items() if address not in named}
        seen = Leaves(leaves_of(mine), leaves_of(others))
        if self.keep_order:
            names = [str(each[2]) for each in entries if each[1] == self.set_id]
            seen.neighbours[order_of(self.set_id)] = names
        seen.facts["order"] = list(entries)
        seen.facts["bridges"] = bridges(answers, entries)
        seen.facts["twins"] = {address for address in mine if is_twin(address, mine)}
        return seen

    def same(self, address: Address, one: Any, other: Any) -> bool:
        if is_order(address):
            # That of those that are in both.
            return [each for each in one if each in other] == [
                each for each in other if each in one
            ]
        if not is_member(address):
            return bool(one == other)
        return bool(
            same_uri(one["uri"], other["uri"])
            and one["priority"] == other["priority"]
            and parts(one["attrs"]) == parts(other["attrs"])
            and one["no_dns"] == other["no_dns"]
        )

    def undo(self, before: Mapping[Address, Any], left: Mapping[Address, Any], now: Leaves) -> Undo:
        """Return the way back.

        What a run added stays if another client has added it as well: the server would remove both,
        and which one is whose cannot be told. What took the place of another one stays if another
        client has disabled or enabled it: the other one would come back as it was.
        """
        here = entries_of(everything(now))
        doubled = {
            each
            for twin in here
            if before.get(twin, ABSENT) is ABSENT and is_twin(twin, here)
            for each in (twin, _first_of(twin))
            if each is not None
        }
        why = dict.fromkeys(
            (each for each in doubled if before.get(each, UNKNOWN) is ABSENT),
            "another client has added it as well, and nothing tells the two apart",
        )
        why.update(
            dict.fromkeys(
                _switched_since(before, left, here), "another client has changed it since"
            )
        )
        kept = {leaf for leaf in before if leaf[:3] in why}
        rest = {leaf: old for leaf, old in before.items() if leaf not in kept}
        undo = super().undo(rest, left, now)
        conflicts = [
            Conflict(each, before[each], now.at(each), why[each[:3]])
            for each in before
            if each in kept
        ]
        return Undo(undo.steps, [*undo.conflicts, *conflicts])

    def stands_in(self, address: Address) -> bool:
        return not is_order(address) and BRIDGE in str(address[2])

    def disturbed(
        self, before: Leaves, now: Leaves, moved: Container[Address] = ()
    ) -> List[Address]:
        there, here = everything(before), everything(now)
        found = []
        for address, value in there.items():
            if is_order(address):
                # What was removed and added again has another place.
                ordered: List[Address] = [("dispatcher", address[2], name) for name in value]
                stay = [
                    str(each[2])
                    for each in ordered
                    if each not in moved
                    and self.equal(each, there.get(each, ABSENT), here.get(each, ABSENT))
                ]
                if not self.equal(address, here.get(address, stay), stay):
                    found.append(address)
            elif is_member(address):
                if not self.equal(address, here.get(address, ABSENT), value):
                    found.append(address)
            elif address not in here:
                found.append(address)
            elif address[-1] == "probing" and value and not here[address]:
                # Disabling ends probing by itself.
                found += [address] * (here[state_of(address[:-1])] != "disabled")
        return found

    def doubled(self, before: Leaves, now: Leaves, moved: Container[Address]) -> List[Address]:
        there, here = everything(before), entries_of(everything(now))
        return [
            each
            for each in here
            if each not in there and _first_of(each) in moved and is_twin(each, here)
        ]

    def remedy(self, lost: Sequence[Address]) -> str:
        if any(address[-1] == "probing" for address in lost):
            return (
                "From 6.1 on a change of the sets ends probing of all destinations, unless the "
                "modparam ds_ping_interval of dispatcher is above 0: set it, or give each of these "
                "destinations a duid of its own"
            )
        return ""

    # --- guards

    def guard(
        self,
        seen: Leaves,
        wanted: Mapping[Address, Any],
        least: Optional[int],
        whole: bool = False,
    ) -> None:
        """Refuse to take too many destinations of the set out of service.

        :raises StateError: too few would be left.
        """
        before = self._active(everything(seen))
        after = self._active({**everything(seen), **wanted})
        what = "active destinations would be left in set %d" % self.set_id
        check_left(len(after), len(before - after), least, whole, what)

    def too_few(self, before: Leaves, now: Leaves, after: Mapping[Address, Any]) -> str:
        # What is added with an unknown state is active until it fails to answer.
        made = {
            address: "active" if value is UNKNOWN and address[-1] == "state" else value
            for address, value in after.items()
        }
        was = len(self._active(everything(before)))
        least = 1 if self.least is None else self.least
        try:
            self.guard(now, made, min(was, least))
        except StateError as error:
            return str(error)
        return ""

    def approximate(self, address: Address, old: Any) -> str:
        if is_member(address) and old is not ABSENT:
            return (
                "its place among equal priorities is lost, and so are flags that the server does "
                "not show"
            )
        return ""

    def _active(self, leaves: Mapping[Address, Any]) -> Set[Address]:
        return {
            address
            for address, entry in entries_of(leaves).items()
            if address[1] == self.set_id and is_active(entry)
        }

    # --- writing

    def steps(self, changes: Sequence[Change], seen: Leaves) -> List[Step]:
        now = everything(seen)
        # In the order of the server, whose lookups find the first one.
        order = {each: now[each] for each in seen.facts.get("order", ()) if each in now}
        now = {**order, **now}
        goal = {**now, **{change.address: change.after for change in changes}}
        orders = [change.address for change in changes if is_order(change.address)]
        numbers = dict.fromkeys(c.address[1] for c in changes if not is_order(c.address))
        steps = [step for number in numbers for step in self._set_steps(number, now, goal)]
        # Any rebuild reverses the order. With others on the way, the next reading decides.
        if orders and not any(step.scope for step in steps):
            steps.append(self._rebuild("dispatcher.remove", *NOTHING, phase=REMOVE))
        return steps

    def _set_steps(
        self, number: Any, now: Mapping[Address, Any], goal: Mapping[Address, Any]
    ) -> List[Step]:
        before = {each: e for each, e in entries_of(now).items() if each[1] == number}
        after = {each: e for each, e in entries_of(goal).items() if each[1] == number}
        stays = {
            each for each in before if each in after and self.same(each, before[each], after[each])
        }
        steps: List[Step] = []
        made: Set[Address] = set()
        old_of, new_of = _by_uri(before), _by_uri(after)
        # What only goes comes last: it may stand in for something.
        for uri in {**new_of, **old_of}:
            old, new = old_of.get(uri, []), new_of.get(uri, [])
            if set(old) - stays:
                # The server removes all with that URI, and then those that stay have to come back.
                steps += self._replace(number, uri, old, new, before, after)
                made.update(new)
            else:
                steps += [self._add(each, after[each], ADD) for each in new if each not in stays]
                made.update(each for each in new if each not in stays)
        stays -= made
        return steps + self._states(
            number, before, {each: after[each] for each in after if each in stays}, len(after)
        )

    def _replace(
        self,
        number: Any,
        uri: str,
        old: Sequence[Address],
        new: Sequence[Address],
        before: Entries,
        after: Entries,
    ) -> List[Step]:
        gone = {leaf: ABSENT for each in old for leaf in (each, state_of(each), probing_of(each))}
        remove = self._rebuild("dispatcher.remove", number, uri, phase=REMOVE, leaves=gone)
        steps = [remove, *(self._add(each, after[each], REMOVE) for each in new)]
        mine = [each for each in new if is_active(after[each])]
        if not mine or not any(is_active(before[each]) for each in old):
            return steps
        # Up to the first one: most of a large set are active.
        if any(is_active(entry) and each not in mine for each, entry in after.items()):
            return steps
        # A set of one is never without it: the same destination stands in under another URI.
        bridge = dict(after[mine[0]], uri=_bridge(uri))
        name = " ".join(filter(None, (normal_uri(bridge["uri"]), identity(bridge["attrs"]))))
        address: Address = ("dispatcher", number, name)
        if address in before:
            return steps
        gone = dict.fromkeys((address, state_of(address), probing_of(address)), ABSENT)
        return [
            self._add(address, bridge, ADD),
            *steps,
            self._rebuild("dispatcher.remove", number, bridge["uri"], phase=REMOVE, leaves=gone),
        ]

    def _add(self, address: Address, entry: Entry, phase: int) -> Step:
        flags = STATE_FLAGS.get(LETTERS.get(entry["state"], ""), 0)
        flags |= (PROBING if entry["probing"] else 0) | (NO_DNS if entry["no_dns"] else 0)
        flags |= self.hidden_flags(address)
        params = [entry["uri"], flags, entry["priority"]]
        if entry["attrs"]:
            params.append(entry["attrs"])
        leaves = {
            address: {name: entry[name] for name in MEMBER},
            state_of(address): self.state_left(entry),
            # From 6.1 on the server forgets it.
            probing_of(address): UNKNOWN if entry["probing"] else False,
        }
        return self._rebuild("dispatcher.add", address[1], *params, phase=phase, leaves=leaves)

    def state_left(self, entry: Entry) -> Any:
        """Return the state of a destination that is added: the server moves it between some."""
        return "disabled" if entry["state"] == "disabled" else UNKNOWN

    def hidden_flags(self, address: Address) -> int:
        """Return flags that the server takes and does not show."""
        return 0

    @staticmethod
    def _rebuild(method: str, *params: Any, **more: Any) -> Step:
        return Step(method, *params, scope=SCOPE, **more)

    def _states(self, number: Any, before: Entries, after: Entries, size: int) -> List[Step]:
        changed = [
            each
            for each, entry in after.items()
            if any(before[each][name] != entry[name] for name in ("state", "probing"))
        ]
        words = {_word(entry) for entry in after.values()}
        # "all" means those that are still to be removed as well.
        if len(words) == 1 and len(changed) == size == len(before) > 1:
            leaves = {leaf: v for each in changed for leaf, v in _state_leaves(each, after).items()}
            return [self._set_state("dispatcher.set_state", words.pop(), number, "all", leaves)]
        uris = Counter(fold(entry["uri"]) for entry in before.values())
        first_with: Dict[str, Address] = {}
        for each, entry in before.items():
            first_with.setdefault(_duid(entry), each)
        steps = []
        for each in changed:
            entry = after[each]
            duid = parse_attrs(entry["attrs"]).get("duid", "")
            method, name = "dispatcher.set_state", entry["uri"]
            # A lookup by URI or by duid finds only the first one.
            by_uri = uris[fold(name)] == 1
            by_duid = bool(duid) and first_with[_duid(entry)] == each
            if not by_uri and not by_duid:
                raise StateError(
                    "set %s has %s more than once, and without a duid of its own the server "
                    "cannot tell them apart" % (number, name)
                )
            if by_duid and (self.by_duid or not by_uri):
                method, name = "dispatcher.set_duid_state", duid
            leaves = _state_leaves(each, after)
            steps.append(self._set_state(method, _word(entry), number, name, leaves))
        return steps

    @staticmethod
    def _set_state(
        method: str, word: str, number: Any, name: str, leaves: Mapping[Address, Any]
    ) -> Step:
        phase = DISABLE if word[0] in "DI" else ENABLE
        return Step(method, word, number, name, phase=phase, leaves=leaves)

    def scope_effects(
        self, steps: Sequence[Step], seen: Leaves, harmless: bool = False
    ) -> List[str]:
        rebuilds = sum(step.scope == SCOPE for step in steps)
        reversed_sets = equal_priorities(everything(seen)) if rebuilds else []
        if not rebuilds or not (reversed_sets or harmless):
            return []
        text = "dispatcher rebuilds all sets once"
        if rebuilds > 1:
            text = (
                "dispatcher rebuilds all sets %d times, which takes %d s or more unless the "
                "modparam reload_delta is below %d" % (rebuilds, DELTA * (rebuilds - 1), DELTA)
            )
        if not reversed_sets:
            return [text]
        return [
            "%s, and each time reverses the order of destinations with equal priorities (in set "
            "%s): algorithms that choose by order or hash choose others meanwhile%s. Distinct "
            "priorities keep their order"
            % (
                text,
                ", ".join(map(str, reversed_sets)),
                " and afterwards" if rebuilds % 2 else "",
            )
        ]


def equal_priorities(leaves: Mapping[Address, Any]) -> List[int]:
    """Return the numbers of the sets in which destinations have the same priority."""
    count: Dict[Any, int] = {}
    for address, entry in entries_of(leaves).items():
        key = address[1], entry["priority"]
        count[key] = count.get(key, 0) + 1
    return sorted({int(number) for (number, _priority), times in count.items() if times > 1})


def _by_uri(entries: Entries) -> Dict[str, List[Address]]:
    """Return the addresses of the entries with each URI."""
    found: Dict[str, List[Address]] = {}
    for address, entry in entries.items():
        found.setdefault(entry["uri"], []).append(address)
    return found


def _duid(entry: Mapping[str, Any]) -> str:
    """Return the duid in lower case, in which the server compares it; "" if there is none."""
    return parse_attrs(entry["attrs"]).get("duid", "").lower()


def _word(entry: Entry) -> str:
    return write_flags(entry["state"], entry["probing"] and entry["state"] != "disabled")


def _state_leaves(address: Address, entries: Entries) -> Dict[Address, Any]:
    entry = entries[address]
    probing = entry["probing"] and entry["state"] != "disabled"
    return {state_of(address): entry["state"], probing_of(address): probing}


def _switched_since(
    before: Mapping[Address, Any], left: Mapping[Address, Any], here: Entries
) -> Set[Address]:
    """Return what took the place of a destination with the same URI and was disabled or enabled
    by another client since, and the destination.
    """
    gone: Dict[Tuple[Any, str], List[Address]] = {}
    for address, old in before.items():
        if is_member(address) and isinstance(old, dict) and address not in here:
            gone.setdefault((address[1], normal_uri(old["uri"])), []).append(address)
    found: Set[Address] = set()
    for address, old in before.items():
        if not is_member(address) or old is not ABSENT or address not in here:
            continue
        replaced = gone.get((address[1], normal_uri(here[address]["uri"])))
        if replaced and _is_switched(here[address], *map(left.get, _switches(address))):
            found.update((address, *replaced))
    return found


def _switches(address: Address) -> Tuple[Address, Address]:
    return state_of(address), probing_of(address)


def _is_switched(entry: Entry, state: Any, probing: Any) -> bool:
    """Is a destination, or its probing, enabled where it was left disabled, or the reverse?"""
    if isinstance(state, str) and (state == "disabled") != (entry["state"] == "disabled"):
        return True
    return isinstance(probing, bool) and probing != entry["probing"]


def bridges(answers: Answers, entries: Mapping[Address, Entry]) -> List[Address]:
    """Return the addresses of destinations that this run has added to stand in for others."""
    return [
        address
        for step, _values in answers.written
        if step.method == "dispatcher.add" and BRIDGE in step.params[1]
        for address in step.leaves
        if is_member(address) and address in entries
    ]


def _bridge(uri: str) -> str:
    """Return another spelling of a URI: the server compares texts, and ``lr`` changes nothing.

    :raises StateError: there is none.
    """
    address, question, headers = uri.partition("?")
    if BRIDGE in address.lower() or address.lower().startswith(("tel:", "urn:")):
        raise StateError(
            "%s is the only destination in use of its set, and to change it would leave the set "
            "without one. Add another first" % uri
        )
    return address + BRIDGE + question + headers
