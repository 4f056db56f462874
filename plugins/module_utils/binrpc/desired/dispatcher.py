# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Destination sets of the module dispatcher, and the states of destinations."""

from __future__ import annotations

from ..dispatcher import LETTERS, sets, write_flags
from ..uri import fold, full_uri, normal_uri, same_uri
from .drive import ask_or
from .engine import Resource, StateError, Step
from .guard import check_left
from .kind import Kind
from .options import Option, Options

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, Iterable, List, Mapping, Optional

    from ..faults import Fault
    from .drive import Talk
    from .engine import Plan

# What dispatcher.add takes.
STATE_FLAGS = {"A": 0, "I": 1, "T": 2, "D": 4}
PROBING = 8
OTHER_FLAGS = 16 | 32
ALL = "all"
"""In the place of a URI: all destinations of the set."""

PERSISTED_BY = (
    "the list file or the database says the same. A reload of the dispatcher module and a restart "
    "both read that again"
)


def read_sets() -> Talk[Dict[int, List[Dict[str, Any]]]]:
    """Return the destinations by set number; each is a dict in the order of the server."""
    return sets((yield from ask_or([], "No Destination Sets", "dispatcher.list")))


class DispatcherState(Resource):
    """States of some destinations of a set: lists of ``{uri, state, probing}``.

    :param uri: of the destinations that are meant, or None.
    :param duid: of these, or None; with neither it is the whole set.
    :param state: a key of LETTERS.
    :param probing: True, False, or None to leave it.
    :param at_least: how many destinations have to match.
    :param at_most: how many may match, or None for any number.
    :param least: how many active destinations the set must keep if the state takes some out of
        service; None for 1, and for 0 if the whole set is meant.
    :raises StateError: no destination can be in that state.
    """

    persisted_by = PERSISTED_BY

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
    ) -> None:
        if state == "disabled" and probing:
            raise StateError("a disabled destination cannot be probed")
        self.set_id = set_id
        self.uri = full_uri(uri) if uri is not None else None
        self.duid = duid
        self.state = state
        self.probing = probing
        self.at_least = at_least
        self.at_most = at_most
        self.least = least
        self.size = 0
        self.found: List[str] = []
        self.others = 0

    def read(self) -> Talk[Any]:
        found = (yield from read_sets()).get(self.set_id, [])
        self.size = len(found)
        self.found = [fold(each["uri"]) for each in found]
        self.others = sum(is_active(each) and not self._means(each) for each in found)
        return [
            {name: each[name] for name in ("uri", "duid", "state", "probing")}
            for each in found
            if self._means(each)
        ]

    def _means(self, each: Mapping[str, Any]) -> bool:
        if self.uri is not None:
            return same_uri(each["uri"], self.uri)
        return self.duid is None or bool(each["duid"].lower() == self.duid.lower())

    def want(self, have: Any) -> Any:
        if len(have) < self.at_least:
            raise StateError(
                "%d destinations match, at least %d are required. Set %d has %d destinations"
                % (len(have), self.at_least, self.set_id, self.size)
            )
        if self.at_most is not None and len(have) > self.at_most:
            raise StateError(
                "%d destinations match, at most %d may: %s"
                % (len(have), self.at_most, ", ".join(each["uri"] for each in have))
            )
        if self.state in ("inactive", "disabled"):
            taken = sum(map(is_active, have))
            whole = self.uri is None and self.duid is None
            what = "active destinations would be left in set %d" % self.set_id
            check_left(self.others, taken, self.least, whole, what)
        return [self._wanted(each) for each in have]

    def _wanted(self, each: Mapping[str, Any]) -> Dict[str, Any]:
        probing = each["probing"] if self.probing is None else self.probing
        return dict(each, state=self.state, probing=probing and self.state != "disabled")

    def steps(self, have: Any, want: Any) -> Plan:
        changed = [new for old, new in zip(have, want) if old != new]
        words = {_word(each) for each in want}
        whole = len(want) == self.size
        if whole and len(words) == 1 and len(changed) > 1:
            return [Step("dispatcher.set_state", words.pop(), self.set_id, "all")]
        steps = []
        for each in changed:
            if self.found.count(fold(each["uri"])) > 1 and each["duid"]:
                # A lookup by URI finds only the first one, and in any case of letters.
                method, name = "dispatcher.set_duid_state", each["duid"]
            elif self.duid is not None:
                method, name = "dispatcher.set_duid_state", self.duid
            else:
                method, name = "dispatcher.set_state", each["uri"]
            steps.append(Step(method, _word(each), self.set_id, name))
        return steps

    def show(self, state: Any) -> Any:
        shown: Dict[str, Any] = {}
        for each in state:
            name = each["uri"]
            while name in shown:
                name += " (again)"
            shown[name] = {"state": each["state"], "probing": each["probing"]}
        return shown

    def members(self, have: Any) -> Dict[str, Any]:
        return {"matched": [each["uri"] for each in have]}


