# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Leaves: the smallest things that are wanted or left alone, each with an address and a value.

A value is known, or one of three markers. :data:`ABSENT` is a value like others. :data:`UNKNOWN`
and :data:`TOO_LARGE` equal nothing, not even themselves, when states are compared, and are never
written: the server does not show that value, or it shows that there is one and cannot send it.

Leaves go to JSON and back without loss: types, 64-bit numbers, bytes that are not UTF-8, order.
Only secrets stay behind: :func:`load` gets them from where they came from, or returns what can be
compared with them (:class:`Sealed`), or UNKNOWN.
"""

from __future__ import annotations

from ..catalogue.secrets import HIDDEN

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Dict, Iterable, Mapping, Optional, Protocol, Tuple, Union

    Address = Tuple[Union[str, int], ...]
    Resolve = Callable[[Mapping[str, Any]], Any]

    class Seal(Protocol):
        """Makes seals: digests with which a secret can be recognised."""

        def __call__(self, secret: Any) -> str: ...

        def made(self, mark: Any) -> bool:
            """Was a seal made with the same key?"""

    Base = Dict[Address, Any]
else:
    Base = dict


class Marker:
    """A value that is not a value of the server."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name

    def __repr__(self) -> str:
        return self.name

    def __reduce__(self) -> str:
        return self.name.upper().replace(" ", "_")


ABSENT = Marker("absent")
UNKNOWN = Marker("unknown")
TOO_LARGE = Marker("too large")
MARKERS = {"absent": ABSENT, "unknown": UNKNOWN, "too large": TOO_LARGE}


class Secret:
    """A value that is compared and sent, but never shown.

    :param source: where it comes from, such as ``{"env": "TRUNK1"}``: what journals and plans
        have in its place. None if it cannot be had again.
    """

    __slots__ = ("source", "value")

    def __init__(self, value: Any, source: Optional[Mapping[str, Any]] = None) -> None:
        self.value = value
        self.source = source

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Sealed):
            return other == self
        return isinstance(other, Secret) and other.value == self.value

    def __hash__(self) -> int:
        return hash(self.value)

    def __repr__(self) -> str:
        return HIDDEN


class Sealed(Secret):
    """A secret known by its seal only: it can be compared, and not be sent.

    :param mark: its seal.
    :param seal: makes seals with the same key.
    """

    __slots__ = ("mark", "seal")

    def __init__(self, mark: str, seal: Seal, source: Optional[Mapping[str, Any]] = None) -> None:
        super().__init__(UNKNOWN, source)
        self.mark = mark
        self.seal = seal

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Sealed):
            return other.mark == self.mark
        return isinstance(other, Secret) and self.seal(other.value) == self.mark

    __hash__ = None  # type: ignore[assignment]


class Leaves(Base):
    """Values by address, as one reading found them.

    :ivar neighbours: leaves of the same scope that are not wanted, but that a write may disturb.
    :ivar learned: values that leaves had before a write, as the reply to the write tells.
    :ivar facts: what else the reading told: set by the server, so it never differs from a wish.
    """

    def __init__(
        self,
        leaves: Optional[Mapping[Address, Any]] = None,
        neighbours: Optional[Mapping[Address, Any]] = None,
        learned: Optional[Mapping[Address, Any]] = None,
        **facts: Any,
    ) -> None:
        super().__init__(leaves or {})
        self.neighbours: Dict[Address, Any] = dict(neighbours or {})
        self.learned: Dict[Address, Any] = dict(learned or {})
        self.facts: Dict[str, Any] = facts

    def at(self, address: Address) -> Any:
        """Return the value, also of a neighbour; ABSENT where there is none."""
        if address in self:
            return self[address]
        return self.neighbours.get(address, ABSENT)

    def merged(self, *others: Mapping[Address, Any]) -> Leaves:
        """Return a copy in which others have their say; what is ABSENT there is left out."""
        leaves = dict(self)
        for other in others:
            leaves.update(other)
        leaves = {address: value for address, value in leaves.items() if value is not ABSENT}
        return Leaves(leaves, self.neighbours, self.learned, **self.facts)


