# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Between structs of the wire and models: the base classes and the forms of single members."""

import re
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Annotated, Any, ClassVar, cast

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    PrivateAttr,
    SecretStr,
    model_validator,
)
from pydantic.functional_validators import ModelWrapValidatorHandler
from pydantic_core import CoreSchema, core_schema
from typing_extensions import Self

from ...core.values import NULL_TEXT, Struct, signed, unsigned
from ...core.views import to_json
from . import quick

_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
_CTIME = re.compile(r"\w{3} (\w{3}) +(\d+) (\d+):(\d+):(\d+) (\d{4})\s*\Z")


class Form:
    """How a member's value looks on the wire and in the model; this one changes nothing.

    :meth:`read` leaves a value alone that is already in the form of the model.

    :ivar keeps_numbers: it reads an int from 0 up as it is. ``keeps_negative``: any int.
    :ivar unset: the only texts that it changes, all to None; None where that cannot be said.
    """

    keeps_numbers = False
    keeps_negative = False
    unset: frozenset[str] | None = None

    def read(self, raw: Any) -> Any:
        return raw

    def write(self, value: Any, raw: Any = None) -> Any:
        """Give the value for the wire; ``raw`` is the one it was read from, if it was."""
        return plain(value)

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.no_info_before_validator_function(self.read, handler(source))


class Unset(Form):
    """Texts that stand for None; the first is the one to send."""

    def __init__(self, *texts: str) -> None:
        self._texts = (*texts, NULL_TEXT)
        self.unset = frozenset(self._texts)

    def read(self, raw: Any) -> Any:
        return None if isinstance(raw, str) and raw in self._texts else raw

    def write(self, value: Any, raw: Any = None) -> Any:
        return self._texts[0] if value is None else plain(value)


class Missing(Form):
    """A number that stands for None."""

    def __init__(self, number: float) -> None:
        self._number = number

    def read(self, raw: Any) -> Any:
        return None if raw == self._number and not isinstance(raw, bool) else raw

    def write(self, value: Any, raw: Any = None) -> Any:
        return self._number if value is None else value


class Whole(Form):
    """An int that some releases send as a double."""

    keeps_numbers = keeps_negative = True

    def read(self, raw: Any) -> Any:
        return int(raw) if isinstance(raw, float) else raw


class Unsigned(Whole):
    """An int of the server's from 0 up, which may pass the 31 bits that an int record has."""

    keeps_negative = False

    def read(self, raw: Any) -> Any:
        raw = super().read(raw)
        return unsigned(raw) if isinstance(raw, int) and -(2**31) <= raw < 0 else raw

    def write(self, value: Any, raw: Any = None) -> Any:
        return signed(value) if value < 2**32 else float(value)


class Switch(Form):
    """A bool that is sent as one of two values; a text counts by its first letter or digit."""

    def __init__(self, off: Any, on: Any) -> None:
        self._values = (off, on)

    def read(self, raw: Any) -> Any:
        if isinstance(raw, str):
            return raw[:1] not in ("", "0", "n", "N")
        return raw if raw is None else bool(raw)

    def write(self, value: Any, raw: Any = None) -> Any:
        return self._values[bool(value)]


class Port(Form):
    """A port sent as text, ``*`` or nothing where there is none."""

    def read(self, raw: Any) -> Any:
        if isinstance(raw, str):
            return int(raw) if raw.isdecimal() else None
        return raw

    def write(self, value: Any, raw: Any = None) -> Any:
        return "" if value is None else str(value)


class NumberOr(Form):
    """A number, or a text in its place, which reads as None."""

    def __init__(self, text: str) -> None:
        self._text = text

    def read(self, raw: Any) -> Any:
        return None if isinstance(raw, str) else raw

    def write(self, value: Any, raw: Any = None) -> Any:
        return self._text if value is None else value


class Words(Form):
    """A list of words in one text."""

    def __init__(self, separator: str) -> None:
        self._separator = separator

    def read(self, raw: Any) -> Any:
        if isinstance(raw, str):
            return [word.strip() for word in raw.split(self._separator.strip()) if word.strip()]
        return raw

    def write(self, value: Any, raw: Any = None) -> Any:
        return self._separator.join(value)