def is_active(each: Mapping[str, Any]) -> bool:
    """Does a destination get calls, and did it answer lately if it is probed?"""
    return bool(each["state"] == "active")


def _word(each: Mapping[str, Any]) -> str:
    return write_flags(each["state"], each["probing"])


_ANY = dict.fromkeys(("priority", "attrs", "flags"))


class DispatcherDestinations(Resource):
    """Members of a set: a dict of the normal form of a URI to a list, as a set may have one twice.

    :param wanted: dicts with ``uri``, and ``priority``, ``attrs`` and ``flags``, which are None
        or left out where they may be anything.
    :param absent: URIs that must not be there.
    :param exact: nothing else may be there.
    :raises StateError: a destination is given twice.
    """

    persisted_by = PERSISTED_BY

    def __init__(
        self,
        set_id: int,
        wanted: Iterable[Mapping[str, Any]] = (),
        absent: Iterable[str] = (),
        exact: bool = False,
    ) -> None:
        self.set_id = set_id
        self.exact = exact
        self.absent = {normal_uri(uri): full_uri(uri) for uri in absent}
        self.wanted: Dict[str, Dict[str, Any]] = {}
        self._origin: Dict[str, Dict[str, Any]] = {}
        for each in wanted:
            uri, key = full_uri(each["uri"]), normal_uri(each["uri"])
            if key in self.wanted:
                raise StateError("the destination %s is given twice" % uri)
            self.wanted[key] = {**_ANY, **each, "uri": uri}

    def read(self) -> Talk[Any]:
        found: Dict[str, List[Dict[str, Any]]] = {}
        for each in (yield from read_sets()).get(self.set_id, []):
            key = normal_uri(each["uri"])
            if self.exact or key in self.wanted or key in self.absent:
                entry = {name: each[name] for name in ("uri", "priority", "attrs")}
                entry["flags"] = STATE_FLAGS.get(LETTERS.get(each["state"], ""), 0)
                entry["flags"] |= PROBING if each["probing"] else 0
                found.setdefault(key, []).append(entry)
        return found

    def want(self, have: Any) -> Any:
        want = {}
        for key, wish in self.wanted.items():
            # A destination that is changed has to go first; what it was must not be forgotten.
            if have.get(key):
                self._origin.setdefault(key, have[key][0])
            old = self._origin.get(key, {})
            entry = {"uri": old.get("uri", wish["uri"])}
            entry["priority"] = _given(wish["priority"], old.get("priority", 0))
            entry["attrs"] = old.get("attrs", "")
            if wish["attrs"] is not None and parts(wish["attrs"]) != parts(entry["attrs"]):
                entry["attrs"] = wish["attrs"].rstrip("; ")
            # The state that it is in stays, whatever the flags of the task.
            entry["flags"] = (have.get(key) or [old])[0].get("flags", (wish["flags"] or 0) & 15)
            want[key] = [entry]
        return want

    def steps(self, have: Any, want: Any) -> Plan:
        # Each may have to wait for reload_delta: first what is new, so that nothing is missed.
        added: List[Step] = []
        changed: List[Step] = []
        removed: List[Step] = []
        for key, (entry,) in want.items():
            if key not in have:
                added.append(self._add(key, entry))
            elif have[key] != [entry]:
                changed += [*self._remove(have[key]), self._add(key, entry)]
        for key, entries in have.items():
            if key not in want:
                removed += self._remove(entries)
        return added + changed + removed

    def _add(self, key: str, entry: Mapping[str, Any]) -> Step:
        flags = entry["flags"] | ((self.wanted[key]["flags"] or 0) & OTHER_FLAGS)
        params = [self.set_id, entry["uri"], flags, entry["priority"]]
        if entry["attrs"]:
            params.append(entry["attrs"])
        return Step("dispatcher.add", *params)

    def _remove(self, entries: Iterable[Mapping[str, Any]]) -> List[Step]:
        uris = sorted({entry["uri"] for entry in entries})
        return [Step("dispatcher.remove", self.set_id, uri) for uri in uris]

    def show(self, state: Any) -> Any:
        shown = {}
        for entries in state.values():
            for number, entry in enumerate(entries, 1):
                name = entry["uri"] if number == 1 else "%s (%d)" % (entry["uri"], number)
                shown[name] = {name: entry[name] for name in ("priority", "attrs")}
        return shown

    def hint(self, fault: Fault) -> str:
        if fault.method in ("dispatcher.add", "dispatcher.remove") and "failed" in fault.text:
            return "Kamailio's log says why; often a host name does not resolve"
        return ""


