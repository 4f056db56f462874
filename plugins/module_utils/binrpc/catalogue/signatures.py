# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Types of the parameters of methods that the catalogue does not know.

Kamailio has a method for them, ``system.methodSignature``, which refuses to answer up to 6.1. Where
a server does answer, the answer is read as that of XML-RPC's introspection: signatures, each the
name of the type of the reply and those of the parameters.
"""

from __future__ import annotations

import re

from ..values import Struct
from .names import is_known

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Container, Iterable, Iterator, List, Optional, Sequence

METHOD = "system.methodSignature"

_TYPES = {
    **dict.fromkeys(("int", "i4", "i8", "integer", "boolean", "bool"), "int"),
    **dict.fromkeys(("string", "str", "text"), "str"),
    **dict.fromkeys(("double", "float"), "float"),
}
_REPLIES = {*_TYPES, "array", "struct", "void", "nil", "any", "base64", "datetime.iso8601"}
INT = re.compile(r"\s*[+-]?[0-9]+\s*\Z")
_FLOAT = re.compile(r"\s*[+-]?[0-9]*\.[0-9]+\s*\Z")
_NAMES = {"int": "a whole number", "float": "a number with a fraction", "str": "a text"}


def is_doubtful(value: Any) -> bool:
    """Is it open whether a value is a number or a text of digits?"""
    if isinstance(value, str):
        return bool(INT.match(value) or _FLOAT.match(value))
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def needs_signature(method: str, values: Sequence[Any], said: Container[int]) -> bool:
    """Do the types of the values depend on what the method reads, which is not known?

    :param said: places of the values whose types were said.
    """
    return not is_known(method) and any(
        index not in said and is_doubtful(value) for index, value in enumerate(values)
    )


def settled(
    answer: Sequence[Any], values: Sequence[Any], given: Sequence[Any], said: Container[int]
) -> Optional[List[Any]]:
    """Return the values as the types in an answer of ``system.methodSignature``.

    :param given: the values before their types were guessed, such as words of a command line.
    :param said: places of the values whose types were said.
    :returns: None where the answer tells nothing about a call with this number of parameters.
    """
    kinds = types_in(answer, len(values))
    if kinds is None:
        return None
    return [
        value if index in said else converted(given[index], kind)
        for index, (value, kind) in enumerate(zip(values, kinds))
    ]


def types_in(answer: Sequence[Any], count: int) -> Optional[List[str]]:
    """Return the types of ``count`` parameters from an answer of ``system.methodSignature``.

    :returns: of each ``str``, ``int`` or ``float``; None where the answer tells nothing about a
        call with this number of parameters.
    """
    for names in _signatures(list(answer)):
        types = [_TYPES.get(name, "") for name in names[1:]]
        if names[0] in _REPLIES and len(types) == count and all(types):
            return types
    return None


def _signatures(values: Sequence[Any]) -> Iterator[List[str]]:
    """Yield every list of names, however deep it is."""
    if values and all(isinstance(each, str) for each in values):
        words = [re.split(r"[\s,]+", each.strip().lower()) for each in values]
        if all(len(each) == 1 for each in words):
            yield [each[0] for each in words]
        else:
            yield from words
        return
    for each in values:
        if isinstance(each, Struct):
            yield from _signatures(each.values())
        elif isinstance(each, str):
            yield from _signatures([each])


def converted(value: Any, kind: str) -> Any:
    """Return a value as the type that the method reads; as it is where it does not read as one."""
    if not is_doubtful(value):
        return value
    if kind == "str":
        return str(value)
    if kind == "float":
        return float(value)
    return int(value) if isinstance(value, str) and INT.match(value) else value


def warning(method: str, values: Sequence[Any], said: Iterable[int], remedy: str) -> str:
    """Return a sentence for parameters whose types nothing tells, "" if there are none.

    The values themselves may be secrets, and are not shown.

    :param said: places of the parameters whose types were said.
    :param remedy: how to say the type of a parameter.
    """
    places = set(said)
    shown = [
        "parameter %d as %s" % (index + 1, _NAMES[_kind(value)])
        for index, value in enumerate(values)
        if index not in places and is_doubtful(value)
    ]
    if not shown:
        return ""
    return (
        "The method %s is not in the catalogue, and the server does not tell which types it "
        "reads; sent: %s. %s" % (method, ", ".join(shown), remedy)
    )


def _kind(value: Any) -> str:
    return "str" if isinstance(value, str) else "int" if isinstance(value, int) else "float"