class ClockTime(Form):
    """A time as C's ctime writes it, in the server's time zone; None if it does not read as one."""

    def read(self, raw: Any) -> Any:
        if not isinstance(raw, str):
            return raw
        found = _CTIME.match(raw)
        if found is None or found.group(1) not in _MONTHS:
            return None
        day, hour, minute, second, year = map(int, found.groups()[1:])
        month = _MONTHS.index(found.group(1)) + 1
        return datetime(year, month, day, hour, minute, second)  # noqa: DTZ001 - it has no zone

    def write(self, value: Any, raw: Any = None) -> Any:
        return "" if value is None else value.ctime()


class Expiry(Form):
    """A time as ``2026-11-23 04:14:26``, in the server's time zone; ``NEVER`` is None."""

    def read(self, raw: Any) -> Any:
        if not isinstance(raw, str):
            return raw
        try:
            return datetime.fromisoformat(raw)
        except ValueError:
            return None

    def write(self, value: Any, raw: Any = None) -> Any:
        return "NEVER" if value is None else value.isoformat(" ", "seconds")


class Repeated(Form):
    """A struct in which one name repeats: the values of that name.

    The first name is the one to send; some releases use another.
    """

    def __init__(self, *names: str | None) -> None:
        self._names = names

    def read(self, raw: Any) -> Any:
        if not isinstance(raw, Struct):
            return raw
        return [value for name, value in raw.items() if name in self._names]

    def write(self, value: Any, raw: Any = None) -> Any:
        values = [plain(each) for each in value]
        members: list[tuple[str | None, Any]] = []
        for name, other in raw.items() if isinstance(raw, Struct) else ():
            if name not in self._names:
                members.append((name, other))
            elif values:
                members.append((name, values.pop(0)))
        return Struct(members + [(self._names[0], each) for each in values])


class Items(Repeated):
    """Kamailio's array: a struct of members without names."""

    def __init__(self) -> None:
        super().__init__(None)


class Groups(Form):
    """A struct in which several names repeat in turn: a struct for each turn.

    Structs among the members, such as statistics at the end, belong to no turn.

    :param first: the name with which a turn begins.
    """

    def __init__(self, first: str) -> None:
        self._first = first

    def read(self, raw: Any) -> Any:
        if not isinstance(raw, Struct):
            return raw
        turns: list[list[tuple[str | None, Any]]] = []
        for name, value in raw.items():
            if name == self._first:
                turns.append([])
            if turns and not isinstance(value, Struct):
                turns[-1].append((name, value))
        return [Struct(turn) for turn in turns]

    def write(self, value: Any, raw: Any = None) -> Any:
        members = [pair for each in value for pair in plain(each).items()]
        rest = raw.items() if isinstance(raw, Struct) else ()
        return Struct(members + [pair for pair in rest if isinstance(pair[1], Struct)])


class Named(Form):
    """A struct whose names are data, as a dict."""

    def read(self, raw: Any) -> Any:
        return dict(raw.items()) if isinstance(raw, Struct) else raw

    def write(self, value: Any, raw: Any = None) -> Any:
        return Struct((name, plain(each)) for name, each in value.items())


class Profiles(Form):
    """An array of names, and of structs ``{name: value}``, as a list of pairs."""

    def read(self, raw: Any) -> Any:
        if not isinstance(raw, Struct):
            return raw
        pairs: list[tuple[Any, Any]] = []
        for value in raw.values():
            if isinstance(value, Struct):
                pairs += value.items()
            else:
                pairs.append((value, None))
        return pairs

    def write(self, value: Any, raw: Any = None) -> Any:
        return Struct.of(*(n if v is None else Struct([(n, v)]) for n, v in value))


class Variables(Form):
    """An array of structs ``{name: value}``, as a dict."""

    def read(self, raw: Any) -> Any:
        if not isinstance(raw, Struct):
            return raw
        found: dict[str | None, Any] = {}
        for each in raw.values():
            if not isinstance(each, Struct):
                return raw
            flat = each._flat
            found.update(zip(flat[::2], flat[1::2], strict=True))
        return found

    def write(self, value: Any, raw: Any = None) -> Any:
        return Struct.of(*(Struct([pair]) for pair in value.items()))


