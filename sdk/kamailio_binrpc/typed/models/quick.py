# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Structs to models in one step, where each value is of the type of its field.

Pydantic takes some 20 times as long for that as decoding takes for the struct. Structs of one kind
come in rows, so what is to be done with each member is worked out once for their names and types.
Whatever is unusual is left to pydantic: its errors, and its conversions, are the same as without
this.

``read_model`` has a compiled twin in ``_speedups.c``, which takes the same :class:`Parts` and gives
the same models; :func:`read` is the one in use.
"""

from operator import itemgetter
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from pydantic import BaseModel

from ...core.decoding import decoder_implementation
from ...core.values import Struct
from ...core.views import to_json
from .rules import CALL, ELSE, FORM, Unusual, reader_of, rule_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from .rules import Reader, Rule

MAX_SHAPES = 64
"""Names and types of structs that are remembered for a model; a hostile server sends any number."""

RECENT_SHAPES = 4
"""Those of them that the compiled reader compares with a struct before it looks in the table."""

KEEP, NUMBER, TEXT, RULE = range(4)
"""How a member is read; ``_speedups.c`` has the same numbers.

:ivar KEEP: it is the field's value.
:ivar NUMBER: the same, unless it is negative.
:ivar TEXT: the same, but None if it is one of the texts that stand for that.
:ivar RULE: by its rule, as are numbers that are negative.
"""


class Member(NamedTuple):
    """A member that is taken: where it is among the values, and how it is read."""

    place: int
    field: str
    way: int
    unset: tuple[str, ...]
    rule: "Rule"


class Shape(NamedTuple):
    """The conversion of structs that have the same names and types of values in the same order.

    The compiled reader knows the fields up to ``private`` by their places.

    :ivar values: the default of each field, in the order of the fields.
    :ivar members: those with a field. ``extra``: those without.
    :ivar factories: fields that were not sent, and what makes their default.
    :ivar private: the private attributes of a new model, ``_origin`` still to be set.
    :ivar take: gives the values of ``fields`` out of all values.
    :ivar numbers: gives those read as NUMBER. ``texts``: those read as TEXT.
    :ivar special: place, field and reader of members read by RULE. ``readers``: of all.
    """

    names: tuple[str | None, ...]
    types: tuple[type, ...]
    values: dict[str, Any]
    members: tuple[Member, ...]
    extra: tuple[Member, ...]
    factories: "tuple[tuple[str, Callable[[], Any]], ...]"
    given: set[str]
    private: dict[str, Any]
    fields: tuple[str, ...]
    take: "Callable[[list[Any]], tuple[Any, ...]]"
    numbers: "Callable[[list[Any]], tuple[Any, ...]]"
    texts: "Callable[[list[Any]], tuple[Any, ...]]"
    unset: frozenset[str]
    special: "tuple[tuple[int, str, Reader], ...]"
    readers: "tuple[tuple[int, str, Reader], ...]"


class Parts(NamedTuple):
    """All that a reader has to know about a model.

    :ivar recent: shapes that were met last, the latest first.
    :ivar find: gives the shape for what a struct consists of.
    :ivar setters: for ``__dict__``, extra members, names of fields set, private attributes.
    """

    kind: type[Any]
    recent: list[Shape]
    find: "Callable[[list[Any]], Shape]"
    unusual: type[Exception]
    setters: tuple[Any, ...]
    shapes: dict[Any, Shape]


_SETTERS = tuple(
    vars(BaseModel)[name]
    for name in (
        *("__dict__", "__pydantic_extra__", "__pydantic_fields_set__", "__pydantic_private__"),
    )
)
_set_dict, _set_extra, _set_given, _set_private = (each.__set__ for each in _SETTERS)


def parts_of(kind: type[Any]) -> Parts:
    """Return the parts of a model, which know no shape yet."""
    shapes: dict[Any, Shape] = {}
    recent: list[Shape] = []

    def find(flat: list[Any]) -> Shape:
        key = tuple(flat[::2]), tuple(map(type, flat[1::2]))
        shape = shapes.get(key)
        if shape is None:
            if len(shapes) >= MAX_SHAPES:
                shapes.clear()
            shape = shapes[key] = _shape(kind, *key)
        recent.insert(0, shape)
        del recent[RECENT_SHAPES:]
        return shape

    return Parts(kind, recent, find, Unusual, _SETTERS, shapes)


def read_model(parts: Parts, struct: Struct) -> Any:
    """Make a model of a struct.

    :raises Unusual: pydantic has to.
    """
    kind, _recent, find, _unusual, _setters, shapes = parts
    flat = struct._flat
    raw = flat[1::2]
    shape = shapes.get((tuple(flat[::2]), tuple(map(type, raw)))) or find(flat)
    values = shape.values.copy()
    values.update(zip(shape.fields, shape.take(raw), strict=True))
    special = shape.special
    if min(shape.numbers(raw), default=0) < 0 or not shape.unset.isdisjoint(shape.texts(raw)):
        special = shape.readers
    for place, field, reader in special:
        values[field] = reader(raw[place])
    for field, make in shape.factories:
        values[field] = make()
    private = shape.private.copy()
    private["_origin"] = struct
    model = object.__new__(kind)
    _set_dict(model, values)
    _set_extra(model, {each.field: _as_extra(raw[each.place]) for each in shape.extra})
    _set_given(model, shape.given)
    _set_private(model, private)
    return model


def _shape(kind: type[Any], names: tuple[str | None, ...], types: tuple[type, ...]) -> Shape:
    if not kind._is_quick():
        raise Unusual
    known = kind._by_wire_name()
    rules = _rules_of(kind)
    members: list[Member] = []
    extra: list[Member] = []
    given: set[str] = set()
    for place, (sent, type_given) in enumerate(zip(names, types, strict=True)):
        name = sent and kind._canonical(sent)
        field, form = known.get(name, (name, None)) if name else (None, None)
        if not field or field in given:
            continue  # it repeats a name, or has none
        given.add(field)
        if form is None:
            way = RULE if type_given is Struct else KEEP
            extra.append(Member(place, field, way, (), (CALL, frozenset(), _as_extra)))
        else:
            members.append(_member(place, field, type_given, rules[field]))
    values, factories = _defaults(kind, given)
    readers = [(each.place, each.field, reader_of(each.rule, read_model)) for each in members]
    pairs = list(zip(members, readers, strict=True))
    return Shape(
        names=names,
        types=types,
        values=values,
        members=tuple(members),
        extra=tuple(extra),
        factories=factories,
        given=given,
        private={"_origin": None, "_changed": frozenset()},
        fields=tuple(each.field for each in members),
        take=_getter([each.place for each in members]),
        numbers=_getter([each.place for each in members if each.way == NUMBER]),
        texts=_getter([each.place for each in members if each.way == TEXT]),
        unset=frozenset(text for each in members for text in each.unset),
        special=tuple(reader for each, reader in pairs if each.way == RULE),
        readers=tuple(readers),
    )


def _member(place: int, field: str, given: type, rule: "Rule") -> Member:
    if rule[0] != FORM and given in rule[1]:
        return Member(place, field, KEEP, (), rule)
    inner = rule[2] if rule[0] == ELSE else rule
    if inner[0] == FORM and given in inner[2][1]:  # the field takes this type as it is
        form = inner[1].__self__
        if given is int and form.keeps_numbers:
            way = KEEP if form.keeps_negative else NUMBER
            return Member(place, field, way, (), rule)
        if given is str and form.unset is not None and type(None) in inner[2][1]:
            return Member(place, field, TEXT, tuple(form.unset), rule)
    return Member(place, field, RULE, (), rule)


def _defaults(
    kind: type[Any], given: set[str]
) -> "tuple[dict[str, Any], tuple[tuple[str, Callable[[], Any]], ...]]":
    values: dict[str, Any] = {}
    factories = []
    for field, info in kind.model_fields.items():
        values[field] = None
        if field in given:
            continue
        if info.is_required():
            raise Unusual
        if info.default_factory is None:
            values[field] = info.default
        else:
            factories.append((field, cast("Callable[[], Any]", info.default_factory)))
    return values, tuple(factories)


def _getter(places: list[int]) -> "Callable[[list[Any]], tuple[Any, ...]]":
    if not places:
        return lambda _values: ()
    if len(places) == 1:
        place = places[0]
        return lambda values: (values[place],)
    return itemgetter(*places)


def _rules_of(kind: type[Any]) -> "dict[str, Rule]":
    """Return the rule for each field.

    :raises Unusual: some field is of a type that only pydantic knows, or is checked by more.
    """
    found = {}
    for field, form in kind._by_wire_name().values():
        info = kind.model_fields[field]
        if any(each is not form for each in info.metadata):
            raise Unusual
        found[field] = rule_of(info.annotation, form)
    return found


def _as_extra(raw: Any) -> Any:
    return to_json(raw) if isinstance(raw, Struct) else raw


read: "Callable[[Parts, Struct], Any]"
try:
    from ..._speedups import read_model as _compiled  # type: ignore[import-not-found]
except ImportError:  # not built for this Python, or of an earlier source
    read = read_model
else:
    read = _compiled if decoder_implementation() == "c" else read_model
