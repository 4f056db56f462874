# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Destination sets of the module dispatcher, and the states of destinations."""

from __future__ import annotations

import re

from ..dispatcher import LETTERS, STATES, parse_attrs, sets
from ..uri import full_uri, normal_uri, same_uri
from .dispatcher_sets import (
    NO_DNS,
    NO_PING,
    PROBING,
    SCOPE,
    STATE_FLAGS,
    DispatcherResource,
    entries_of,
    everything,
    force_of,
    identity,
    is_force,
    is_member,
    is_twin,
    leaves_of,
    lookups,
    names_of,
    parts,
    probing_of,
    resolves,
    state_of,
)
from .drive import ask_or
from .kind import Kind
from .leaf import ABSENT, UNKNOWN, Leaves
from .options import Option, Options, no_blanks
from .resource import StateError
from .step import Change

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, Iterable, List, Mapping, Optional, Sequence, Set, Tuple

    from ..faults import Fault
    from .dispatcher_sets import Entries, Entry
    from .drive import Ask, Talk
    from .leaf import Address
    from .resource import Answers, Resource
    from .step import Step

FLAGS = 63
"""All flags that dispatcher.add knows."""


class DispatcherState(DispatcherResource):
    """States of some destinations of a set.

    :param uri: of the destinations that are meant, or None.
    :param duid: of these, or None.
    :param whole: all destinations of the set are meant.
    :param state: a key of LETTERS.
    :param probing: True, False, or None to leave it.
    :param at_least: how many destinations have to match.
    :param at_most: how many may match, or None for any number.
    :param least: how many active destinations the set must keep if the state takes some out of
        service; None for 1, and for 0 if the whole set is meant.
    :raises StateError: no destination can be in that state, or none is meant.
    """

    def __init__(
        self,
        set_id: int,
        state: str,
        uri: Optional[str] = None,
        duid: Optional[str] = None,
        probing: Optional[bool] = None,
        at_least: int = 1,
        at_most: Optional[int] = None,
        least: Optional[int] = None,
        whole: bool = False,
    ) -> None:
        if [uri is not None, duid is not None, whole].count(True) != 1:
            raise StateError("give one of uri, duid and whole, which says which destinations")
        if state == "disabled" and probing:
            raise StateError("a disabled destination cannot be probed")
        self.set_id = set_id
        self.uri = full_uri(uri) if uri is not None else None
        self.duid = duid
        self.by_duid = duid is not None
        self.state = state
        self.probing = probing
        self.at_least = at_least
        self.at_most = at_most
        self.least = least

    def named(self, entries: Entries) -> Set[Address]:
        return {
            address
            for address, entry in entries.items()
            if address[1] == self.set_id and self._means(entry)
        }

    def _means(self, entry: Mapping[str, Any]) -> bool:
        if self.uri is not None:
            return same_uri(entry["uri"], self.uri)
        if self.duid is None:
            return True
        return bool(parse_attrs(entry["attrs"]).get("duid", "").lower() == self.duid.lower())

    def resolve(self, seen: Leaves) -> Dict[Address, Any]:
        found = entries_of(seen)
        if len(found) < self.at_least:
            size = sum(each[1] == self.set_id for each in entries_of(everything(seen)))
            raise StateError(
                "%d destinations match, at least %d are required. Set %d has %d destinations"
                % (len(found), self.at_least, self.set_id, size)
            )
        if self.at_most is not None and len(found) > self.at_most:
            raise StateError(
                "%d destinations match, at most %d may: %s"
                % (len(found), self.at_most, ", ".join(each["uri"] for each in found.values()))
            )
        wanted: Dict[Address, Any] = {}
        for address, entry in found.items():
            probing = entry["probing"] if self.probing is None else self.probing
            wanted[state_of(address)] = self.state
            wanted[probing_of(address)] = probing and self.state != "disabled"
        if self.state in ("inactive", "disabled"):
            self.guard(seen, wanted, self.least, self.uri is None and self.duid is None)
        return wanted

    def effects(self, steps: Sequence[Step], seen: Leaves) -> List[str]:
        ends = [
            entry["uri"]
            for address, entry in entries_of(seen).items()
            if self.state == "disabled" and entry["probing"]
        ]
        if ends:
            return [
                "Disabling ends probing of %s. Say probing: true to bring it back with the state"
                % ", ".join(ends)
            ]
        return self._unprobed(seen)

    def _unprobed(self, seen: Leaves) -> List[str]:
        """Warn of what comes back without probing into a set whose other destinations have it."""
        found = entries_of(seen)
        others = [
            entry
            for address, entry in entries_of(everything(seen)).items()
            if address[1] == self.set_id and entry["state"] != "disabled"
        ]
        back = [entry["uri"] for entry in found.values() if entry["state"] == "disabled"]
        if self.state == "disabled" or self.probing is not None or not back or not others:
            return []
        if not all(entry["probing"] for entry in others):
            return []
        return [
            "%s comes back without probing, which the other destinations of set %d have. Say "
            "probing: true if it had it as well" % (", ".join(back), self.set_id)
        ]

    def show(self, leaves: Mapping[Address, Any]) -> Any:
        shown: Dict[str, Any] = {}
        for entry in entries_of(leaves).values():
            name = entry["uri"]
            while name in shown:
                name += " (again)"
            shown[name] = {"state": entry["state"], "probing": entry["probing"]}
        return shown

    def members(self, seen: Leaves) -> Dict[str, Any]:
        return {"matched": [entry["uri"] for entry in entries_of(seen).values()]}


