# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Small records that do not change."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, NoReturn, Tuple


class Frozen:
    """A record of its ``__slots__``: compared by value, and not changed after it was made.

    Data classes would do the same, but importing them takes longer than a short task.
    """

    __slots__: Tuple[str, ...] = ()

    def _set(self, **members: Any) -> None:
        for name, value in members.items():
            object.__setattr__(self, name, value)

    def __setattr__(self, name: str, value: Any) -> NoReturn:
        raise AttributeError("%s does not change: make another one" % type(self).__name__)

    def _members(self) -> Any:
        return tuple(getattr(self, name) for name in self.__slots__)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, type(self)) and bool(self._members() == other._members())

    def __hash__(self) -> int:
        return hash((type(self), repr(self._members())))

    def __repr__(self) -> str:
        members = ["%s=%r" % pair for pair in zip(self.__slots__, self._members())]
        return "%s(%s)" % (type(self).__name__, ", ".join(members))

    # What copies and pickles would do with attributes, they do with slots.
    def __getstate__(self) -> Any:
        return self._members()

    def __setstate__(self, state: Any) -> None:
        self._set(**dict(zip(self.__slots__, state)))
