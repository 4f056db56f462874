# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Items of hash tables, and whole tables."""

from __future__ import annotations

from time import mktime, strptime, time

from ..faults import Fault, NotFound
from .drive import Ask, ask, ask_or
from .escapes import visible
from .expect import parameter
from .kind import Kind
from .leaf import ABSENT, TOO_LARGE, UNKNOWN, Leaves
from .options import Option, Options
from .resource import Resource, StateError
from .step import REMOVE, Step, shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, Iterable, List, Mapping, Optional, Sequence

    from .drive import Talk
    from .leaf import Address
    from .resource import Answers
    from .step import Change, Undo

PERSISTED_BY = "a table of the database, htable.store, or the configuration holds the same"
NO_KEY = "Key name doesn't exist"


def item_value(value: Any, what: str = "value") -> Any:
    """Return the int or text that an option means.

    :raises StateError: a hash table cannot hold it.
    """
    value = parameter(value)
    if isinstance(value, bool):
        value = int(value)
    if isinstance(value, int):
        if not -(2**31) <= value < 2**31:
            raise StateError(
                "%s: %d needs more than 32 bits, and the server would show another number"
                % (what, value)
            )
        return value
    if isinstance(value, str):
        if "\0" in value:
            raise StateError("%s: a text must not contain NUL" % what)
        return value
    raise StateError("%s is an integer or a text, not %r" % (what, value))


NEVER = "NEVER"
MANY = 1000
"""Maximum number of items of one table whose expiry is read."""

SLACK = 2
"""Seconds by which two readings of an expiry may differ."""

_ZONES = 900


def address_of(table: str, key: str) -> Address:
    return "htable", table, key


def until_of(address: Address) -> Address:
    """Return the address of an item's expiry: seconds since 1970 by the server's clock, or None."""
    return (*address, "until")


def store(table: str, key: str, value: Any, expire: Optional[int] = None, **more: Any) -> Step:
    """Return the Step that sets an item.

    :param more: members of the step.
    """
    kind = "i" if isinstance(value, int) else "s"
    if expire is not None:
        return Step("htable.setx" + kind, table, key, value, expire, **more)
    if kind == "s":
        return Step("htable.sets", table, key, value, **more)
    # 5.7.4 and 5.8.0 accept only doubles, and say that a parameter is missing.
    as_double = Step("htable.seti", table, key, float(value), **more)
    return Step("htable.seti", table, key, value, fallback=as_double, **more)


