# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""The differences between two replies in the JSON view: rows by their keys, not by position.

Kamailio's lists have no reliable order: most are tables, and a member or two name each row. A
change therefore names the innermost row that contains it, wherever the row stands in its list.

Two replies without a difference are equal up to the order of their lists, and only those are:
see :func:`fingerprint`. That holds for a reply of any shape.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, FrozenSet, Iterable, Iterator, List, Optional, Tuple

    Numbered = Tuple[int, Any]

KEYS = (
    "SET.ID",
    "DEST.URI",
    "DEST.URI,DEST.ATTRS.DUID",
    "set_id,uri",
    "set_id,uri,duid",
    "Domain.Domain",
    "Info.AoR",
    "AoR",
    "Contact.Address",
    "Contact.Ruid",
    "shv.name",
    "func.name",
    "alias.proto,alias.address,alias.port",
    "group,item.ip,item.mask,item.port",
    "group,item.ip,item.port",
    "group name,variable name",
    "tname,tprefix",
    "l_uuid",
    "call-id",
    "h_entry,h_id",
    "set,url",
    "setid,url",
    "url",
    "host,port",
    "lcr_id,gw_id",
    "lcr_id,rule_id",
    "gw_index",
    "name",
    "name,type",
    "domain",
    "did",
    "uri",
    "prefix",
    "PID",
    "pid",
    "id",
    "entry",
    "table",
)
"""Members that name a row in replies of Kamailio 5.6 to 6.1; the first that fits counts."""

SLOTS = {"slot": ("entry", "size")}
"""Members that hold the rows of one slot of a hash, and those that stand beside them."""

COUNTS = ("NRSETS", "Stats")
"""Members that count the rows beside them."""

GENERATED = {"dispatcher.list": ("IDX", "IUID")}
"""By method: members that the server makes again with each change, and that say nothing of it."""

ABSENT = object()
"""Stands for a member that is not there."""

_SIGNS = {"added": "+", "removed": "-", "changed": "~"}


class Change:
    """One difference. ``str()`` describes it in one line.

    :ivar kind: ``added``, ``removed`` or ``changed``.
    :ivar place: where, in the notation of paths: ``RECORDS.[SET.ID=1].SET.TARGETS``.
    :ivar keys: the keys of the rows on the way, by the name of the member: ``{"SET.ID": 1}``.
    :ivar old: the row or value before; None if it was added.
    :ivar new: the row or value now; None if it was removed.
    :ivar members: paths inside the row that differ, if it is ``changed`` and has such.
    """

    __slots__ = ("depth", "keys", "kind", "members", "new", "old", "parts", "place")

    def __init__(
        self,
        kind: str,
        place: str,
        keys: Dict[str, Any],
        old: Any = None,
        new: Any = None,
        parts: Iterable[Change] = (),
    ) -> None:
        self.kind = kind
        self.place = place
        self.keys = keys
        self.old = old
        self.new = new
        self.parts = list(parts)
        self.members = list(dict.fromkeys(part.place[len(place) + 1 :] for part in self.parts))
        self.depth = 0

    def to_json(self) -> Dict[str, Any]:
        """Return the difference as plain data."""
        names = ("kind", "place", "keys", "members", "old", "new")
        return {name: getattr(self, name) for name in names}

    def __repr__(self) -> str:
        return "<Change %s %s: %r -> %r>" % (self.kind, self.place, self.old, self.new)

    def __str__(self) -> str:
        if self.depth:
            row = " ".join("%s=%s" % pair for pair in self.keys.items())
        else:  # a value that is in no row
            row = ".".join("[%s]" % s if s.isdigit() else s for s in self.place.split("."))
        text = ": ".join(filter(None, (row, self._content())))
        return "%s %s" % (_SIGNS[self.kind], text.replace("\n", "\\n"))

    def _content(self) -> str:
        if self.kind == "changed":
            if not self.parts:
                return "%s -> %s" % (_shown(self.old), _shown(self.new))
            cut = len(self.place) + 1
            return ", ".join(filter(None, (part._inside(cut) for part in self.parts)))
        row = self.new if self.kind == "added" else self.old
        names = self.keys if self.depth else ()
        return ", ".join(
            "%s=%s" % (path, _shown(value)) if path else _shown(value)
            for path, value in _leaves(row)
            if path not in names
        )

    def _inside(self, cut: int) -> str:
        name = self.place[cut:]
        if self.kind == "added":
            return "%s + %s" % (name, _shown(self.new))
        if self.kind == "removed":
            return "%s - %s" % (name, _shown(self.old))
        return "%s %s -> %s" % (name, _shown(self.old), _shown(self.new))


