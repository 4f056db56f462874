# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Turning arguments into the parameters that a method reads."""

from __future__ import annotations

from .. import wire
from ..errors import EncodeError
from .lookup import find
from .secrets import HIDDEN, secret_params
from .signatures import INT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, List, Mapping, Optional, Sequence

    from .notation import Method, Param

WANTED = {"str": "a text", "int": "a whole number", "float": "a number"}


class AsIs:
    """A parameter that :func:`bind` leaves as it is, for those who know better."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value


def bind(
    method: str, args: Sequence[Any] = (), kwargs: Optional[Mapping[str, Any]] = None
) -> List[Any]:
    """Turn arguments into the parameters to send, each of the type that the method reads.

    A number where a text is wanted becomes that text, a text that reads as the wanted number
    becomes the number. Parameters may be given by name; one that is None counts as left out.
    The parameters of a method that is not known stay as they are.

    >>> bind("htable.get", ["t", 5]), bind("htable.setxi", ["t", "k", "7"], {"expire": "60"})
    (['t', '5'], ['t', 'k', 7, 60])

    :raises EncodeError: something is missing, too much, or does not read as what is wanted.
    """
    found = find(method)
    if found is None:
        if kwargs:
            raise EncodeError(
                "the names of the parameters of %s are not known here; give them in order" % method
            )
        return [value.value if isinstance(value, AsIs) else value for value in args]
    values = _in_order(found, list(args), dict(kwargs or {}))
    bound: List[Any] = []
    for index, value in enumerate(values):
        param = found.params[min(index, len(found.params) - 1)]
        kind = param.type
        if param.typed_by:
            names = [other.name for other in found.params]
            kind = "int" if bound[names.index(param.typed_by)] == "int" else "str"
        bound.append(_convert(found, bound, param, kind, value))
    return bound


def _in_order(method: Method, args: List[Any], named: Dict[str, Any]) -> List[Any]:
    """Positional and named arguments as one list, gaps filled where that is allowed."""
    params = method.params
    rest: List[Any] = []
    if params and params[-1].repeated:
        rest = args[len(params) - 1 :]
        args = args[: len(params) - 1]
        params = params[:-1]
        more = named.pop(method.params[-1].name, None)
        if more is not None:
            rest += more if isinstance(more, (list, tuple)) else [more]
    if len(args) > len(params):
        raise EncodeError(
            "%s: %d parameters are too many; use: %s. A value with blanks is one parameter and "
            "needs quotes on a command line" % (method.name, len(args), method.signature)
        )
    given = dict(zip([param.name for param in params], args))
    for name, value in named.items():
        if name in given:
            raise EncodeError("%s: the parameter %s is given twice" % (method.name, name))
        if name not in [param.name for param in params]:
            raise EncodeError(
                "%s has no parameter %s; use: %s" % (method.name, name, method.signature)
            )
        given[name] = value
    values: List[Any] = []
    last = max([i for i, param in enumerate(params) if given.get(param.name) is not None] + [-1])
    for index, param in enumerate(params):
        value = given.get(param.name)
        if value is None:
            behind = index < last or rest
            if param.optional and not behind:
                continue
            if param.fill is None:
                raise EncodeError(_missing(method, param, bool(behind)))
            value = param.fill
        values.append(value)
    return values + rest


def _missing(method: Method, param: Param, behind: bool) -> str:
    why = " before those that follow it" if param.optional and behind else ""
    return "%s needs the parameter %s%s%s; use: %s" % (
        method.name,
        param.name,
        " (%s)" % param.meaning if param.meaning else "",
        why,
        method.signature,
    )


def _convert(method: Method, before: List[Any], param: Param, kind: str, value: Any) -> Any:
    if isinstance(value, AsIs):
        return value.value
    plain = isinstance(value, (str, int, float))
    if kind == "any" and plain:
        return value
    if kind == "str":
        if isinstance(value, str):
            return value
        if isinstance(value, bool):
            return "true" if value else "false"
        if plain:
            return str(value)
    elif kind == "int":
        if isinstance(value, str) and INT.match(value):
            value = int(value)
        if isinstance(value, (int, float)) and value == value // 1:
            if wire.INT_MIN <= value <= wire.UINT_MAX:
                return int(value)
            raise EncodeError(_refusal(method, before, param, "32 bits", value))
    elif kind == "float":
        try:
            number = float(value)
        except (TypeError, ValueError):
            number = wire.FIXED_MAX / 1000.0
        if abs(number) < wire.FIXED_MAX / 1000.0:
            return number
    wanted = WANTED.get(kind, "a text or a number")
    raise EncodeError(_refusal(method, before, param, wanted, value))


def _refusal(method: Method, before: List[Any], param: Param, wanted: str, value: Any) -> str:
    return "%s: parameter %d, %s%s, wants %s and got %s; use: %s" % (
        method.name,
        len(before) + 1,
        param.name,
        " (%s)" % param.meaning if param.meaning else "",
        wanted,
        HIDDEN if len(before) in secret_params(method.name, before) else repr(value),
        method.signature,
    )