class _Items(Resource):
    """Items of one table: leaves for their values, and for when they expire.

    :ivar table: name of the table.
    """

    persisted_by = PERSISTED_BY
    lost_on = "reload"
    table: str

    # --- reading

    def _get(self, key: str) -> Ask:
        return Ask("htable.get", (self.table, key))

    def _table_expires(self, answers: Answers) -> bool:
        """Does the table let items expire? If not, the server never looks at the time."""
        try:
            tables = answers.values("htable.listTables")
        except Fault:
            return False
        return any(
            isinstance(each, dict) and each["name"] == self.table and each["expire"] > 0
            for each in tables
        )

    def _observe_item(self, answers: Answers, key: str, leaves: Leaves) -> None:
        address = address_of(self.table, key)
        if answers.too_large("htable.get", self.table, key):
            leaves[address] = TOO_LARGE
            return
        try:
            item = answers.values("htable.get", self.table, key)[0]["item"]
        except Fault as fault:
            if NO_KEY.lower() not in fault.text.lower():
                raise
            leaves.pop(address, None)
            return
        leaves[address] = item["value"]
        if leaves.facts.get("expires"):
            never = item["expire"] == NEVER
            leaves[until_of(address)] = None if never else self._epoch(item["expire"], answers)

    def _epoch(self, text: str, answers: Answers) -> int:
        """Return when an item expires, in seconds since 1970."""
        return int(mktime(strptime(text, "%Y-%m-%d %H:%M:%S"))) - self._zone(answers)

    def _shown_clock(self, answers: Answers) -> Optional[int]:
        """Return the time that the server shows, as if it were in the zone of this process."""
        if not answers.has("core.uptime"):
            return None
        try:
            return int(mktime(strptime(answers.values("core.uptime")[0]["now"], _UPTIME)))
        except (Fault, ValueError, KeyError):
            return int(time())

    def _zone(self, answers: Answers) -> int:
        """Return by how much the zone of the server is ahead of that of this process.

        The server does not say which zone it shows, so it is found by the clock of this machine.
        What is written into a journal must not depend on it: a guardian may have another one.
        """
        shown_clock = self._shown_clock(answers)
        if shown_clock is None:
            return 0
        return int(_ZONES * round((shown_clock - time()) / _ZONES))

    def _clock(self, answers: Answers) -> Optional[int]:
        """Return the server's clock in seconds since 1970; None if it was not asked for."""
        shown_clock = self._shown_clock(answers)
        return None if shown_clock is None else shown_clock - self._zone(answers)

    def same(self, address: Address, one: Any, other: Any) -> bool:
        if len(address) == len(until_of(("", "", ""))):
            if one is None or other is None:
                return one is other
            return bool(abs(one - other) <= SLACK)
        return super().same(address, one, other)

    # --- writing

    def _item_steps(self, key: str, changes: Mapping[Address, Any], seen: Leaves) -> List[Step]:
        address = address_of(self.table, key)
        until = until_of(address)
        target = changes[until] if until in changes else self._target(key, changes, seen)
        if address in changes:
            value = changes[address]
            if value is ABSENT:
                return [self._delete(key)]
            return self._set(key, value, target, seen)
        return [self._setex(key, target, seen)]

    def _target(self, key: str, changes: Mapping[Address, Any], seen: Leaves) -> Any:
        """Return when an item that is set has to expire, where that is not among the changes."""
        return seen.at(until_of(address_of(self.table, key)))

    def _delete(self, key: str) -> Step:
        address = address_of(self.table, key)
        leaves = {address: ABSENT, until_of(address): ABSENT}
        return Step(
            "htable.delete", self.table, key, phase=REMOVE, leaves=leaves, accepts=[NotFound]
        )

    def _set(self, key: str, value: Any, target: Any, seen: Leaves) -> List[Step]:
        address = address_of(self.table, key)
        until = until_of(address)
        if not seen.facts.get("expires") or target is ABSENT:
            leaves = {address: value}
            if seen.facts.get("expires"):
                leaves[until] = UNKNOWN
            return [store(self.table, key, value, leaves=leaves)]
        if target is None:
            step = store(self.table, key, value, leaves={address: value, until: UNKNOWN})
            return [step, self._setex(key, None, seen)]
        left = self._left(target, seen)
        steps = [store(self.table, key, value, left, leaves={address: value, until: target})]
        if seen.at(address) is not ABSENT:
            # Setting a longer text in the place of an item loses its expiry.
            steps.append(self._setex(key, target, seen))
        return steps

    def _setex(self, key: str, target: Any, seen: Leaves) -> Step:
        leaves = {until_of(address_of(self.table, key)): target}
        left = 0 if target is None else self._left(target, seen)
        return Step("htable.setex", self.table, key, left, leaves=leaves)

    @staticmethod
    def _left(target: int, seen: Leaves) -> int:
        return max(1, target - int(seen.facts["now"]))

    def steps(self, changes: Sequence[Change], seen: Leaves) -> List[Step]:
        after = {change.address: change.after for change in changes}
        keys = dict.fromkeys(str(change.address[2]) for change in changes)
        return [step for key in keys for step in self._item_steps(key, after, seen)]

    def undo(self, before: Mapping[Address, Any], left: Mapping[Address, Any], now: Leaves) -> Undo:
        goal = dict(before)
        for address, value in before.items():
            until = goal.get(until_of(address))
            if isinstance(until, int) and until <= now.facts.get("now", 0):
                # It would have expired meanwhile.
                goal[address] = goal[until_of(address)] = ABSENT
            elif len(address) > 3 and goal.get(address[:3]) is ABSENT:
                goal[address] = now.at(address)
            elif len(address) > 3 and value is ABSENT:
                goal[address] = now.at(address)
        return super().undo(goal, left, now)


_UPTIME = "%a %b %d %H:%M:%S %Y"


