# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""From the values of a reply to what an operation returns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..core.foreign import whole_or_none
from ..core.values import NULL_TEXT, Struct
from .errors import UnexpectedReply

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any, TypeVar

    from ..core.reply import Reply
    from .models.base import Base

    M = TypeVar("M", bound=Base)


def build(reply: Reply, kind: type[M], value: Any) -> M:
    """Make a model of one value of a reply.

    :raises UnexpectedReply: it does not fit.
    """
    from pydantic import ValidationError

    try:
        if not isinstance(value, (Struct, str, list)):
            raise UnexpectedReply(reply.method, reply, f"{value!r} is no {kind.__name__}")
        return kind.of(value)
    except ValidationError as error:
        raise UnexpectedReply(reply.method, reply, str(error)) from error


def build_all(reply: Reply, kind: type[M], values: Iterable[Any]) -> list[M]:
    """Make a model of each of these values of a reply.

    :raises UnexpectedReply: one does not fit.
    """
    quickly = kind._quick_reader()
    models = []
    for value in values:
        if quickly is not None and type(value) is Struct:
            try:
                models.append(quickly(value))
                continue
            except ValueError:  # pydantic tells what is wrong, if anything is
                pass
        models.append(build(reply, kind, value))
    return models


def one(reply: Reply, kind: type[M]) -> M:
    """Make a model of a reply that has one value."""
    return build(reply, kind, only(reply))


def each(reply: Reply, kind: type[M]) -> list[M]:
    """Make a model of each value of a reply."""
    return build_all(reply, kind, reply)


def rows(reply: Reply, kind: type[M], width: int) -> list[M]:
    """Make a model of every ``width`` values of a reply."""
    if len(reply) % width:
        raise UnexpectedReply(reply.method, reply, f"{len(reply)} values are not {width} for each")
    return [build(reply, kind, reply[i : i + width]) for i in range(0, len(reply), width)]


def records(reply: Reply, kind: type[M], width: int) -> list[M]:
    """Make a model of every ``width`` members of one struct, in which their names repeat."""
    if not reply:
        return []
    members = struct(reply).items()
    parts = [Struct(members[i : i + width]) for i in range(0, len(members), width)]
    return build_all(reply, kind, parts)


def inside(reply: Reply, kind: type[M], *path: str) -> list[M]:
    """Make a model of every member of the last name of the path, in structs of the names before."""
    found: Sequence[Any] = reply
    for name in path:
        found = [value for outer in found for value in _members(reply, outer, name)]
    return build_all(reply, kind, found)


def items(reply: Reply, kind: type[M], name: str) -> list[M]:
    """Make a model of every member of the array of that name."""
    arrays = [array for outer in reply for array in _members(reply, outer, name)]
    return build_all(reply, kind, [value for array in arrays for value in array.values()])


def unwrapped(reply: Reply, kind: type[M], name: str) -> M:
    """Make a model of the member of that name."""
    return build(reply, kind, struct(reply).get(name))


def only(reply: Reply) -> Any:
    """Return the value of a reply that has one.

    :raises UnexpectedReply: it has none, or several.
    """
    if len(reply) != 1:
        raise UnexpectedReply(reply.method, reply, f"{len(reply)} values instead of one")
    return reply[0]


def struct(reply: Reply) -> Struct:
    """Return the struct that is the whole reply."""
    value = only(reply)
    if not isinstance(value, Struct):
        raise UnexpectedReply(reply.method, reply, "no struct")
    return value


def text(reply: Reply) -> str:
    """Return the text that is the whole reply."""
    return _text(reply, only(reply))


def texts(reply: Reply) -> list[str]:
    """Return the texts of a reply."""
    return [_text(reply, value) for value in reply]


def number(reply: Reply) -> int:
    """Return the whole number that is the whole reply."""
    return _number(reply, only(reply))


def number_of(reply: Reply, place: int) -> int:
    """Return the whole number at a place of a reply with several values."""
    if len(reply) <= place:
        raise UnexpectedReply(reply.method, reply, f"{len(reply)} values")
    return _number(reply, reply[place])


def member(reply: Reply, name: str) -> int:
    """Return the whole number of that name in the struct that is the whole reply."""
    return _number(reply, struct(reply).get(name))


def setting(reply: Reply, value: Any) -> int | str | None:
    """Return a value that is a number or a text, None for a text that is not set."""
    if value == NULL_TEXT:
        return None
    return _text(reply, value) if isinstance(value, str) else _number(reply, value)


def settings(reply: Reply) -> dict[str, int | str | None]:
    """Return the members of a struct of numbers and texts."""
    return {name: setting(reply, value) for name, value in _named(struct(reply))}


def numbers(reply: Reply) -> dict[str, int]:
    """Return the members of a struct of numbers, which may be sent as text."""
    return {
        name: _number(reply, value if (number := whole_or_none(value)) is None else number)
        for name, value in _named(struct(reply))
    }


def _named(value: Struct) -> Iterable[tuple[str, Any]]:
    return [(name, member) for name, member in value.items() if name is not None]


def _members(reply: Reply, outer: Any, name: str) -> list[Any]:
    if not isinstance(outer, Struct):
        raise UnexpectedReply(reply.method, reply, f"no struct around {name}")
    return outer.get_all(name)


def _text(reply: Reply, value: Any) -> str:
    if not isinstance(value, str):
        raise UnexpectedReply(reply.method, reply, f"{value!r} is not text")
    return value


def _number(reply: Reply, value: Any) -> int:
    if isinstance(value, (int, float)) and value == value // 1:
        return int(value)
    raise UnexpectedReply(reply.method, reply, f"{value!r} is not a whole number")