_ANY = dict.fromkeys(("priority", "attrs", "flags", "state", "probing", "force"))


class DispatcherDestinations(DispatcherResource):
    """Members of a set.

    Two entries are the same only if their URI and their duid, or else their socket, are the same.

    :param wanted: dicts with ``uri``, and ``priority``, ``attrs``, ``flags``, ``state`` and
        ``probing``, which are None or left out where they may be anything. ``state`` is
        ``enabled``, which all states but ``disabled`` are, or ``disabled``. ``force`` is a state
        that it gets once, and that the server may change afterwards: ``active``, ``inactive`` or
        ``trying``.
    :param absent: URIs that must not be there.
    :param exact: nothing else may be there.
    :param least: how many active destinations the set must keep if some are removed; None for 1.
    :param allow_unresolved: go on although a name does not resolve and its destination is lost.
    :param allow_empty: may ``exact`` without destinations remove the whole set?
    :param max_remove: how many destinations ``exact`` may remove; None for any number.
    :param keep_order: put back the order of the destinations that stay, which each change of any
        set reverses among equal priorities.
    :raises StateError: a destination is given twice, or cannot be.
    """

    def __init__(
        self,
        set_id: int,
        wanted: Iterable[Mapping[str, Any]] = (),
        absent: Iterable[str] = (),
        exact: bool = False,
        least: Optional[int] = None,
        allow_unresolved: bool = False,
        allow_empty: bool = True,
        max_remove: Optional[int] = None,
        keep_order: bool = False,
    ) -> None:
        self.set_id = set_id
        self.keep_order = keep_order
        self.watches = SCOPE if keep_order else ""
        self.exact = exact
        self.allow_empty = allow_empty
        self.max_remove = max_remove
        self.least = least
        self.allow_unresolved = allow_unresolved
        self.absent = {normal_uri(uri): full_uri(uri) for uri in absent}
        self.wanted: Dict[Tuple[str, str], Dict[str, Any]] = {}
        for each in wanted:
            wish = {**_ANY, **each}
            if not each["uri"].strip():
                raise StateError("a destination needs a URI, and %r is none" % each["uri"])
            if (wish["flags"] or 0) & ~FLAGS:
                raise StateError("flags is a sum of 1, 2, 4, 8, 16 and 32, not %d" % wish["flags"])
            if wish["state"] == "disabled" and wish["probing"]:
                raise StateError("%s: a disabled destination cannot be probed" % each["uri"])
            if wish["state"] == "disabled" and wish["force"]:
                raise StateError(
                    "%s: it is to be disabled, and force is another state" % each["uri"]
                )
            wish["uri"] = full_uri(each["uri"])
            key = normal_uri(wish["uri"]), identity(wish["attrs"] or "")
            if key in self.wanted:
                raise StateError("the destination %s is given twice" % wish["uri"])
            self.wanted[key] = wish
        self._named: Dict[str, Dict[str, Any]] = {}
        for (uri, which), wish in self.wanted.items():
            self._named.setdefault(uri, wish)
            self._named.setdefault("%s %s" % (uri, which), wish)

    # --- reading

    def questions(self, answers: Answers) -> Iterable[Ask]:
        asks = list(super().questions(answers))
        if any(each not in answers for each in asks):
            return asks
        seen = super().observe(answers)
        try:
            needed = bool(self.compare(seen, self._wished(seen)))
        except StateError:
            return asks
        if needed and not self.allow_unresolved:
            for uri in self._names(seen):
                asks += lookups(uri, answers)
        return asks

    def _names(self, seen: Leaves) -> List[str]:
        wanted = everything(seen.merged(self._wished(seen)))
        return names_of(entries_of(wanted).values())

    def named(self, entries: Entries) -> Set[Address]:
        keys = {uri for uri, _identity in self.wanted} | set(self.absent)
        return {
            address
            for address, entry in entries.items()
            if address[1] == self.set_id and (self.exact or normal_uri(entry["uri"]) in keys)
        }

    def observe(self, answers: Answers) -> Leaves:
        seen = super().observe(answers)
        made = {leaf: v for step, _values in answers.written for leaf, v in step.leaves.items()}
        for address, entry in entries_of(seen).items():
            wanted = self._wish_of(entry)["force"]
            if wanted:
                # The server may have moved it since.
                moved = made.get(force_of(address)) == wanted != entry["state"]
                seen[force_of(address)] = UNKNOWN if moved else entry["state"]
        seen.facts["unresolved"] = []
        if any(each.method == "dns.lookup" for each in self.questions(answers)):
            seen.facts["unresolved"] = [
                uri for uri in self._names(seen) if not resolves(uri, answers)
            ]
        return seen

    def same(self, address: Address, one: Any, other: Any) -> bool:
        if address[-1] == "state" and not is_member(address):
            # The server moves destinations between the others.
            return bool((one == "disabled") == (other == "disabled"))
        return super().same(address, one, other)

    def state_left(self, entry: Entry) -> Any:
        # All but "disabled" are the same here.
        return entry["state"]

    # --- what is wanted

    def resolve(self, seen: Leaves) -> Dict[Address, Any]:
        blank = [each["uri"] for each in self.wanted.values() if re.search(r"\s", each["uri"])]
        if blank:
            raise StateError("%r is not a URI: it has a blank in it" % blank[0])
        wanted = self._wished(seen)
        self._check_removal(seen, wanted)
        if seen.facts.get("unresolved") and self.compare(seen, wanted):
            raise StateError(
                "the server cannot resolve %s, and to change a set makes it drop every "
                "destination that does not resolve. Mend the name service first, or say "
                "allow_unresolved: true" % ", ".join(seen.facts["unresolved"])
            )
        forced = {state_of(each[:-1]): v for each, v in wanted.items() if is_force(each)}
        self.guard(seen, {**wanted, **forced}, self.least)
        return wanted

    def _check_removal(self, seen: Leaves, wanted: Mapping[Address, Any]) -> None:
        """Refuse to remove more than is allowed.

        :raises StateError: it would be more.
        """
        gone = [
            address
            for address, entry in entries_of(seen).items()
            if wanted.get(address) is ABSENT and normal_uri(entry["uri"]) not in self.absent
        ]
        if not self.exact or not gone:
            return
        if not self.wanted and not self.allow_empty:
            raise StateError(
                "exact without destinations would remove set %d; if that is meant, say "
                "allow_empty: true" % self.set_id
            )
        if self.max_remove is not None and len(gone) > self.max_remove:
            raise StateError(
                "%d destinations would be removed from set %d, and max_remove is %d"
                % (len(gone), self.set_id, self.max_remove)
            )

    def _wished(self, seen: Leaves) -> Dict[Address, Any]:
        entries = entries_of(seen)
        found = {
            address: entry
            for address, entry in entries.items()
            if self.exact or normal_uri(entry["uri"]) not in self.absent
        }
        gone = [address for address in entries if address not in found]
        # Those that were read count too: without what this run added, its twin would be the
        # only one.
        twins = {*seen.facts.get("twins", ()), *(each for each in found if is_twin(each, found))}
        single: Dict[str, Entries] = {}
        for address, entry in found.items():
            if address not in twins:
                single.setdefault(normal_uri(entry["uri"]), {})[address] = entry
        wanted: Dict[Address, Any] = {}
        taken: Set[Address] = set()
        # Those that say which one they mean choose first.
        for key in sorted(self.wanted, key=lambda each: not each[1]):
            for address, old in self._match(key, single.get(key[0], {}), taken):
                taken.add(address)
                new = self._entry(self.wanted[key], old)
                name = " ".join(filter(None, (normal_uri(new["uri"]), identity(new["attrs"]))))
                target: Address = ("dispatcher", self.set_id, name)
                if self._renamed(address, target):
                    gone.append(address)
                else:
                    target = address
                wanted[target] = {
                    each: new[each] for each in ("uri", "priority", "attrs", "no_dns")
                }
                force = self.wanted[key]["force"]
                wanted[state_of(target)] = force or new["state"]
                wanted[probing_of(target)] = new["probing"]
                if force:
                    wanted[force_of(target)] = force
        gone += [each for each in found if self.exact and each not in taken]
        gone += sorted(twins)
        # The server removes all that have a URI: those that stay may have to come back.
        leaving = set(gone)
        kept = [each for each in found if each not in taken and each not in leaving]
        wanted.update(leaves_of({address: found[address] for address in kept}))
        gone += seen.facts.get("bridges", [])
        for address in gone:
            for leaf in (address, state_of(address), probing_of(address)):
                wanted.setdefault(leaf, ABSENT)
        return wanted

    @staticmethod
    def _renamed(address: Address, target: Address) -> bool:
        return address != target and not str(address[2]).startswith(str(target[2]) + " (")

    def _match(
        self, key: Tuple[str, str], found: Entries, taken: Set[Address]
    ) -> List[Tuple[Address, Optional[Entry]]]:
        """Return the entries that a wish means, or the address of a new one.

        :param found: those with the URI of the wish.
        """
        which = key[1]
        free = [(address, entry) for address, entry in found.items() if address not in taken]
        exact = [each for each in free if identity(each[1]["attrs"]) == which]
        if exact:
            return list(exact[:1])
        if which:
            # One that says nothing of itself becomes the one that is meant.
            free = [each for each in free if not identity(each[1]["attrs"])]
        if len(free) > 1:
            wish = self.wanted[key]
            if self.exact or wish["priority"] is not None or wish["attrs"] is not None:
                raise StateError(
                    "set %d has %s more than once; say which one you mean by a duid or a socket "
                    "in attrs" % (self.set_id, self.wanted[key]["uri"])
                )
            return list(free)
        if free:
            return list(free)
        name = " ".join(filter(None, key))
        return [(("dispatcher", self.set_id, name), None)]

    def _entry(self, wish: Mapping[str, Any], old: Optional[Entry]) -> Entry:
        """Return an entry as it should be: what is there keeps its state and all that is left."""
        flags = wish["flags"] or 0
        if old is None:
            letter = next((each for each, bit in STATE_FLAGS.items() if bit & flags), "A")
            added = {
                "uri": wish["uri"],
                "priority": wish["priority"] or 0,
                "attrs": (wish["attrs"] or "").rstrip("; "),
                "state": STATES[letter],
                "probing": bool(flags & PROBING),
                "no_dns": bool(flags & NO_DNS),
            }
            added["state"] = wish["force"] or added["state"]
            return _switched(added, wish)
        new = dict(old)
        if wish["priority"] is not None:
            new["priority"] = wish["priority"]
        if wish["attrs"] is not None and parts(wish["attrs"]) != parts(old["attrs"]):
            new["attrs"] = wish["attrs"].rstrip("; ")
        return _switched(new, wish)

    # --- writing

    def steps(self, changes: Sequence[Change], seen: Leaves) -> List[Step]:
        forced = {each.address: each.after for each in changes if is_force(each.address)}
        more = [
            Change(state_of(each[:-1]), seen.at(state_of(each[:-1])), state)
            for each, state in forced.items()
            if state is not ABSENT
        ]
        rest = [each for each in changes if each.address not in forced]
        steps = super().steps([*rest, *more], seen)
        for step in steps:
            for leaf, value in list(step.leaves.items()):
                force = force_of(leaf[:-1])
                if leaf[-1] == "state" and force in forced:
                    step.leaves[force] = ABSENT if value is ABSENT else forced[force]
        return steps

    def restorable(self, address: Address, found: Any, old: Any) -> str:
        if is_force(address) and found is UNKNOWN:
            return "the server has moved it since"
        return ""

    def once(self, address: Address) -> bool:
        return is_force(address)

    def hidden_flags(self, address: Address) -> int:
        wish = self._named.get(str(address[2])) if address[1] == self.set_id else None
        return (wish["flags"] or 0) & NO_PING if wish else 0

    def effects(self, steps: Sequence[Step], seen: Leaves) -> List[str]:
        disabled = {
            normal_uri(uri) for (uri, _which), w in self.wanted.items() if w["state"] == "disabled"
        }
        ends = [
            entry["uri"]
            for entry in entries_of(seen).values()
            if normal_uri(entry["uri"]) in disabled and entry["probing"]
        ]
        found = []
        if self.keep_order and any(step.scope == SCOPE for step in steps):
            found.append(
                "The order of the destinations of set %d is put back by one more rebuild, where it "
                "was reversed" % self.set_id
            )
        if ends:
            found.append(
                "Disabling ends probing of %s. Say probing: true to bring it back with the state"
                % ", ".join(ends)
            )
        return found

    # --- results

    def show(self, leaves: Mapping[Address, Any]) -> Any:
        shown: Dict[str, Any] = {}
        count: Dict[str, int] = {}
        for entry in entries_of(leaves).values():
            uri = entry["uri"]
            number = count[uri.lower()] = count.get(uri.lower(), 0) + 1
            name = uri if number == 1 else "%s (%d)" % (uri, number)
            shown[name] = {each: entry[each] for each in ("priority", "attrs")}
            wish = self._wish_of(entry)
            if wish.get("state"):
                disabled = entry["state"] == "disabled"
                shown[name]["state"] = "disabled" if disabled else "enabled"
            if wish.get("probing") is not None:
                shown[name]["probing"] = entry["probing"]
        return shown

    def _wish_of(self, entry: Mapping[str, Any]) -> Mapping[str, Any]:
        uri = normal_uri(entry["uri"])
        return self.wanted.get((uri, identity(entry["attrs"])), self.wanted.get((uri, ""), _ANY))

    def hint(self, fault: Fault) -> str:
        if fault.method in ("dispatcher.add", "dispatcher.remove") and "failed" in fault.text:
            return "Kamailio's log says why; often a host name does not resolve"
        return ""