def _given(value: Any, fallback: Any) -> Any:
    return fallback if value is None else value


def parts(attrs: str) -> List[str]:
    """Return attributes so that their order does not count."""
    return sorted(part.strip() for part in attrs.split(";") if part.strip())


def _state(params: Dict[str, Any]) -> Resource:
    return DispatcherState(
        params["set_id"],
        params["state"],
        None if params["uri"] == ALL else params["uri"],
        params["duid"],
        params["probing"],
        params["require_matches_min"],
        params["require_matches_max"],
        params["at_least_active"],
    )


STATE = Kind(
    "dispatcher_state",
    Options(
        {
            "set_id": Option("int", required=True),
            "uri": Option(),
            "duid": Option(),
            "state": Option(
                choices=["active", "inactive", "disabled", "trying"],
                required=True,
            ),
            "probing": Option("bool"),
            "require_matches_min": Option("int", default=1),
            "require_matches_max": Option("int"),
            "at_least_active": Option("int"),
        },
        mutually_exclusive=[("uri", "duid")],
    ),
    _state,
    subject="uri",
)

_DETAILS = {"flags": Option("int"), "priority": Option("int"), "attrs": Option()}


def _destinations(params: Dict[str, Any]) -> Resource:
    if params["destinations"] is not None:
        if params["state"] == "absent":
            raise StateError(
                "state: absent removes a single uri; to remove others than destinations, say "
                "mode: replaced"
            )
        exact = params["mode"] == "replaced"
        return DispatcherDestinations(params["set_id"], params["destinations"], exact=exact)
    if params["state"] == "absent":
        return DispatcherDestinations(params["set_id"], absent=[params["uri"]])
    wanted = {name: params[name] for name in ("uri", *_DETAILS)}
    return DispatcherDestinations(params["set_id"], [wanted])


DESTINATIONS = Kind(
    "dispatcher_destination",
    Options(
        {
            "set_id": Option("int", required=True),
            "uri": Option(),
            "state": Option(choices=["present", "absent"], default="present"),
            "destinations": Option(
                "list", elements="dict", options={**_DETAILS, "uri": Option(required=True)}
            ),
            "mode": Option(choices=["merged", "replaced"], default="merged"),
            **_DETAILS,
        },
        required_one_of=[("uri", "destinations")],
        mutually_exclusive=[("destinations", name) for name in ("uri", *_DETAILS)],
    ),
    _destinations,
    subject="uri",
)
