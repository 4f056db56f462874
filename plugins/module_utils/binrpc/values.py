# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Python values for binrpc records.

==========  =================================================================
record      Python
==========  =================================================================
int         int, signed by default; :func:`unsigned` gives the other view
str         str; bytes that are not UTF-8 survive as surrogate escapes
double      float; :class:`Fixed` where a float cannot hold all digits
struct      :class:`Struct`
array       list (the ctl module never sends one)
bytes       bytes (the ctl module never sends one)
avp         a member of a Struct; :class:`Avp` only to build odd packets
==========  =================================================================
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import (
        Any,
        Callable,
        Dict,
        Iterable,
        Iterator,
        List,
        Mapping,
        Optional,
        Tuple,
        Union,
    )

    Members = Union["Struct", Mapping[str, Any], Iterable[Tuple[Optional[str], Any]]]

_SMALL = 32  # names and values in a struct that is searched without a table
_DONE = object()  # the key of the number of list items that the table knows

_track: Optional[Callable[[Struct], None]] = None
"""Set by the compiled decoder, which hides from the cyclic collector what only a change can tie."""


class Struct:
    """A struct record: members in order, names may repeat, members may have no name.

    Kamailio repeats names (``dispatcher.list`` has one ``SET`` member per set) and sends
    what its source calls an array as a struct of members without names
    (docs/protocol.md#arrays-as-structs), so a dict would lose data. A Struct still reads
    like a mapping: ``s["ID"]``, ``"ID" in s``, ``s.get("ID")``, ``s.items()``; with a
    repeated name these give the first member, and :meth:`get_all` gives them all. Iterating
    gives the names, None where there is none.

    :param members: pairs ``(name or None, value)``, a mapping, or another Struct.
    :param named: further members, appended in order.
    """

    __slots__ = ("_first", "_flat")
    __hash__ = None  # type: ignore[assignment]
    _flat: List[Any]
    # Where a name is found first, for structs that are searched and large; members are only added.
    _first: Dict[Optional[str], int]

    def __init__(self, members: Members = (), /, **named: Any) -> None:
        # One list [name, value, name, value, ...]: a list of tuples would cost the
        # garbage collector one object per member.
        if isinstance(members, Struct):
            flat = list(members._flat)
        else:
            pairs: Any = members.items() if hasattr(members, "items") else members
            flat = [part for name, value in pairs for part in (name, value)]
        for item in named.items():
            flat.extend(item)
        self._flat = flat

    @classmethod
    def of(cls, *values: Any) -> Struct:
        """Build a struct of members without names: Kamailio's form of an array."""
        return cls((None, value) for value in values)

    def add(self, name: Optional[str], value: Any) -> None:
        """Append a member; ``name`` None makes it a bare value."""
        if _track is not None:
            _track(self)
        self._flat += (name, value)

    def _find(self, name: object) -> int:
        """Return where the first member of that name is in the list, or -1."""
        flat = self._flat
        if len(flat) <= _SMALL:
            for index in range(0, len(flat), 2):
                if flat[index] == name:
                    return index
            return -1
        try:
            first = self._first
        except AttributeError:
            first = self._first = {}
        # None is there once per index, so a change is seen by the number of names gone through.
        done = first.get(_DONE, 0)  # type: ignore[call-overload]
        if done < len(flat):
            for index in range(done, len(flat), 2):
                first.setdefault(flat[index], index)
            first[_DONE] = len(flat)  # type: ignore[index]
        try:
            return first.get(name, -1)  # type: ignore[call-overload, no-any-return]
        except TypeError:  # not hashable, so no name
            return -1

    def __getitem__(self, name: Optional[str]) -> Any:
        index = self._find(name)
        if index < 0:
            raise KeyError(name)
        return self._flat[index + 1]

    def get(self, name: Optional[str], default: Any = None) -> Any:
        """Return the first member of that name, or ``default``."""
        index = self._find(name)
        return default if index < 0 else self._flat[index + 1]

    def get_all(self, name: Optional[str]) -> List[Any]:
        """Return every member of that name in order; None asks for the unnamed ones."""
        flat = self._flat
        return [flat[i + 1] for i in range(0, len(flat), 2) if flat[i] == name]

    def keys(self) -> List[Optional[str]]:
        """Names in order, repeated as often as they occur, None for a bare value."""
        return self._flat[::2]

    def values(self) -> List[Any]:
        """Values in order, those without a name included."""
        return self._flat[1::2]

    def items(self) -> List[Tuple[Optional[str], Any]]:
        """All ``(name or None, value)`` pairs in order: the view that loses nothing."""
        return list(zip(self._flat[::2], self._flat[1::2]))

    def __iter__(self) -> Iterator[Optional[str]]:
        return iter(self._flat[::2])

    def __len__(self) -> int:
        return len(self._flat) // 2

    def __contains__(self, name: object) -> bool:
        return self._find(name) >= 0

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Struct):
            return self._flat == other._flat
        return NotImplemented

    def __reduce__(self):  # type: ignore[no-untyped-def]
        return type(self), (self.items(),)

    def __repr__(self) -> str:
        return "Struct(%r)" % (self.items(),)


class Avp:
    """A name record and its value outside a struct.

    No server sends or accepts this (docs/protocol.md#structs); it exists to build odd packets.
    """

    __slots__ = ("name", "value")

    def __init__(self, name: str, value: Any) -> None:
        self.name = name
        self.value = value

    def __repr__(self) -> str:
        return "Avp(%r, %r)" % (self.name, self.value)


class Fixed(float):
    """A double record whose 64-bit fixed-point number has more digits than a float.

    ``raw`` is the exact number of thousandths. Decoding gives a Fixed only where
    re-encoding the plain float would change the bytes, that is far above 2**50 thousandths.

    :param raw: thousandths, ``-2**63`` to ``2**63 - 1``.
    """

    __slots__ = ("raw",)
    raw: int

    def __new__(cls, raw: int) -> Fixed:
        self = super().__new__(cls, raw / 1000)
        self.raw = raw
        return self

    def __getnewargs__(self) -> Tuple[int]:
        return (self.raw,)

    def __repr__(self) -> str:
        return "Fixed(%d)" % self.raw


def unsigned(value: int) -> int:
    """Return the unsigned view of an int record: -1 reads as 4294967295.

    The wire does not say which of the two the server meant (docs/protocol.md#integers).
    """
    return value & 0xFFFFFFFF


def signed(value: int) -> int:
    """Return the signed view of an int record: 4294967295 reads as -1."""
    value &= 0xFFFFFFFF
    return value - 0x100000000 if value & 0x80000000 else value


NULL_TEXT = "<null string>"
"""Text that ctl sends in place of a missing one."""

UNSET_TEXTS = (NULL_TEXT, "none", ".", "[not set]")
"""How the server shows a text that is not set; which of them depends on the method."""


def set_text(text: str) -> str:
    """Return a text of a reply, or "" where the server's text means that there is none."""
    return "" if text in UNSET_TEXTS else text
