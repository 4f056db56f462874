# Copyright: The kamailio-binrpc authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: GPL-3.0-or-later

# Destination sets and the states of destinations. Private to this collection.

from __future__ import annotations

import re

from ._state import Area, StateError, Step
from .binrpc.dispatcher import LETTERS, sets

# What dispatcher.add takes.
STATE_FLAGS = {"A": 0, "I": 1, "T": 2, "D": 4}
PROBING = 8
OTHER_FLAGS = 16 | 32

LOST = (
    "the list file or the database says the same. A reload of the dispatcher module and a restart "
    "both read that again"
)


def read_sets(server):
    """Return the destinations by set number; each is a dict in the order of the server."""
    return sets(server.ask_or([], "No Destination Sets", "dispatcher.list"))


def same_uri(left, right):
    return left.lower() == right.lower()


def full_uri(uri):
    """Add what the server puts before an address without a scheme."""
    return uri if re.match("(?i)sips?:|tel:|urn:", uri) else "sip:" + uri


class DestinationState(Area):
    """States of some destinations of a set: lists of ``{uri, state, probing}``.

    :param uri: of the destinations that are meant, or None.
    :param duid: of these, or None; with neither it is the whole set.
    :param state: a key of LETTERS.
    :param probing: True, False, or None to leave it.
    :param at_least: so many destinations have to match.
    :param at_most: no more than these, or None.
    """

    lost = LOST

    def __init__(self, set_id, state, uri=None, duid=None, probing=None, at_least=1, at_most=None):
        if state == "disabled" and probing:
            raise StateError("a disabled destination cannot be probed")
        self.set_id = set_id
        self.uri = full_uri(uri) if uri is not None else None
        self.duid = duid
        self.state = state
        self.probing = probing
        self.at_least = at_least
        self.at_most = at_most
        self.size = 0

    def read(self, server):
        found = read_sets(server).get(self.set_id, [])
        self.size = len(found)
        return [
            {name: each[name] for name in ("uri", "duid", "state", "probing")}
            for each in found
            if self._means(each)
        ]

    def _means(self, each):
        if self.uri is not None:
            return same_uri(each["uri"], self.uri)
        return self.duid is None or each["duid"].lower() == self.duid.lower()

    def want(self, have):
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
        return [self._wanted(each) for each in have]

    def _wanted(self, each):
        probing = each["probing"] if self.probing is None else self.probing
        return dict(each, state=self.state, probing=probing and self.state != "disabled")

    def steps(self, have, want):
        changed = [new for old, new in zip(have, want) if old != new]
        words = {_word(each) for each in want}
        whole = len(want) == self.size
        if whole and len(words) == 1 and len(changed) > 1:
            return [Step("dispatcher.set_state", words.pop(), self.set_id, "all")]
        uris = [each["uri"].lower() for each in want]
        steps = []
        for each in changed:
            if uris.count(each["uri"].lower()) > 1 and each["duid"]:
                # By URI the server finds but the first.
                step = ("dispatcher.set_duid_state", _word(each), self.set_id, each["duid"])
            elif self.duid is not None:
                step = ("dispatcher.set_duid_state", _word(each), self.set_id, self.duid)
            else:
                step = ("dispatcher.set_state", _word(each), self.set_id, each["uri"])
            steps.append(Step(*step))
        return steps

    def show(self, state):
        shown = {}
        for each in state:
            name = each["uri"]
            while name in shown:
                name += " (again)"
            shown[name] = {"state": each["state"], "probing": each["probing"]}
        return shown

    def members(self, have):
        return {"matched": [each["uri"] for each in have]}


def _word(each):
    return LETTERS[each["state"]] + ("P" if each["probing"] else "")


class Destinations(Area):
    """Members of a set: a dict of the URI in lower case to a list, since a set may have one twice.

    :param wanted: dicts with ``uri``, and ``priority``, ``attrs`` and ``flags``, which are None
        where they may be anything.
    :param absent: URIs that must not be there.
    :param exact: nothing else may be there.
    """

    lost = LOST

    def __init__(self, set_id, wanted=(), absent=(), exact=False):
        self.set_id = set_id
        self.exact = exact
        self.absent = {full_uri(uri).lower(): full_uri(uri) for uri in absent}
        self.wanted = {}
        self._origin = {}
        for each in wanted:
            uri = full_uri(each["uri"])
            if uri.lower() in self.wanted:
                raise StateError("the destination %s is given twice" % uri)
            self.wanted[uri.lower()] = dict(each, uri=uri)

    def read(self, server):
        found = {}
        for each in read_sets(server).get(self.set_id, []):
            key = each["uri"].lower()
            if self.exact or key in self.wanted or key in self.absent:
                entry = {name: each[name] for name in ("uri", "priority", "attrs")}
                entry["flags"] = STATE_FLAGS.get(LETTERS.get(each["state"], ""), 0)
                entry["flags"] |= PROBING if each["probing"] else 0
                found.setdefault(key, []).append(entry)
        return found

    def want(self, have):
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

    def steps(self, have, want):
        # Each may have to wait for reload_delta: first what is new, so that nothing is missed.
        added, changed, removed = [], [], []
        for key, (entry,) in want.items():
            if key not in have:
                added.append(self._add(key, entry))
            elif have[key] != [entry]:
                changed += [*self._remove(have[key]), self._add(key, entry)]
        for key, entries in have.items():
            if key not in want:
                removed += self._remove(entries)
        return added + changed + removed

    def _add(self, key, entry):
        flags = entry["flags"] | ((self.wanted[key]["flags"] or 0) & OTHER_FLAGS)
        params = [self.set_id, entry["uri"], flags, entry["priority"]]
        if entry["attrs"]:
            params.append(entry["attrs"])
        return Step("dispatcher.add", *params)

    def _remove(self, entries):
        uris = sorted({entry["uri"] for entry in entries})
        return [Step("dispatcher.remove", self.set_id, uri) for uri in uris]

    def show(self, state):
        shown = {}
        for entries in state.values():
            for number, entry in enumerate(entries, 1):
                name = entry["uri"] if number == 1 else "%s (%d)" % (entry["uri"], number)
                shown[name] = {name: entry[name] for name in ("priority", "attrs")}
        return shown

    def hint(self, fault):
        if fault.method in ("dispatcher.add", "dispatcher.remove") and "failed" in fault.text:
            return "Kamailio's log says why; often a host name does not resolve"
        return ""


def _given(value, otherwise):
    return otherwise if value is None else value


def parts(attrs):
    """Return attributes so that their order does not count."""
    return sorted(part.strip() for part in attrs.split(";") if part.strip())