Text = Annotated[str | None, Unset()]
"""None where the server has no text at all; an empty text stays one."""

Secret = Annotated[SecretStr | None, Unset("none", ".")]
"""Hidden in ``repr`` and in dumps; ``get_secret_value()`` has it, and so has ``to_wire``."""

Count = Annotated[int, Whole()]
Size = Annotated[int, Unsigned()]
YesNo = Annotated[bool, Switch("no", "yes")]
OnOff = Annotated[bool, Switch(0, 1)]

_AS_IS = Form()


def wire(name: str) -> Any:
    """The name of a field on the wire, where it is not its own."""
    return Field(alias=name)


def title(name: str) -> str:
    """``user_agent`` as usrloc writes it, ``User-Agent``."""
    return name.replace("_", "-").title()


def plain(value: Any) -> Any:
    """Give a value the form it has on the wire, as far as that needs no :class:`Form`."""
    if isinstance(value, (Model, Row)):
        return value.to_wire()
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, dict):
        return Struct((name, plain(each)) for name, each in value.items())
    if isinstance(value, (list, tuple)):
        return Struct.of(*map(plain, value))
    return value


def _holds_models(value: Any) -> bool:
    return isinstance(value, Model) or (
        isinstance(value, tuple) and any(isinstance(each, Model) for each in value)
    )


class Base(BaseModel):
    """Base of all models of replies."""

    model_config = ConfigDict(
        extra="allow",
        frozen=True,
        populate_by_name=True,
        defer_build=True,
        hide_input_in_errors=True,
    )

    _members: ClassVar[dict[str, tuple[str, Form]] | None] = None
    _known_parts: ClassVar[quick.Parts | None] = None
    _origin: Any = PrivateAttr(default=None)
    _changed: frozenset[str] = PrivateAttr(default=frozenset())

    @classmethod
    def _by_wire_name(cls) -> dict[str, tuple[str, Form]]:
        """Name on the wire -> name of the field, and form."""
        if "_members" not in cls.__dict__ or cls._members is None:
            cls.model_rebuild()  # the generated aliases are made late
            cls._members = {
                field.alias or name: (name, _form_of(field.metadata))
                for name, field in cls.model_fields.items()
            }
        return cls._members

    @classmethod
    def of(cls, value: Any) -> Self:
        """Make a model of what a reply has for it.

        :raises ValidationError: it does not fit.
        """
        return cls.model_validate(value)

    @classmethod
    def _quick_reader(cls) -> Callable[[Struct], Self] | None:
        """Return a function that makes models quickly; ValueError leaves it to :meth:`of`."""
        return None

    def model_copy(self, *, update: Any = None, deep: bool = False) -> Self:
        """Copy the model, with other values for some of its fields; see pydantic."""
        copy = super().model_copy(update=update, deep=deep)
        copy._changed = self._changed | frozenset(update or ())
        return copy

    def __eq__(self, other: object) -> bool:
        # Where the values came from makes no difference, as it would with pydantic's own.
        if not isinstance(other, Base):
            return NotImplemented
        return (
            type(self) is type(other)
            and self.__dict__ == other.__dict__
            and self.model_extra == other.model_extra
        )

    __hash__ = None  # type: ignore[assignment] # lists inside

    def _value_of(self, name: str) -> Any:
        extra = self.model_extra or {}
        return extra[name] if name in extra else getattr(self, name)


def _form_of(metadata: list[Any]) -> Form:
    return next((each for each in metadata if isinstance(each, Form)), _AS_IS)