class HashTableItem(_Items):
    """One item.

    :param value: int or str; None when the item has to be absent.
    :param expire: seconds; 0 for never; None to leave it.
    :param tolerance: seconds by which the time that is left may differ before it is set again;
        None: it is set again once less than half of ``expire`` is left.
    :raises StateError: a hash table cannot hold that.
    """

    def __init__(
        self,
        table: str,
        key: str,
        value: Any = None,
        expire: Optional[int] = None,
        tolerance: Optional[int] = None,
        present: bool = True,
    ) -> None:
        if present and value is None:
            raise StateError("an item needs a value; to delete it, say that it is to be absent")
        self.table = table
        self.key = key
        self.value = item_value(value) if present else None
        self.present = present
        self.expire = expire
        self.tolerance = tolerance
        self.address = address_of(table, key)
        if expire is not None and not 0 <= expire < 2**31:
            raise StateError("expire is 0 to 2147483647 s, not %r" % expire)

    def questions(self, answers: Answers) -> Iterable[Ask]:
        get = self._get(self.key)
        yield get
        if get not in answers:
            return
        needed = self.expire is not None
        if not answers.fault(*_question(get)):
            item = answers.values(*_question(get))[0]["item"]
            as_wanted = self.value is not None and not _unlike(item["value"], self.value)
            # What is about to be changed might have to be put back.
            needed = needed or (item["expire"] != NEVER and not (as_wanted and not answers.written))
        if needed:
            yield Ask("htable.listTables")
            if answers.has("htable.listTables") and self._table_expires(answers):
                yield Ask("core.uptime")

    def observe(self, answers: Answers) -> Leaves:
        leaves = Leaves()
        if answers.has("htable.listTables"):
            leaves.facts["expires"] = self._table_expires(answers)
        now = self._clock(answers)
        if now is not None:
            leaves.facts["now"] = now
        self._observe_item(answers, self.key, leaves)
        return leaves

    def resolve(self, seen: Leaves) -> Dict[Address, Any]:
        if not self.present:
            return {self.address: ABSENT}
        wanted = {self.address: self.value}
        if self.expire is not None and seen.facts.get("expires"):
            wanted[until_of(self.address)] = self._until(seen)
        return wanted

    def _until(self, seen: Leaves) -> Optional[int]:
        """Return when the item should expire: what is otherwise right keeps a time that will do."""
        if not self.expire:
            return None
        found = seen.at(until_of(self.address))
        whole: int = seen.facts["now"] + self.expire
        right = self.equal(self.address, seen.at(self.address), self.value)
        if right and isinstance(found, int) and self._will_do(found, whole):
            return found
        return whole

    def _will_do(self, found: int, whole: int) -> bool:
        if self.tolerance is not None:
            return abs(found - whole) <= self.tolerance
        return whole - found <= (self.expire or 0) / 2

    def compare(self, seen: Leaves, wanted: Mapping[Address, Any]) -> List[Change]:
        # The time goes on between writing and reading back.
        return [
            change
            for change in super().compare(seen, wanted)
            if not (
                len(change.address) > 3
                and isinstance(change.before, int)
                and isinstance(change.after, int)
                and self._will_do(change.before, change.after)
            )
        ]

    def _target(self, key: str, changes: Mapping[Address, Any], seen: Leaves) -> Any:
        if changes.get(self.address) != self.value:
            return super()._target(key, changes, seen)
        # A value that is set gets its whole time.
        if self.expire is None or not seen.facts.get("expires"):
            return ABSENT
        return seen.facts["now"] + self.expire if self.expire else None

    def show(self, leaves: Mapping[Address, Any]) -> Any:
        value = leaves.get(self.address, ABSENT)
        if value is ABSENT:
            return {}
        item = {"value": shown(value)}
        if self.expire is not None:
            until = leaves.get(until_of(self.address))
            facts = leaves.facts if isinstance(leaves, Leaves) else {}
            item["expire"] = until - facts["now"] if isinstance(until, int) else None
        return item

    def warnings(self, seen: Leaves) -> List[str]:
        if self.expire and not seen.facts.get("expires"):
            return [
                "Items in table %s never expire (autoexpire is not set), so expire has no effect"
                % self.table
            ]
        return []