def _switched(entry: Entry, wish: Mapping[str, Any]) -> Entry:
    """Return an entry in the state that is wished for; disabling ends probing."""
    if wish["probing"] is not None:
        entry["probing"] = wish["probing"]
    if wish["state"] == "enabled" and entry["state"] == "disabled":
        entry["state"] = "active"
    elif wish["state"] == "disabled" and entry["state"] != "disabled":
        entry.update(state="disabled", probing=False)
    return entry


def _state(params: Dict[str, Any]) -> Resource:
    return DispatcherState(
        params["set_id"],
        params["state"],
        params["uri"],
        params["duid"],
        params["probing"],
        params["require_matches_min"],
        params["require_matches_max"],
        params["at_least_active"],
        params["all"],
    )


def _matches(params: Mapping[str, Any]) -> str:
    least, most = params["require_matches_min"], params["require_matches_max"]
    if most is None or least <= most:
        return ""
    return "require_matches_min is %d and require_matches_max %d; no number is both" % (least, most)


STATE = Kind(
    "dispatcher_state",
    Options(
        {
            "set_id": Option("int", required=True),
            "uri": Option(wrong=no_blanks),
            "duid": Option(),
            "all": Option("bool", default=False),
            "state": Option(
                choices=["active", "inactive", "disabled", "trying"],
                required=True,
            ),
            "probing": Option("bool"),
            "require_matches_min": Option("int", default=1, low=0),
            "require_matches_max": Option("int", low=0),
            "at_least_active": Option("int", low=0),
        },
        required_one_of=[("uri", "duid", "all")],
        mutually_exclusive=[("uri", "duid", "all")],
        only_if=[("state", ("inactive", "disabled"), ["at_least_active"])],
        rules=[_matches],
    ),
    _state,
    subject="uri",
)