class Model(Base):
    """A struct of a reply."""

    @model_validator(mode="wrap")
    @classmethod
    def _read(cls, value: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        if not isinstance(value, Struct):
            return handler(value)
        known = cls._by_wire_name()
        members: dict[str, Any] = {}
        for sent, raw in value.items():
            name = sent and cls._canonical(sent)
            if name and name not in members:
                strange = isinstance(raw, Struct) and name not in known
                members[name] = to_json(raw) if strange else raw
        model = handler(members)
        model._origin = value
        return model

    @classmethod
    def of(cls, value: Any) -> Self:
        """Make a model of a struct of a reply.

        :raises ValidationError: it does not fit.
        """
        if type(value) is Struct:
            try:
                return cast("Self", quick.read(cls._parts(), value))
            except ValueError:  # pydantic gives it the form of its own errors
                pass
        return cls.model_validate(value)

    @classmethod
    def _quick_reader(cls) -> Callable[[Struct], Self] | None:
        return partial(quick.read, cls._parts())

    @classmethod
    def _parts(cls) -> quick.Parts:
        parts = cls.__dict__.get("_known_parts")
        if parts is None:
            parts = cls._known_parts = quick.parts_of(cls)
        return cast("quick.Parts", parts)

    @classmethod
    def _is_quick(cls) -> bool:
        """Has it no validators and private attributes of its own, which only pydantic knows?"""
        own = cls.__pydantic_decorators__
        return (
            not own.field_validators
            and set(own.model_validators) == {"_read"}
            and set(cls.__private_attributes__) == {"_origin", "_changed"}
        )

    def to_wire(self) -> Struct:
        """The struct as the server sent it, with what a copy has changed.

        A model that was made otherwise gives the fields that were set, in their own order.
        """
        members: list[tuple[str | None, Any]] = []
        known = self._by_wire_name()
        done = set()
        for sent, raw in self._origin.items() if self._origin is not None else ():
            value = raw
            name = sent and self._canonical(sent)
            if name and name not in done:
                done.add(name)
                value = self._current(name, raw)
            members.append((sent, value))
        new = self.model_fields_set if self._origin is None else self._changed
        members += [
            (name, form.write(getattr(self, field)))
            for name, (field, form) in known.items()
            if field in new and name not in done
        ]
        members += [
            (name, plain(value))
            for name, value in (self.model_extra or {}).items()
            if name not in done and (self._origin is None or name in new)
        ]
        return Struct(members)

    @classmethod
    def _canonical(cls, name: str) -> str:
        """The name on the wire as the fields know it, for one that some release sends."""
        return name

    def _current(self, name: str, raw: Any) -> Any:
        """The value to send for a member that was received as ``raw``."""
        field, form = self._by_wire_name().get(name, (name, _AS_IS))
        if field in self._changed:
            return form.write(self._value_of(field), raw)
        if isinstance(raw, Struct) and field in type(self).model_fields:
            value = getattr(self, field)
            if _holds_models(value):
                return form.write(value, raw)
        return raw


class EitherCase(Model):
    """A struct whose names are in upper case with some releases, in lower case with others."""

    @classmethod
    def _canonical(cls, name: str) -> str:
        upper = name.upper()
        return upper if upper in cls._by_wire_name() else name


class Row(Base):
    """Values of a reply that belong together without a struct around them: one for each field."""

    @model_validator(mode="wrap")
    @classmethod
    def _read(cls, value: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        if not isinstance(value, (list, tuple)):
            return handler(value)
        model = handler(dict(zip(cls._by_wire_name(), value, strict=False)))
        model._origin = list(value)
        return model

    def to_wire(self) -> list[Any]:
        """The values as the server sent them, with what a copy has changed."""
        origin = self._origin or []
        values = list(origin)
        for index, (field, form) in enumerate(self._by_wire_name().values()):
            if index >= len(origin):
                values.append(form.write(getattr(self, field)))
            elif field in self._changed:
                values[index] = form.write(getattr(self, field), origin[index])
        return values


class Line(Base):
    """A line of text that holds several values.

    ``pattern`` has a group for each field, ``layout`` puts them together again.
    """

    pattern: ClassVar[re.Pattern[str]]
    layout: ClassVar[str]

    @model_validator(mode="wrap")
    @classmethod
    def _read(cls, value: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        if not isinstance(value, str):
            return handler(value)
        found = cls.pattern.match(value)
        if found is None:
            raise ValueError(f"{value!r} is not of the form {cls.layout}")
        model = handler(found.groupdict())
        model._origin = value
        return model

    def to_wire(self) -> str:
        """The line as the server sent it, or a new one for a changed copy."""
        if self._origin is not None and not self._changed:
            return cast("str", self._origin)
        return self.layout.format_map({n: getattr(self, n) for n in type(self).model_fields})