class HashTable(_Items):
    """A whole table: a dict of keys to values.

    :param items: keys to values; what else is there stays unless ``exact``.
    :param absent: keys that must not be there.
    :param until: keys of items to when they expire, in seconds since 1970, UTC. From then on they
        must not be there.
    :param at_least: keys of items to the seconds that they must have left. An item that has less
        gets twice that, so that it is as wanted for some time.
    :param allow_empty: may ``exact`` without items remove all that there is?
    :param max_remove: how many items ``exact`` may remove; None for any number.
    :raises StateError: a hash table cannot hold that.
    """

    def __init__(
        self,
        table: str,
        items: Mapping[str, Any],
        absent: Iterable[str] = (),
        exact: bool = False,
        until: Optional[Mapping[str, int]] = None,
        at_least: Optional[Mapping[str, int]] = None,
        allow_empty: bool = True,
        max_remove: Optional[int] = None,
    ) -> None:
        self.table = table
        self.items = {key: item_value(value, "items.%s" % key) for key, value in items.items()}
        self.absent = frozenset(absent)
        self.exact = exact
        self.until = dict(until or {})
        self.at_least = dict(at_least or {})
        self.allow_empty = allow_empty
        self.max_remove = max_remove
        self.address: Address = ("htable", table)
        both = sorted(self.absent & set(self.items))
        if both:
            raise StateError("both in items and absent: %s" % ", ".join(both))

    def _named(self) -> List[str]:
        return [*self.items, *sorted(self.absent)]

    def questions(self, answers: Answers) -> Iterable[Ask]:
        yield Ask("htable.dump", (self.table,))
        yield Ask("htable.listTables")
        if not answers.has("htable.listTables"):
            return
        if answers.too_large("htable.dump", self.table):
            if self.exact:
                return
            keys = self._named()
        elif answers.fault("htable.dump", self.table):
            return
        else:
            # A dump shows items that have expired, and no expiry.
            keys = self._expiring(answers) if self._table_expires(answers) else []
        for key in keys:
            yield self._get(key)
        if (keys or self.until or self.at_least) and self._table_expires(answers):
            yield Ask("core.uptime")

    def _expiring(self, answers: Answers) -> List[str]:
        """Return keys whose expiry may matter: those that are named, and those that go."""
        there = self._dumped(answers)
        # What a write has made shows in the dump; what it has removed does not.
        keys = [key for key in there if key in self.items or self._goes(key)]
        return keys if len(keys) <= MANY else [key for key in keys if self._timed(key)]

    def _timed(self, key: str) -> bool:
        return key in self.until or key in self.at_least

    def _goes(self, key: str) -> bool:
        return key in self.absent or (self.exact and key not in self.items)

    def _dumped(self, answers: Answers) -> Dict[str, Any]:
        return {
            item["name"]: item["value"]
            for slot in answers.values("htable.dump", self.table)
            for item in slot["slot"]
        }

    def observe(self, answers: Answers) -> Leaves:
        leaves = Leaves(expires=self._table_expires(answers))
        now = self._clock(answers)
        if now is not None:
            leaves.facts["now"] = now
        if answers.too_large("htable.dump", self.table):
            if self.exact and self.items:
                answers.values("htable.dump", self.table)
            if self.exact:
                leaves[self.address] = TOO_LARGE
        else:
            for key, value in self._dumped(answers).items():
                if self.exact or key in self.items or key in self.absent:
                    leaves[address_of(self.table, key)] = value
        for key in [*self._named(), *(str(address[2]) for address in leaves if len(address) == 3)]:
            if answers.has("htable.get", self.table, key):
                self._observe_item(answers, key, leaves)
        leaves.facts["forever"] = not leaves.facts["expires"]
        # Without the clock, no expiry can be written.
        leaves.facts["expires"] = leaves.facts["expires"] and answers.has("core.uptime")
        return leaves

    def resolve(self, seen: Leaves) -> Dict[Address, Any]:
        wanted: Dict[Address, Any] = {
            address_of(self.table, key): value for key, value in self.items.items()
        }
        for address in seen:
            if len(address) < 4 and address not in wanted:
                wanted[address] = ABSENT
        self._check_removal(seen)
        if (self.until or self.at_least) and seen.facts["forever"]:
            raise StateError(
                "items in table %s never expire (autoexpire is not set), so that until and "
                "at_least have no effect; leave them out" % self.table
            )
        for key, moment in self.until.items():
            self._set_end(key, moment, wanted, seen)
        for key, seconds in self.at_least.items():
            found = seen.at(until_of(address_of(self.table, key)))
            end = seen.facts["now"] + seconds
            enough = found is None or (isinstance(found, int) and found >= end)
            self._set_end(key, found if enough else end + seconds, wanted, seen)
        return wanted

    def _set_end(
        self, key: str, end: Optional[int], wanted: Dict[Address, Any], seen: Leaves
    ) -> None:
        """Say when an item expires. One that has expired by now is not wanted any more."""
        address = address_of(self.table, key)
        if end is None or end > seen.facts["now"]:
            wanted[until_of(address)] = end
        else:
            wanted[address] = ABSENT

    def _check_removal(self, seen: Leaves) -> None:
        """Refuse to remove more than is allowed.

        :raises StateError: it would be more.
        """
        keep = {address_of(self.table, key) for key in (*self.items, *self.absent)}
        gone = [address for address in seen if len(address) < 4 and address not in keep]
        if not self.exact or not gone:
            return
        if not self.items and not self.allow_empty:
            raise StateError(
                "exact without items would empty table %s; if that is meant, say allow_empty: true"
                % self.table
            )
        if self.max_remove is None:
            return
        if self.address in gone:
            raise StateError(
                "table %s is too large to be read, so that the items that would go cannot be "
                "counted; leave max_remove out, or exact" % self.table
            )
        if len(gone) > self.max_remove:
            raise StateError(
                "%d items would be removed from table %s, and max_remove is %d"
                % (len(gone), self.table, self.max_remove)
            )

    def _target(self, key: str, changes: Mapping[Address, Any], seen: Leaves) -> Any:
        if self._timed(key):
            return super()._target(key, changes, seen)
        # A value that is set gets the time that the table gives.
        if changes.get(address_of(self.table, key)) == self.items.get(key, ABSENT):
            return ABSENT
        return super()._target(key, changes, seen)

    def steps(self, changes: Sequence[Change], seen: Leaves) -> List[Step]:
        gone = {change.address: ABSENT for change in changes if change.after is ABSENT}
        if self.exact and not self.items and len(gone) == len(changes):
            gone.update((until_of(address), ABSENT) for address in list(gone))
            return [Step("htable.flush", self.table, phase=REMOVE, leaves=gone)]
        return super().steps(changes, seen)

    def show(self, leaves: Mapping[Address, Any]) -> Any:
        return {
            str(address[2]) if len(address) > 2 else "(all items)": shown(value)
            for address, value in leaves.items()
            if len(address) < 4 and value is not ABSENT
        }

    def hint(self, fault: Fault) -> str:
        if fault.method == "htable.dump":
            return "Single items can be managed with kamailio_htable_item, whatever the size"
        return ""