def compare(
    old: Any, new: Any, keys: Iterable[str] = KEYS, ignore: Iterable[str] = ()
) -> List[Change]:
    """Return the changes from one value to another.

    :param old: and ``new``: values in the JSON view.
    :param keys: what may name a row: paths of members such as ``SET.ID``, or several with commas
        between them. For each list the first counts that all its rows have and that tells them
        apart; if none does, the first that all its rows have.
    :param ignore: names of members whose changes do not count, wherever they are.
    """
    names = [key.split(",") for key in keys]
    return list(_Comparison(names, frozenset(ignore)).of(old, new, "", {}))


def fingerprint(value: Any, ignore: Iterable[str] = ()) -> str:
    """Return a text that is the same for values without a difference, and only for those.

    >>> fingerprint([{"a": 1, "b": 2}, "x"]) == fingerprint(["x", {"b": 2, "a": 1}])
    True
    >>> fingerprint([1]) == fingerprint([True])
    False
    """
    ignored = frozenset(ignore)
    if isinstance(value, dict):
        members = [
            "%r:%s" % (name, fingerprint(member, ignored))
            for name, member in value.items()
            if name not in ignored
        ]
        return "{%s}" % ",".join(sorted(members))
    if isinstance(value, list):
        return "[%s]" % ",".join(sorted(fingerprint(item, ignored) for item in value))
    return repr(value)  # tells 1 from True and "1"


