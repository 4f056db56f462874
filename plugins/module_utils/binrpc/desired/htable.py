# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Items of hash tables, and whole tables."""

from __future__ import annotations

from time import mktime, strptime, time

from ..faults import MethodNotFound, NotFound
from .drive import ask, ask_or
from .engine import Resource, StateError, Step
from .expect import parameter
from .kind import Kind
from .options import Option, Options

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, Iterable, List, Mapping, Optional

    from ..faults import Fault, InvalidParams
    from .drive import Talk
    from .engine import Plan

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


def store(table: str, key: str, value: Any, expire: Optional[int] = None) -> Step:
    """Return the Step that sets an item."""
    kind = "i" if isinstance(value, int) else "s"
    if expire is not None:
        return Step("htable.setx" + kind, table, key, value, expire)
    if kind == "s":
        return Step("htable.sets", table, key, value)

    def as_double(fault: InvalidParams) -> Step:
        # 5.7.4 and 5.8.0 accept only doubles, and say that a parameter is missing.
        return Step("htable.seti", table, key, float(value))

    return Step("htable.seti", table, key, value, fallback=as_double)


def delete(table: str, key: str) -> Step:
    return Step("htable.delete", table, key, accepts=[NotFound])


class HashTableItem(Resource):
    """One item: ``{}``, or ``{"value": ..., "expire": seconds left or None}``.

    :param value: int or str; None when the item has to be absent.
    :param expire: seconds; 0 for never; None to leave it.
    :param tolerance: seconds by which the time that is left may differ; None: any expiry will do.
    :raises StateError: a hash table cannot hold that.
    """

    persisted_by = PERSISTED_BY

    def __init__(
        self,
        table: str,
        key: str,
        value: Any = None,
        expire: Optional[int] = None,
        tolerance: Optional[int] = None,
    ) -> None:
        self.table = table
        self.key = key
        self.value = None if value is None else item_value(value)
        self.expire = expire
        self.tolerance = tolerance
        self.expires: Optional[bool] = None
        if expire is not None and not 0 <= expire < 2**31:
            raise StateError("expire is 0 to 2147483647 s, not %r" % expire)

    def read(self) -> Talk[Any]:
        values = yield from ask_or(None, NO_KEY, "htable.get", self.table, self.key)
        if self.expire is not None and self.expires is None:
            self.expires = yield from self._table_expires()
        if values is None:
            return {}
        item = values[0]["item"]
        have = {"value": item["value"]}
        if self.expire is not None:
            have["expire"] = None
            if self.expires:
                have["expire"] = yield from self._left(item["expire"])
        return have

    def _table_expires(self) -> Talk[bool]:
        """Does the table let items expire? If not, the server never looks at the time."""
        for table in (yield from ask("htable.listTables")):
            if table["name"] == self.table:
                return bool(table["expire"] > 0)
        return False

    @staticmethod
    def _left(text: str) -> Talk[Optional[int]]:
        """Return seconds until then, by the server's own clock and zone; None for never."""
        if text == "NEVER":
            return None
        when = mktime(strptime(text, "%Y-%m-%d %H:%M:%S"))
        try:
            shown = (yield from ask("core.uptime"))[0]["now"]
            now = mktime(strptime(shown, "%a %b %d %H:%M:%S %Y"))
        except (MethodNotFound, ValueError, KeyError):
            now = time()
        return int(when - now)

    def want(self, have: Any) -> Any:
        if self.value is None:
            return {}
        want = {"value": self.value}
        if self.expire is not None:
            want["expire"] = None
            if self.expires and self.expire:
                want["expire"] = self.expire
                left = have.get("expire")
                if left is not None and (
                    self.tolerance is None or abs(left - self.expire) <= self.tolerance
                ):
                    want["expire"] = left
        return want

    def differs(self, have: Any, want: Any) -> bool:
        return bool(self._difference(have, want))

    @staticmethod
    def _difference(have: Mapping[str, Any], want: Mapping[str, Any]) -> bool:
        if not have or not want:
            return have != want
        same = have["value"] == want["value"] and type(have["value"]) is type(want["value"])
        return not same or have.get("expire") != want.get("expire")

    def steps(self, have: Any, want: Any) -> Plan:
        if not want:
            return [delete(self.table, self.key)]
        expire = want.get("expire")
        same = have and not self._difference({"value": have["value"]}, {"value": want["value"]})
        steps = []
        if not same:
            steps.append(store(self.table, self.key, self.value, expire))
        if "expire" in want and self.expires and (same or have or expire is None):
            # Setting a longer text in the place of an item loses its expiry.
            steps.append(Step("htable.setex", self.table, self.key, expire or 0))
        return steps

    def show(self, state: Any) -> Any:
        if not state:
            return {}
        return dict(state)

    def warnings(self, have: Any) -> List[str]:
        if self.expire and not self.expires:
            return [
                "Items in table %s never expire (autoexpire is not set), so expire has no effect"
                % self.table
            ]
        return []