def _question(ask: Ask) -> Any:
    return (ask.method, *ask.params)


def _unlike(left: Any, right: Any) -> bool:
    return type(left) is not type(right) or left != right


def _item(params: Dict[str, Any]) -> Resource:
    return HashTableItem(
        params["table"],
        params["key"],
        params["value"],
        params["expire"],
        params["expire_tolerance"],
        params["state"] == "present",
    )


ITEM = Kind(
    "htable_item",
    Options(
        {
            "table": Option(required=True),
            "key": Option(required=True, secret=False, empty="the item with the empty key"),
            "value": Option("raw", empty="the empty text"),
            "expire": Option("int", low=0),
            "expire_tolerance": Option("int", low=0),
            "state": Option(choices=["present", "absent"], default="present"),
        },
        required_if=[("state", "present", ["value"])],
        required_by={"expire_tolerance": ["expire"]},
        only_if=[("state", "present", ["value", "expire", "expire_tolerance"])],
    ),
    _item,
    subject="key",
)


def _table(params: Dict[str, Any]) -> Resource:
    exact = params["mode"] == "replaced"
    return HashTable(params["table"], params["items"], params["absent"], exact)


def _emptied(params: Mapping[str, Any]) -> str:
    if params["mode"] != "replaced" or params["items"] or params["allow_empty"]:
        return ""
    return (
        "mode: replaced without items deletes the whole table; if that is meant, say allow_empty: "
        "true"
    )


TABLE = Kind(
    "htable",
    Options(
        {
            "table": Option(required=True),
            "items": Option(
                "dict", default={}, empty="no items; mode: replaced then needs allow_empty"
            ),
            "absent": Option(
                "list", elements="str", default=[], empty="none; an empty item is the empty key"
            ),
            "mode": Option(choices=["merged", "replaced"], default="merged"),
            "allow_empty": Option("bool", default=False),
        },
        only_if=[("mode", "merged", ["absent"]), ("mode", "replaced", ["allow_empty"])],
        rules=[_emptied],
    ),
    _table,
    subject="table",
)


INFO = Options({"table": Option()})


def describe(params: Mapping[str, Any]) -> Talk[Dict[str, Any]]:
    """Return tables in the words of the options of TABLE.

    :param params: options of INFO.
    """
    wanted = params["table"]
    found: List[Any] = yield from ask_or([], "no htables", "htable.listTables")
    tables = []
    for name in sorted(each["name"] for each in found):
        if wanted in (None, name):
            dump = yield from ask("htable.dump", name)
            items = {
                item["name"]: _as_option(item["value"]) for slot in dump for item in slot["slot"]
            }
            tables.append({"table": name, "items": items})
    return {"tables": tables}


def _as_option(value: Any) -> Any:
    """Return a value as the option takes it: with the type of bytes that are not UTF-8."""
    if isinstance(value, str) and visible(value) != value:
        return {"type": "escaped", "value": value}
    return value
