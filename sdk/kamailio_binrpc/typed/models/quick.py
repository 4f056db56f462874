# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Structs to models in one step, where each value is of the type of its field.

Pydantic takes some 20 times as long for that as decoding takes for the struct. Structs of one kind
come in rows, so what is to be done with each member is worked out once for their names. Whatever
is unusual is left to pydantic: its errors, and its conversions, are the same as without this.
"""

import types
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Union, get_args, get_origin

from pydantic import SecretStr

from ...core.values import Struct
from ...core.views import to_json

if TYPE_CHECKING:
    from collections.abc import Callable

    Reader = Callable[[Any], Any]

MAX_SHAPES = 64
"""Names and types of structs that are remembered for a model; a hostile server sends any number."""

_UNTOUCHED: frozenset[str] = frozenset()
_PLAIN = (int, str, float, bool, type(None))
_set = object.__setattr__


class Unusual(Exception):
    """Pydantic has to see to this value."""


class Shape:
    """The conversion of structs that have the same names and types of values in the same order.

    :ivar fields: for each member that is taken.
    :ivar take: gives the values of those out of all values.
    :ivar numbers: gives the numbers that are the field's value unless they are negative.
    :ivar texts: gives the texts that are the field's value unless they are in ``unset``.
    :ivar special: field and reader of what needs a closer look in any case.
    :ivar readers: field and reader of all.
    :ivar extra: names that no field has; their members go where pydantic puts such.
    """

    __slots__ = (
        *("defaults", "extra", "factories", "fields", "given", "numbers", "readers", "special"),
        *("take", "texts", "unset"),
    )

    def __init__(
        self, kind: type[Any], names: tuple[str | None, ...], types: tuple[type, ...]
    ) -> None:
        known = kind._by_wire_name()
        readers = _readers_of(kind)
        self.readers: list[tuple[str, int, Reader]] = []
        self.special: list[tuple[str, int, Reader]] = []
        self.fields: list[str] = []
        self.unset: set[str] = set()
        taken: list[int] = []
        numbers: list[int] = []
        texts: list[int] = []
        self.extra: list[str] = []
        for index, (sent, given) in enumerate(zip(names, types, strict=True)):
            name = sent and kind._canonical(sent)
            field, form = known.get(name, (name, None)) if name else (None, None)
            if not field or field in self.fields:
                continue  # it repeats a name, or has none
            taken.append(index)
            self.fields.append(field)
            if name not in known:
                self.extra.append(field)
            reader = _as_extra if name not in known else readers[field]
            self.readers.append((field, index, reader))
            if given is int and form is not None and form.keeps_numbers:
                numbers.append(index)
                reader(0)
            elif given is str and form is not None and form.unset is not None:
                texts.append(index)
                self.unset.update(form.unset)
                reader("text")
            else:
                self.special.append((field, index, reader))
        self.take = _getter(taken)
        self.numbers = _getter(numbers)
        self.texts = _getter(texts)
        self.given = set(self.fields)
        self.defaults: dict[str, Any] = {}
        self.factories: list[tuple[str, Callable[[], Any]]] = []
        for field, info in kind.model_fields.items():
            # In the order of the fields, which is that of pydantic's own.
            self.defaults[field] = None
            if field in self.given:
                continue
            if info.is_required():
                raise Unusual
            if info.default_factory is None:
                self.defaults[field] = info.default
            else:
                self.factories.append((field, info.default_factory))


def _getter(places: list[int]) -> "Callable[[list[Any]], tuple[Any, ...]]":
    if not places:
        return lambda _values: ()
    if len(places) == 1:
        place = places[0]
        return lambda values: (values[place],)
    return itemgetter(*places)


def read(kind: type[Any], struct: Struct) -> Any:
    """Make a model of a struct.

    :raises Unusual: pydantic has to.
    """
    raw = struct.values()
    key = tuple(struct.keys()), tuple(map(type, raw))
    shapes = kind._shapes()
    shape = shapes.get(key)
    if shape is None:
        if len(shapes) >= MAX_SHAPES:
            shapes.clear()
        shape = shapes[key] = Shape(kind, *key)
    values = shape.defaults.copy()
    special = shape.special
    if min(shape.numbers(raw), default=0) < 0 or not shape.unset.isdisjoint(shape.texts(raw)):
        special = shape.readers
    values.update(zip(shape.fields, shape.take(raw), strict=True))
    for field, place, reader in special:
        values[field] = reader(raw[place])
    for field, make in shape.factories:
        values[field] = make()
    model = object.__new__(kind)
    _set(model, "__pydantic_extra__", {name: values.pop(name) for name in shape.extra})
    _set(model, "__dict__", values)
    _set(model, "__pydantic_fields_set__", shape.given)
    _set(model, "__pydantic_private__", {"_origin": struct, "_changed": _UNTOUCHED})
    return model


def _readers_of(kind: type[Any]) -> "dict[str, Reader]":
    """Return what reads each field's value.

    :raises Unusual: some field is of a type that only pydantic knows, or is checked by more.
    """
    found = {}
    for field, (_name, info) in zip(kind._by_wire_name(), kind.model_fields.items(), strict=True):
        form = kind._by_wire_name()[field][1]
        if any(each is not form for each in info.metadata):
            raise Unusual
        found[_name] = _reader(info.annotation, form)
    return found


def _as_extra(raw: Any) -> Any:
    return to_json(raw) if isinstance(raw, Struct) else raw


def _reader(annotation: Any, form: Any) -> "Reader":
    inner = _typed(annotation)
    if form is None or not any("read" in vars(each) for each in type(form).__mro__[:-2]):
        return inner  # the base class, which comes last but for object, changes nothing
    convert = form.read

    def read_and_check(raw: Any) -> Any:
        return inner(convert(raw))

    return read_and_check


def _typed(annotation: Any) -> "Reader":
    """Return a function that passes values of a type, and makes models of structs."""
    choices = get_args(annotation) if _is_union(annotation) else (annotation,)
    plain = frozenset(each for each in choices if each in _PLAIN)
    others = [each for each in choices if each not in _PLAIN]

    def only_plain(value: Any) -> Any:
        if type(value) in plain:
            return value
        raise Unusual

    if not others:
        return only_plain
    if len(others) > 1:
        raise Unusual
    other = others[0]
    if isinstance(other, type) and hasattr(other, "_shapes"):
        make = _model_of(other)
    elif other is SecretStr:
        make = _secret
    else:
        make = _container(other)

    def either(value: Any) -> Any:
        return value if type(value) in plain else make(value)

    return either if plain else make


def _is_union(annotation: Any) -> bool:
    return get_origin(annotation) in (Union, types.UnionType)


def _model_of(kind: type[Any]) -> "Reader":
    def make(value: Any) -> Any:
        if type(value) is Struct:
            return read(kind, value)
        raise Unusual

    return make


def _secret(value: Any) -> Any:
    if type(value) is str:
        return SecretStr(value)
    raise Unusual


def _container(annotation: Any) -> "Reader":
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin is tuple and len(inner) == 2 and inner[1] is ...:
        item = _typed(inner[0])

        def many(value: Any) -> Any:
            if type(value) in (list, tuple):
                return tuple(map(item, value))
            raise Unusual

        return many
    if origin is tuple and inner and ... not in inner:
        items = [_typed(each) for each in inner]

        def few(value: Any) -> Any:
            if type(value) in (list, tuple) and len(value) == len(items):
                return tuple(each(part) for each, part in zip(items, value, strict=True))
            raise Unusual

        return few
    if origin is dict:
        key, member = map(_typed, inner)

        def mapping(value: Any) -> Any:
            if type(value) is dict:
                return {key(name): member(each) for name, each in value.items()}
            raise Unusual

        return mapping
    raise Unusual