class _Comparison:
    def __init__(self, keys: List[List[str]], ignore: FrozenSet[str]) -> None:
        self._keys = keys
        self._ignore = ignore

    def of(self, old: Any, new: Any, place: str, keys: Dict[str, Any]) -> Iterator[Change]:
        if isinstance(old, dict) and isinstance(new, dict):
            yield from self._of_structs(old, new, place, keys)
        elif isinstance(old, list) and isinstance(new, list):
            yield from self._of_lists(old, new, place, keys)
        elif self._print(old) != self._print(new):
            yield Change("changed", place, keys, old, new)

    def _print(self, value: Any) -> str:
        return fingerprint(value, self._ignore)

    def _of_structs(
        self, old: Dict[str, Any], new: Dict[str, Any], place: str, keys: Dict[str, Any]
    ) -> Iterator[Change]:
        names = [*old, *(name for name in new if name not in old)]
        rows = False
        # A count follows from the rows, so it is reported only where no row came or went.
        for name in sorted(names, key=lambda name: name in COUNTS):
            if name in self._ignore or (rows and name in COUNTS):
                continue
            for change in self._of_member(old, new, name, place, keys):
                rows = rows or (change.depth > 0 and change.kind != "changed")
                yield change

    def _of_member(
        self,
        old: Dict[str, Any],
        new: Dict[str, Any],
        name: str,
        place: str,
        keys: Dict[str, Any],
    ) -> Iterator[Change]:
        inner = _joined(place, str(name))
        if name not in old:
            yield Change("added", inner, keys, new=new[name])
        elif name not in new:
            yield Change("removed", inner, keys, old=old[name])
        else:
            yield from self.of(old[name], new[name], inner, keys)

    def _of_lists(
        self, old: List[Any], new: List[Any], place: str, keys: Dict[str, Any]
    ) -> Iterator[Change]:
        member = _slots([*old, *new])
        if member is not None:
            changes = list(self._of_lists(_inside(old, member), _inside(new, member), place, keys))
            if changes:
                yield from changes
                return
            # The same rows in other slots: that shows only in the slots themselves.
        names = self._naming(old, new)
        if names is None:
            yield from self._of_bags(old, new, place, keys)
        else:
            yield from self._of_tables(old, new, names, place, keys)

    def _of_tables(
        self,
        old: List[Any],
        new: List[Any],
        names: List[str],
        place: str,
        keys: Dict[str, Any],
    ) -> Iterator[Change]:
        before, after = _by_name(old, names), _by_name(new, names)
        for identity in [*before, *(each for each in after if each not in before)]:
            gone, come = self._without_equals(before.get(identity, []), after.get(identity, []))
            for index in range(max(len(gone), len(come))):
                old_row = gone[index][1] if index < len(gone) else ABSENT
                new_row = come[index][1] if index < len(come) else ABSENT
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
        deeper: List[Change] = []
        parts: List[Change] = []
        for change in self.of(old, new, place, keys):
            (deeper if change.depth else parts).append(change)
        if parts:
            deeper.append(Change("changed", place, keys, old, new, parts))
        return deeper

    def _of_bags(
        self, old: List[Any], new: List[Any], place: str, keys: Dict[str, Any]
    ) -> Iterator[Change]:
        """Compare lists in which nothing names the items, whatever their order."""
        gone, come = self._without_equals(list(enumerate(old)), list(enumerate(new)))
        if len(old) == len(new) and [at for at, _item in gone] == [at for at, _item in come]:
            # All others stayed where they are, so these did as well.
            for (index, item), (_index, other) in zip(gone, come):
                yield from self.of(item, other, _joined(place, str(index)), keys)
            return
        for _index, item in gone:
            yield Change("removed", place, keys, old=item)
        for _index, item in come:
            yield Change("added", place, keys, new=item)

    def _without_equals(
        self, old: List[Numbered], new: List[Numbered]
    ) -> Tuple[List[Numbered], List[Numbered]]:
        """Take away what is in both, first of all what is at the same place in both."""
        before = [(number, self._print(item), item) for number, item in old]
        after = [(number, self._print(item), item) for number, item in new]
        same = {(number, text) for number, text, _item in before}
        same.intersection_update((number, text) for number, text, _item in after)
        count: Dict[str, int] = {}
        rest = [each for each in after if each[:2] not in same]
        for _number, text, _item in rest:
            count[text] = count.get(text, 0) + 1
        gone = []
        for number, text, item in before:
            if (number, text) in same:
                continue
            if count.get(text):
                count[text] -= 1
            else:
                gone.append((number, item))
        come = []
        for number, text, item in reversed(rest):
            if count[text]:
                count[text] -= 1
                come.append((number, item))
        return gone, come[::-1]

    def _naming(self, old: List[Any], new: List[Any]) -> Optional[List[str]]:
        """Return the members that name the rows of two lists, None if nothing does."""
        rows = [*old, *new]
        if not rows or not all(isinstance(row, dict) for row in rows):
            return None
        fitting = [
            names
            for names in self._keys
            if all(_is_key(_member(row, name)) for row in rows for name in names)
        ]
        for names in fitting:
            if all(len(_by_name(side, names)) == len(side) for side in (old, new)):
                return names
        return fitting[0] if fitting else None


def _slots(rows: List[Any]) -> Optional[str]:
    """Return the member with the rows of a slot, if these are all slots of a hash."""
    for member, beside in SLOTS.items():
        if rows and all(
            isinstance(row, dict)
            and isinstance(row.get(member), list)
            and beside[0] in row
            and all(name == member or name in beside for name in row)
            for row in rows
        ):
            return member
    return None


def _inside(slots: List[Any], member: str) -> List[Any]:
    return [row for slot in slots for row in slot[member]]


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


def _by_name(items: List[Any], names: List[str]) -> Dict[Tuple[str, ...], List[Numbered]]:
    found: Dict[Tuple[str, ...], List[Numbered]] = {}
    for item in items:
        rows = found.setdefault(tuple(repr(_member(item, name)) for name in names), [])
        rows.append((len(rows), item))
    return found


def _choice(row: Any, names: List[str]) -> str:
    return "[%s]" % ",".join("%s=%s" % (name, _member(row, name)) for name in names)


def _joined(place: str, step: str) -> str:
    return "%s.%s" % (place, step) if place else step


def _leaves(value: Any, place: str = "") -> Iterator[Tuple[str, Any]]:
    if isinstance(value, dict) and value:
        for name, member in value.items():
            yield from _leaves(member, _joined(place, str(name)))
    elif isinstance(value, list) and value:
        for index, item in enumerate(value):
            yield from _leaves(item, _joined(place, str(index)))
    else:
        yield place, value


def _shown(value: Any) -> str:
    return ", ".join("%s=%s" % (path, leaf) if path else str(leaf) for path, leaf in _leaves(value))
