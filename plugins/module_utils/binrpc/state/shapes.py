# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Shapes of the values in a file: one table checks them, describes them, and makes the JSON Schema.

A shape refuses what is wrong with the path to it, and with the remedy.
"""

from __future__ import annotations

from ..desired.leaf import text_of
from ..suggest import suggestion

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Dict, Mapping, Optional, Sequence, Tuple, Union

    from ..desired.options import Option

    Path = Tuple[Union[str, int], ...]

INT32 = (-(2**31), 2**31 - 1)


class WishError(ValueError):
    """A file, or what takes its place, is wrong.

    :ivar path: the keys and positions that lead to it, from the top of the document.
    :ivar text: what is wrong.
    :ivar remedy: what to write instead, or "".
    :ivar document: the position of the document among those that were given.
    """

    def __init__(self, path: Sequence[Any], text: str, remedy: str = "", document: int = 0) -> None:
        super().__init__(path, text, remedy, document)
        self.path: Path = tuple(path)
        self.text = text
        self.remedy = remedy
        self.document = document

    def __str__(self) -> str:
        where = text_of(self.path) + ": " if self.path else ""
        return where + self.text + ("; " + self.remedy if self.remedy else "")


class Shape:
    """The values that are allowed.

    :ivar text: what it means, in a sentence.
    """

    text = ""

    def check(self, value: Any, path: Path) -> Any:
        """Return the value, with defaults.

        :raises WishError: it is wrong.
        """
        raise NotImplementedError

    def schema(self) -> Dict[str, Any]:
        """Return the shape in the words of JSON Schema."""
        schema = self._schema()
        if self.text:
            schema["description"] = self.text
        return schema

    def _schema(self) -> Dict[str, Any]:
        raise NotImplementedError


class Text(Shape):
    """A text.

    :param choices: all that it may be.
    :param empty: may it be empty?
    :param wrong: returns what is wrong with a text, or "".
    :param pattern: a regular expression that the whole text matches; ``wrong`` says how.
    """

    def __init__(
        self,
        text: str = "",
        choices: Optional[Sequence[str]] = None,
        empty: bool = False,
        wrong: Optional[Callable[[Any], str]] = None,
        pattern: str = "",
    ) -> None:
        self.pattern = pattern
        self.text = text
        self.choices = choices
        self.empty = empty
        self.wrong = wrong

    def check(self, value: Any, path: Path) -> Any:
        if not isinstance(value, str):
            remedy = "write one of %s" % ", ".join(self.choices) if self.choices else "quote it"
            raise WishError(path, "%s is not text" % described(value), remedy)
        if self.choices is not None and value not in self.choices:
            hint = suggestion(value, self.choices)
            remedy = hint or "write one of %s" % ", ".join(self.choices)
            raise WishError(path, "there is no %r here" % value, remedy)
        if not value and not self.empty:
            raise WishError(path, "it is empty", "leave it out, or give a text")
        if "\0" in value:
            raise WishError(path, "a text must not contain NUL")
        problem = self.wrong(value) if self.wrong else ""
        if problem:
            raise WishError(path, "%r is refused" % value, problem)
        return value

    def _schema(self) -> Dict[str, Any]:
        schema: Dict[str, Any] = {"type": "string"}
        if self.choices is not None:
            schema["enum"] = list(self.choices)
        elif self.pattern:
            schema["pattern"] = "^(?:%s)$" % self.pattern
        elif not self.empty:
            schema["minLength"] = 1
        return schema


class Number(Shape):
    """A number.

    :param whole: only whole numbers.
    """

    def __init__(
        self,
        text: str = "",
        low: Optional[float] = None,
        high: Optional[float] = None,
        whole: bool = True,
    ) -> None:
        self.text = text
        self.low = INT32[0] if low is None and whole else low
        self.high = INT32[1] if high is None and whole else high
        self.whole = whole

    def check(self, value: Any, path: Path) -> Any:
        allowed = int if self.whole else (int, float)
        if isinstance(value, bool) or not isinstance(value, allowed):
            what = "whole number" if self.whole else "number"
            raise WishError(
                path, "%s is not a %s" % (described(value), what), "write one, without quotes"
            )
        low, high = self.low, self.high
        if value - value != 0:
            raise WishError(path, "it is not finite", "write a finite number")
        if (low is not None and value < low) or (high is not None and value > high):
            least = "%s or more" % low if high is None else "%s to %s" % (low, high)
            least = str(low) if low == high else least
            raise WishError(path, "%s is out of range" % value, "write %s" % least)
        return value

    def _schema(self) -> Dict[str, Any]:
        schema: Dict[str, Any] = {"type": "integer" if self.whole else "number"}
        if self.low is not None:
            schema["minimum"] = self.low
        if self.high is not None:
            schema["maximum"] = self.high
        return schema


class Flag(Shape):
    """True or false.

    :param only: the only one of them that means something.
    """

    def __init__(self, text: str = "", only: Optional[bool] = None) -> None:
        self.text = text
        self.only = only

    def check(self, value: Any, path: Path) -> Any:
        if not isinstance(value, bool):
            raise WishError(path, "%s is neither true nor false" % described(value))
        if self.only is not None and value is not self.only:
            word = "true" if self.only else "false"
            raise WishError(path, "only %s has a meaning here" % word, "leave it out, or write it")
        return value

    def _schema(self) -> Dict[str, Any]:
        return {"type": "boolean"} if self.only is None else {"const": self.only}


class Anything(Shape):
    """Any value that JSON has."""

    def __init__(self, text: str = "") -> None:
        self.text = text

    def check(self, value: Any, path: Path) -> Any:
        return value

    def _schema(self) -> Dict[str, Any]:
        return {}


class Record(Shape):
    """A mapping whose keys are known.

    :param required: the keys that must be there.
    :param exclusive: groups of keys; at most one of each may be there.
    :param whole: it is one leaf: two files may not share it.
    """

    def __init__(
        self,
        fields: Mapping[str, Shape],
        text: str = "",
        required: Sequence[str] = (),
        exclusive: Sequence[Sequence[str]] = (),
        whole: bool = False,
    ) -> None:
        self.fields = fields
        self.text = text
        self.required = required
        self.exclusive = exclusive
        self.whole = whole

    def check(self, value: Any, path: Path) -> Any:
        found = mapping(value, path)
        for name in found:
            if name not in self.fields:
                hint = suggestion(name, self.fields)
                remedy = hint or "write one of %s" % ", ".join(self.fields)
                raise WishError((*path, name), "there is no such key", remedy)
        for name in self.required:
            if name not in found:
                raise WishError(path, "%s is missing" % name, "give it")
        for names in self.exclusive:
            both = [name for name in names if name in found]
            if len(both) > 1:
                text = "%s exclude each other" % " and ".join(both)
                raise WishError((*path, both[-1]), text, "give one of them")
        return {
            name: self.fields[name].check(member, (*path, name)) for name, member in found.items()
        }

    def _schema(self) -> Dict[str, Any]:
        schema: Dict[str, Any] = {
            "type": "object",
            "additionalProperties": False,
            "properties": {name: shape.schema() for name, shape in self.fields.items()},
        }
        if self.required:
            schema["required"] = list(self.required)
        if self.exclusive:
            schema["allOf"] = [
                {"not": {"required": [one, other]}}
                for names in self.exclusive
                for index, one in enumerate(names)
                for other in names[index + 1 :]
            ]
        return schema


class Map(Shape):
    """A mapping from names that users choose.

    :param member: the shape of each value.
    :param key: the shape of each key.
    """

    def __init__(self, member: Shape, text: str = "", key: Optional[Shape] = None) -> None:
        self.member = member
        self.text = text
        self.key = Text() if key is None else key

    def check(self, value: Any, path: Path) -> Any:
        found = mapping(value, path)
        for name in found:
            self.key.check(name, (*path, name))
        return {name: self.member.check(member, (*path, name)) for name, member in found.items()}

    def _schema(self) -> Dict[str, Any]:
        schema: Dict[str, Any] = {
            "type": "object",
            "additionalProperties": self.member.schema(),
        }
        names = {name: each for name, each in self.key.schema().items() if name != "type"}
        if names:
            schema["propertyNames"] = names
        return schema


class Items(Shape):
    """A list.

    :param same: returns what must not be there twice; None for the item itself.
    :param unique: False where items may be there twice.
    """

    def __init__(
        self,
        member: Shape,
        text: str = "",
        same: Optional[Callable[[Any], Any]] = None,
        unique: bool = True,
    ) -> None:
        self.member = member
        self.text = text
        self.same = same
        self.unique = unique

    def check(self, value: Any, path: Path) -> Any:
        if not isinstance(value, (list, tuple)):
            raise WishError(path, "%s is not a list" % described(value), "write a list")
        found = [self.member.check(each, (*path, index)) for index, each in enumerate(value)]
        seen = set()
        for index, each in enumerate(found if self.unique else ()):
            what = self.same(each) if self.same else each
            if what in seen:
                raise WishError((*path, index), "it is given twice", "give it once")
            seen.add(what)
        return found

    def _schema(self) -> Dict[str, Any]:
        return {"type": "array", "items": self.member.schema()}


class Either(Shape):
    """One of several shapes, which the type of the value chooses.

    :param plain: for what is not a mapping.
    :param record: for mappings.
    """

    def __init__(self, plain: Shape, record: Shape, text: str = "") -> None:
        self.plain = plain
        self.record = record
        self.text = text

    def check(self, value: Any, path: Path) -> Any:
        return (self.record if hasattr(value, "items") else self.plain).check(value, path)

    def _schema(self) -> Dict[str, Any]:
        return {"anyOf": [self.plain.schema(), self.record.schema()]}


class Scalar(Shape):
    """A whole number of 32 bits or a text, as hash tables and variables hold."""

    def __init__(self, text: str = "") -> None:
        self.text = text
        self._number = Number()
        self._words = Text(empty=True)

    def check(self, value: Any, path: Path) -> Any:
        if isinstance(value, str):
            return self._words.check(value, path)
        if isinstance(value, bool) or not isinstance(value, int):
            raise WishError(
                path,
                "%s is neither a whole number nor text" % described(value),
                "write a whole number, or text in quotes",
            )
        return self._number.check(value, path)

    def _schema(self) -> Dict[str, Any]:
        return {"anyOf": [self._number.schema(), {"type": "string"}]}


def of_option(option: Option, text: str = "") -> Shape:
    """Return the shape of an option of a kind of resource, which has the same limits."""
    if option.type == "bool":
        return Flag(text)
    if option.type in ("int", "float"):
        shape = Number(text, option.low, option.high, option.type == "int")
        return _Also(shape, option.wrong) if option.wrong else shape
    return Text(text, option.choices, option.empty is not None, option.wrong)


class _Also(Shape):
    """A shape with one more condition."""

    def __init__(self, shape: Shape, wrong: Callable[[Any], str]) -> None:
        self.shape = shape
        self.wrong = wrong
        self.text = shape.text

    def check(self, value: Any, path: Path) -> Any:
        value = self.shape.check(value, path)
        problem = self.wrong(value)
        if problem:
            raise WishError(path, "%r is refused" % value, problem)
        return value

    def _schema(self) -> Dict[str, Any]:
        return self.shape.schema()


def mapping(value: Any, path: Path) -> Dict[str, Any]:
    """Return a mapping whose keys are all text.

    :raises WishError: it is not one.
    """
    if not hasattr(value, "items"):
        raise WishError(path, "%s is not a mapping" % described(value), "write keys and values")
    found = dict(value.items())
    for name in found:
        if not isinstance(name, str):
            text = "the key %s is not text" % described(name)
            raise WishError((*path, str(name)), text, "quote it")
    return found


def described(value: Any) -> str:
    """Name a value for a message."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if hasattr(value, "items"):
        return "a mapping"
    if isinstance(value, (list, tuple)):
        return "a list"
    text = repr(value)
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "…"


_SHOWN = 60
