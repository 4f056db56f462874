# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""From the type of a field to the rule by which its value is read without pydantic.

A rule is a tuple that begins with its kind, so that the compiled reader (``_speedups.c``) follows
the same rules as the one in Python. Every rule but ``FORM`` has next the types of values that are
kept as they are.
"""

import types
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Union, get_args, get_origin

from pydantic import SecretStr

from ...core.values import Struct

if TYPE_CHECKING:
    from collections.abc import Callable

    Reader = Callable[[Any], Any]
    Rule = tuple[Any, ...]

PLAIN, FORM, MODEL, TUPLE, FIXED, DICT, CALL, ELSE = range(8)
"""Kinds, and what follows in the rule; ``_speedups.c`` has the same numbers.

:ivar PLAIN: the types.
:ivar FORM: the function that reads the form of the wire, the rule for what it gives.
:ivar MODEL: the types, the :class:`quick.Parts` of the model.
:ivar TUPLE: the types, the rule for each item.
:ivar FIXED: the types, a tuple of rules, one for each item.
:ivar DICT: the types, the rules for keys and values.
:ivar CALL: the types, a function.
:ivar ELSE: the types, the rule for all other values.
"""

_PLAIN_TYPES = (int, str, float, bool, datetime, type(None))


class Unusual(ValueError):
    """Only pydantic can tell what becomes of this value."""


def rule_of(annotation: Any, form: Any) -> "Rule":
    """Return the rule for a field.

    :raises Unusual: only pydantic knows the type.
    """
    return _formed(_typed(annotation), form)


def _formed(inner: "Rule", form: Any) -> "Rule":
    if any("read" in vars(each) for each in type(form).__mro__[:-2]):
        return FORM, form.read, inner
    return inner  # the base class, which comes last but for object, changes nothing


def _typed(annotation: Any) -> "Rule":
    choices = get_args(annotation) if _is_union(annotation) else (annotation,)
    kept = frozenset(each for each in choices if each in _PLAIN_TYPES)
    others = [each for each in choices if each not in _PLAIN_TYPES]
    if not others:
        return PLAIN, kept
    if len(others) > 1:
        raise Unusual
    other = others[0]
    origin, inner = get_origin(other), get_args(other)
    if origin is Annotated and len(inner) == 2 and hasattr(inner[1], "keeps_numbers"):
        if kept - {type(None)}:
            raise Unusual  # which of the types it is, pydantic tells
        return ELSE, kept, _formed(_typed(inner[0]), inner[1])
    if isinstance(other, type) and hasattr(other, "_parts"):
        return MODEL, kept, other._parts()
    if other is SecretStr:
        return CALL, kept, _secret
    if origin is tuple and len(inner) == 2 and inner[1] is ...:
        return TUPLE, kept, _typed(inner[0])
    if origin is tuple and inner and ... not in inner:
        return FIXED, kept, tuple(map(_typed, inner))
    if origin is dict:
        return DICT, kept, *map(_typed, inner)
    raise Unusual


def _is_union(annotation: Any) -> bool:
    return get_origin(annotation) in (Union, types.UnionType)


def _secret(value: Any) -> Any:
    if type(value) is str:
        return SecretStr(value)
    raise Unusual


def reader_of(rule: "Rule", read_model: "Callable[[Any, Struct], Any]") -> "Reader":
    """Return a function that reads values by a rule, and raises :class:`Unusual`.

    :param read_model: makes a model from its parts and a struct.
    """
    kind, *arguments = rule
    if kind == FORM:
        convert, inner = arguments[0], reader_of(arguments[1], read_model)
        return lambda value: inner(convert(value))
    kept, *arguments = arguments
    make = _MAKERS[kind](*arguments, read_model=read_model)

    def read(value: Any) -> Any:
        return value if type(value) in kept else make(value)

    return read if kept else make


def _plain(**_others: Any) -> "Reader":
    def refuse(_value: Any) -> Any:
        raise Unusual

    return refuse


def _model(parts: Any, *, read_model: "Callable[[Any, Struct], Any]") -> "Reader":
    def make(value: Any) -> Any:
        if type(value) is Struct:
            return read_model(parts, value)
        raise Unusual

    return make


def _tuple(rule: "Rule", **others: Any) -> "Reader":
    item = reader_of(rule, **others)

    def make(value: Any) -> Any:
        if type(value) in (list, tuple):
            return tuple(map(item, value))
        raise Unusual

    return make


def _fixed(rules: "tuple[Rule, ...]", **others: Any) -> "Reader":
    items = [reader_of(each, **others) for each in rules]

    def make(value: Any) -> Any:
        if type(value) in (list, tuple) and len(value) == len(items):
            return tuple([each(part) for each, part in zip(items, value, strict=True)])
        raise Unusual

    return make


def _dict(key_rule: "Rule", value_rule: "Rule", **others: Any) -> "Reader":
    key, member = reader_of(key_rule, **others), reader_of(value_rule, **others)

    def make(value: Any) -> Any:
        if type(value) is dict:
            return {key(name): member(each) for name, each in value.items()}
        raise Unusual

    return make


def _call(function: "Reader", **_others: Any) -> "Reader":
    return function


def _else(rule: "Rule", **others: Any) -> "Reader":
    return reader_of(rule, **others)


_MAKERS: "dict[int, Callable[..., Reader]]" = {
    PLAIN: _plain,
    MODEL: _model,
    TUPLE: _tuple,
    FIXED: _fixed,
    DICT: _dict,
    CALL: _call,
    ELSE: _else,
}