class HashTable(Resource):
    """A whole table: a dict of keys to values.

    :param items: keys to values; what else is there stays unless ``exact``.
    :param absent: keys that must not be there.
    :raises StateError: a hash table cannot hold that.
    """

    persisted_by = PERSISTED_BY

    def __init__(
        self,
        table: str,
        items: Mapping[str, Any],
        absent: Iterable[str] = (),
        exact: bool = False,
    ) -> None:
        self.table = table
        self.exact = exact
        self.items = {str(key): item_value(value, str(key)) for key, value in items.items()}
        self.absent = {str(key) for key in absent}
        both = sorted(self.absent & set(self.items))
        if both:
            raise StateError("both in items and absent: %s" % ", ".join(both))

    def read(self) -> Talk[Any]:
        have = {}
        for slot in (yield from ask("htable.dump", self.table)):
            for item in slot["slot"]:
                name = item["name"]
                if self.exact or name in self.items or name in self.absent:
                    have[name] = item["value"]
        return have

    def want(self, have: Any) -> Any:
        return dict(self.items)

    def differs(self, have: Any, want: Any) -> bool:
        return set(have) != set(want) or any(_unlike(have[key], want[key]) for key in want)

    def steps(self, have: Any, want: Any) -> Plan:
        steps = [delete(self.table, key) for key in have if key not in want]
        if steps and self.exact and not want:
            return [Step("htable.flush", self.table)]
        for key, value in want.items():
            if key not in have or _unlike(have[key], value):
                steps.append(store(self.table, key, value))
        return steps

    def hint(self, fault: Fault) -> str:
        if fault.method == "htable.dump":
            return "Single items can be managed with kamailio_htable_item, whatever the size"
        return ""


def _unlike(left: Any, right: Any) -> bool:
    return type(left) is not type(right) or left != right


def _item(params: Dict[str, Any]) -> Resource:
    value = params["value"] if params["state"] == "present" else None
    return HashTableItem(
        params["table"], params["key"], value, params["expire"], params["expire_tolerance"]
    )


ITEM = Kind(
    "htable_item",
    Options(
        {
            "table": Option(required=True),
            "key": Option(required=True, secret=False),
            "value": Option("raw"),
            "expire": Option("int"),
            "expire_tolerance": Option("int"),
            "state": Option(choices=["present", "absent"], default="present"),
        },
        required_if=[("state", "present", ["value"])],
    ),
    _item,
    subject="key",
)


def _table(params: Dict[str, Any]) -> Resource:
    exact = params["mode"] == "replaced"
    return HashTable(params["table"], params["items"], params["absent"], exact)


TABLE = Kind(
    "htable",
    Options(
        {
            "table": Option(required=True),
            "items": Option("dict", default={}),
            "absent": Option("list", elements="str", default=[]),
            "mode": Option(choices=["merged", "replaced"], default="merged"),
        }
    ),
    _table,
    subject="table",
)