_DETAILS = {
    "flags": Option("int", low=0, high=63),
    "priority": Option("int"),
    "attrs": Option(empty="no attributes"),
}


def _destinations(params: Dict[str, Any]) -> Resource:
    least = params["at_least_active"]
    if least is None and params["allow_empty"]:
        least = 0
    more = {"least": least, "allow_unresolved": params["allow_unresolved"]}
    if params["destinations"] is not None:
        exact = params["mode"] == "replaced"
        return DispatcherDestinations(params["set_id"], params["destinations"], exact=exact, **more)
    if params["state"] == "absent":
        return DispatcherDestinations(params["set_id"], absent=[params["uri"]], **more)
    wanted = {name: params[name] for name in ("uri", *_DETAILS)}
    return DispatcherDestinations(params["set_id"], [wanted], **more)


def _emptied(params: Mapping[str, Any]) -> str:
    if params["mode"] != "replaced" or params["destinations"] or params["allow_empty"]:
        return ""
    return (
        "mode: replaced without a destination removes the whole set; if that is meant, say "
        "allow_empty: true"
    )


DESTINATIONS = Kind(
    "dispatcher_destination",
    Options(
        {
            "set_id": Option("int", required=True),
            "uri": Option(wrong=no_blanks),
            "state": Option(choices=["present", "absent"], default="present"),
            "destinations": Option(
                "list",
                elements="dict",
                options={**_DETAILS, "uri": Option(required=True, wrong=no_blanks)},
                empty="no destination; mode: replaced then needs allow_empty",
            ),
            "mode": Option(choices=["merged", "replaced"], default="merged"),
            "allow_empty": Option("bool", default=False),
            "at_least_active": Option("int", low=0),
            "allow_unresolved": Option("bool", default=False),
            **_DETAILS,
        },
        required_one_of=[("uri", "destinations")],
        required_by={"mode": ["destinations"]},
        mutually_exclusive=[("destinations", name) for name in ("uri", *_DETAILS)],
        only_if=[
            ("state", "present", ["destinations", *_DETAILS]),
            ("mode", "replaced", ["allow_empty"]),
        ],
        rules=[_emptied],
    ),
    _destinations,
    subject="uri",
)


