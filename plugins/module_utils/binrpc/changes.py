# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""What changed between two replies in the JSON view: items by their keys, not by position.

Kamailio's lists have no order to rely on: what is a list here is mostly a table there, of which
one member names the row. A change is therefore told of the innermost row that it is in.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, FrozenSet, Iterable, Iterator, List, Optional, Tuple

    Identity = Tuple[str, ...]

KEYS = (
    "SET.ID",
    "DEST.URI",
    "set_id,uri",
    "Domain.Domain",
    "Info.AoR",
    "Contact.Address",
    "shv.name",
    "l_uuid",
    "call-id",
    "h_entry,h_id",
    "url",
    "host,port",
    "entry",
    "name",
    "table",
    "PID",
    "id",
)
"""Members that name a row in replies of Kamailio 5.6 to 6.1, the first that fits counts."""

ABSENT = object()
"""Stands for a member that is not there."""


class Change:
    """One difference.

    :ivar kind: ``added``, ``removed`` or ``changed``.
    :ivar place: where, in the notation of paths: ``RECORDS.[SET.ID=1].SET.TARGETS``.
    :ivar keys: the keys of the rows on the way, by the name of the member: ``{"SET.ID": 1}``.
    :ivar old: the row or value before; None if it was added.
    :ivar new: the row or value now; None if it was removed.
    :ivar members: paths inside the row that differ, if it is ``changed`` and has such.
    """

    __slots__ = ("depth", "keys", "kind", "members", "new", "old", "place")

    def __init__(
        self,
        kind: str,
        place: str,
        keys: Dict[str, Any],
        old: Any = None,
        new: Any = None,
        members: Iterable[str] = (),
    ) -> None:
        self.kind = kind
        self.place = place
        self.keys = keys
        self.old = old
        self.new = new
        self.members = list(members)
        self.depth = 0

    def __repr__(self) -> str:
        return "<Change %s %s: %r -> %r>" % (self.kind, self.place, self.old, self.new)


def compare(
    old: Any, new: Any, keys: Iterable[str] = KEYS, ignore: Iterable[str] = ()
) -> List[Change]:
    """Return the changes from one value to another.

    :param old: and ``new``: values in the JSON view.
    :param keys: what may name a row: paths of members such as ``SET.ID``, or several with commas
        between them. For each list the first counts that all its rows have.
    :param ignore: names of members whose changes do not count, wherever they are.
    """
    names = [key.split(",") for key in keys]
    return list(_Comparison(names, frozenset(ignore)).of(old, new, "", {}))


class _Comparison:
    def __init__(self, keys: List[List[str]], ignore: FrozenSet[str]) -> None:
        self._keys = keys
        self._ignore = ignore

    def of(self, old: Any, new: Any, place: str, keys: Dict[str, Any]) -> Iterator[Change]:
        if isinstance(old, dict) and isinstance(new, dict):
            for name in [*old, *(name for name in new if name not in old)]:
                if name in self._ignore:
                    continue
                inner = _joined(place, str(name))
                if name not in old:
                    yield Change("added", inner, keys, new=new[name])
                elif name not in new:
                    yield Change("removed", inner, keys, old=old[name])
                else:
                    yield from self.of(old[name], new[name], inner, keys)
        elif isinstance(old, list) and isinstance(new, list):
            yield from self._of_lists(old, new, place, keys)
        elif type(old) is not type(new) or old != new:  # True is not 1
            yield Change("changed", place, keys, old, new)

    def _of_lists(
        self, old: List[Any], new: List[Any], place: str, keys: Dict[str, Any]
    ) -> Iterator[Change]:
        names = self._naming([*old, *new])
        if names is None:
            yield from self._of_bags(old, new, place, keys)
            return
        before, after = _rows(old, names), _rows(new, names)
        for identity in [*before, *(each for each in after if each not in before)]:
            old_row, new_row = before.get(identity, ABSENT), after.get(identity, ABSENT)
            row = old_row if new_row is ABSENT else new_row
            inner = dict(keys, **{name: _member(row, name) for name in names})
            where = _joined(place, _choice(row, names))
            if new_row is ABSENT:
                found = [Change("removed", where, inner, old=old_row)]
            elif old_row is ABSENT:
                found = [Change("added", where, inner, new=new_row)]
            else:
                found = self._of_rows(old_row, new_row, where, inner)
            for change in found:
                change.depth += 1
                yield change

    def _of_rows(self, old: Any, new: Any, place: str, keys: Dict[str, Any]) -> List[Change]:
        """Return the changes of rows further inside, and one for the rest of this row."""
        deeper, members = [], []
        for change in self.of(old, new, place, keys):
            if change.depth:
                deeper.append(change)
            else:
                members.append(change.place[len(place) + 1 :])
        if members:
            deeper.append(Change("changed", place, keys, old, new, dict.fromkeys(members)))
        return deeper

    def _of_bags(
        self, old: List[Any], new: List[Any], place: str, keys: Dict[str, Any]
    ) -> Iterator[Change]:
        """Compare lists in which nothing names the items, whatever their order."""
        gone, come = _without_equals(old, new)
        rest, come = come, []
        for item in rest:
            for index, other in enumerate(gone):
                if not any(self.of(other, item, place, keys)):
                    del gone[index]
                    break
            else:
                come.append(item)
        if len(gone) == 1 and len(come) == 1 and len(old) == len(new) == 1:
            yield from self.of(gone[0], come[0], _joined(place, "0"), keys)
            return
        for item in gone:
            yield Change("removed", place, keys, old=item)
        for item in come:
            yield Change("added", place, keys, new=item)

    def _naming(self, rows: List[Any]) -> Optional[List[str]]:
        """Return the members that name the rows of a list, None if nothing does."""
        if not rows or not all(isinstance(row, dict) for row in rows):
            return None
        for names in self._keys:
            if all(_is_key(_member(row, name)) for row in rows for name in names):
                return names
        return None


def _is_key(value: Any) -> bool:
    return isinstance(value, (str, int, float))


def _member(row: Any, path: str) -> Any:
    """Return a member by its dotted path; a name with dots in it is found as well."""
    if not isinstance(row, dict):
        return ABSENT
    if path in row:
        return row[path]
    first, dot, rest = path.partition(".")
    return _member(row.get(first, ABSENT), rest) if dot else ABSENT


def _rows(items: List[Any], names: List[str]) -> Dict[Identity, Any]:
    """Number rows of the same name, so that none is lost."""
    found: Dict[Identity, Any] = {}
    for item in items:
        texts = [str(_member(item, name)) for name in names]
        number = 1
        identity = (*texts, str(number))
        while identity in found:
            number += 1
            identity = (*texts, str(number))
        found[identity] = item
    return found


def _choice(row: Any, names: List[str]) -> str:
    return "[%s]" % ",".join("%s=%s" % (name, _member(row, name)) for name in names)


def _without_equals(old: List[Any], new: List[Any]) -> Tuple[List[Any], List[Any]]:
    """Take away what is in both; repr() tells 1 from True and "1"."""
    count: Dict[str, int] = {}
    for item in new:
        count[repr(item)] = count.get(repr(item), 0) + 1
    gone = []
    for item in old:
        if count.get(repr(item)):
            count[repr(item)] -= 1
        else:
            gone.append(item)
    come = []
    for item in reversed(new):
        if count[repr(item)]:
            count[repr(item)] -= 1
            come.append(item)
    return gone, come[::-1]


def _joined(place: str, step: str) -> str:
    return "%s.%s" % (place, step) if place else step