def text_of(address: Address) -> str:
    """Return an address as it stands in messages.

    >>> text_of(("htable", "features", "old item")), text_of(("dispatcher", 1, "sip:h", "state"))
    ('htable.features["old item"]', 'dispatcher.1["sip:h"].state')
    """
    text = ""
    for part in address:
        word = str(part)
        if word.replace("_", "a").isalnum():
            text += "." + word if text else word
        else:
            text += '["%s"]' % word.replace("\\", "\\\\").replace('"', '\\"')
    return text


def dump(value: Any, seal: Optional[Seal] = None) -> Any:
    """Return a value in what JSON has.

    :param seal: makes seals of secrets. Without it, one cannot be recognised later.
    """
    if isinstance(value, Marker):
        return {"$": value.name}
    if isinstance(value, Secret):
        return _dump_secret(value, seal)
    if isinstance(value, tuple):
        return {"$": "tuple", "items": [dump(each, seal) for each in value]}
    if isinstance(value, list):
        return [dump(each, seal) for each in value]
    if isinstance(value, dict):
        if "$" in value or not all(isinstance(key, str) for key in value):
            items = [[dump(key, seal), dump(each, seal)] for key, each in value.items()]
            return {"$": "dict", "items": items}
        return {key: dump(each, seal) for key, each in value.items()}
    return value


def _dump_secret(secret: Secret, seal: Optional[Seal]) -> Dict[str, Any]:
    data: Dict[str, Any] = {"$": "secret"}
    if secret.source:
        data["source"] = dict(secret.source)
    if isinstance(secret, Sealed):
        data["mark"] = secret.mark
    elif secret.value in ("", None):
        data["empty"] = True  # there is none
    elif seal is not None and secret.value is not UNKNOWN:
        data["mark"] = seal(secret.value)
    return data


def load(data: Any, resolve: Optional[Resolve] = None, seal: Optional[Seal] = None) -> Any:
    """Undo :func:`dump`.

    :param resolve: gets the source of a secret and returns its value. Without it, and for a
        secret without a source, the value is Sealed, or UNKNOWN if it has no seal.
    :param seal: makes seals with the same key as when it was dumped. A secret that is not what it
        was then is Sealed.
    """
    if isinstance(data, list):
        return [load(each, resolve, seal) for each in data]
    if not isinstance(data, dict):
        return data
    kind = data.get("$")
    if kind is None:
        return {key: load(each, resolve, seal) for key, each in data.items()}
    if kind == "tuple":
        return tuple(load(each, resolve, seal) for each in data["items"])
    if kind == "dict":
        items = data["items"]
        return {load(key, resolve, seal): load(each, resolve, seal) for key, each in items}
    if kind == "secret":
        return _load_secret(data, resolve, seal)
    return MARKERS.get(kind, UNKNOWN)


def _load_secret(data: Mapping[str, Any], resolve: Optional[Resolve], seal: Optional[Seal]) -> Any:
    if data.get("empty") is True:
        return Secret("")
    source, mark = data.get("source"), data.get("mark")
    comparable = seal is not None and seal.made(mark)
    found: Any = UNKNOWN
    if resolve is not None and source is not None:
        found = Secret(resolve(source), source)
        if not comparable or seal is None or seal(found.value) == mark:
            return found
    if comparable and seal is not None and isinstance(mark, str):
        return Sealed(mark, seal, source)
    return found


def dump_leaves(leaves: Mapping[Address, Any], seal: Optional[Seal] = None) -> Any:
    """Return leaves, without what else their reading told, in what JSON has."""
    return [[list(address), dump(value, seal)] for address, value in leaves.items()]


def load_leaves(
    data: Iterable[Any], resolve: Optional[Resolve] = None, seal: Optional[Seal] = None
) -> Leaves:
    """Undo :func:`dump_leaves`."""
    return Leaves({tuple(address): load(value, resolve, seal) for address, value in data})