INFO = Options({"set_id": Option("int")})


def describe(params: Mapping[str, Any]) -> Talk[Dict[str, Any]]:
    """Return destinations and their states in the words of the options of both kinds.

    :param params: options of INFO.
    """
    found = sets((yield from ask_or([], "No Destination Sets", "dispatcher.list")))
    wanted = params["set_id"]
    chosen = {number: found[number] for number in sorted(found) if wanted in (None, number)}
    return {
        "sets": [
            {"set_id": number, "destinations": [_destination(each) for each in members]}
            for number, members in chosen.items()
        ],
        "states": [
            {
                "set_id": number,
                **_selector(each, members),
                "state": each["state"],
                "probing": each["probing"],
            }
            for number, members in chosen.items()
            for each in members
        ],
    }


def _destination(each: Mapping[str, Any]) -> Dict[str, Any]:
    flags = STATE_FLAGS.get(LETTERS.get(each["state"], ""), 0)
    return {
        "uri": each["uri"],
        "flags": flags | (PROBING if each["probing"] else 0),
        "priority": each["priority"],
        "attrs": each["attrs"],
    }


def _selector(each: Mapping[str, Any], members: Iterable[Mapping[str, Any]]) -> Dict[str, str]:
    """Return the option that means this destination alone, if there is one."""
    twins = [other for other in members if same_uri(other["uri"], each["uri"])]
    return {"duid": each["duid"]} if len(twins) > 1 and each["duid"] else {"uri": each["uri"]}
