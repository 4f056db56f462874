# Copyright: The kamailio-binrpc authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: GPL-3.0-or-later

# Items of hash tables, and whole tables. Private to this collection.

from __future__ import annotations

from time import mktime, strptime, time

from ._expect import parameter
from ._state import Area, StateError, Step
from .binrpc.faults import MethodNotFound, NotFound

LOST = "a table of the database, htable.store, or the configuration holds the same"
NO_KEY = "Key name doesn't exist"


def item_value(value, what="value"):
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


def store(table, key, value, expire=None):
    """Return the Step that sets an item."""
    kind = "i" if isinstance(value, int) else "s"
    if expire is not None:
        return Step("htable.setx" + kind, table, key, value, expire)
    if kind == "s":
        return Step("htable.sets", table, key, value)

    def as_double(fault):
        # 5.7.4 and 5.8.0 take but doubles, and say that a parameter is missing.
        return Step("htable.seti", table, key, float(value))

    return Step("htable.seti", table, key, value, otherwise=as_double)


def delete(table, key):
    return Step("htable.delete", table, key, tolerate=[NotFound])


class Item(Area):
    """One item: ``{}``, or ``{"value": ..., "expire": seconds left or None}``.

    :param value: int or str; None when the item has to be absent.
    :param expire: seconds; 0 for never; None to leave it.
    :param tolerance: seconds by which the time that is left may differ; None: any expiry will do.
    """

    lost = LOST

    def __init__(self, table, key, value=None, expire=None, tolerance=None):
        self.table = table
        self.key = key
        self.value = None if value is None else item_value(value)
        self.expire = expire
        self.tolerance = tolerance
        self.expires = None
        if expire is not None and not 0 <= expire < 2**31:
            raise StateError("expire is 0 to 2147483647 s, not %r" % expire)

    def read(self, server):
        values = server.ask_or(None, NO_KEY, "htable.get", self.table, self.key)
        if self.expire is not None and self.expires is None:
            self.expires = self._table_expires(server)
        if values is None:
            return {}
        item = values[0]["item"]
        have = {"value": item["value"]}
        if self.expire is not None:
            have["expire"] = self._left(server, item["expire"]) if self.expires else None
        return have

    def _table_expires(self, server):
        """Does the table let items expire? If not, the server never looks at the time."""
        for table in server.ask("htable.listTables"):
            if table["name"] == self.table:
                return table["expire"] > 0
        return False

    @staticmethod
    def _left(server, text):
        """Return seconds until then, by the server's own clock and zone; None for never."""
        if text == "NEVER":
            return None
        when = mktime(strptime(text, "%Y-%m-%d %H:%M:%S"))
        try:
            now = mktime(strptime(server.ask("core.uptime")[0]["now"], "%a %b %d %H:%M:%S %Y"))
        except (MethodNotFound, ValueError, KeyError):
            now = time()
        return int(when - now)

    def want(self, have):
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

    def differs(self, have, want):
        return bool(self._difference(have, want))

    @staticmethod
    def _difference(have, want):
        if not have or not want:
            return have != want
        same = have["value"] == want["value"] and type(have["value"]) is type(want["value"])
        return not same or have.get("expire") != want.get("expire")

    def steps(self, have, want):
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

    def show(self, state):
        if not state:
            return {}
        return dict(state)

    def warnings(self, have):
        if self.expire and not self.expires:
            return [
                "The table %s lets nothing expire (it has no autoexpire), so expire has no effect"
                % self.table
            ]
        return []


class Table(Area):
    """A whole table: a dict of keys to values.

    :param items: keys to values; what else is there stays unless ``exact``.
    :param absent: keys that must not be there.
    """

    lost = LOST

    def __init__(self, table, items, absent=(), exact=False):
        self.table = table
        self.exact = exact
        self.items = {str(key): item_value(value, str(key)) for key, value in items.items()}
        self.absent = {str(key) for key in absent}
        both = sorted(self.absent & set(self.items))
        if both:
            raise StateError("both in items and absent: %s" % ", ".join(both))

    def read(self, server):
        have = {}
        for slot in server.ask("htable.dump", self.table):
            for item in slot["slot"]:
                name = item["name"]
                if self.exact or name in self.items or name in self.absent:
                    have[name] = item["value"]
        return have

    def want(self, have):
        return dict(self.items)

    def differs(self, have, want):
        return set(have) != set(want) or any(_unlike(have[key], want[key]) for key in want)

    def steps(self, have, want):
        steps = [delete(self.table, key) for key in have if key not in want]
        if steps and self.exact and not want:
            return [Step("htable.flush", self.table)]
        for key, value in want.items():
            if key not in have or _unlike(have[key], value):
                steps.append(store(self.table, key, value))
        return steps

    def hint(self, fault):
        if fault.method == "htable.dump":
            return "Single items can be managed with kamailio_htable_item, whatever the size"
        return ""


def _unlike(left, right):
    return type(left) is not type(right) or left != right
