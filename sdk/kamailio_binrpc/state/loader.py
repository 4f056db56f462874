# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Files that say what servers should be: strict YAML, or JSON.

YAML guesses types: ``0042`` is 34, ``12:30:45`` is 45045, ``on`` is true, and a key
``0301234567`` is another number. Here, everything that readers of YAML take for different things is
an error with its place and the remedy, and so are repeated keys, anchors, tags and merge keys.

>>> from kamailio_binrpc.state.loader import load
>>> wish = load(["routing.yml"], ["hosts/{name}.yml"], name="edge1")  # doctest: +SKIP

It needs PyYAML: ``pip install 'kamailio-binrpc[cli]'``.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..core.state.merge import File, Merged, MergeError
from ..core.state.references import resolve
from ..core.state.shapes import WishError
from ..core.state.wish import parse

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ..core.state.references import Resolver
    from ..core.state.wish import Wish

    Place = tuple[int, int]
    Marks = dict[tuple[str | int, ...], Place]

__all__ = ["FileError", "load", "load_text"]

LARGEST = 8 * 1024 * 1024
"""Bytes of a file."""

DEEPEST = 24
"""Collections in each other."""

DOCUMENTS = 100
"""Documents in a file."""

DIGITS = 20
"""Digits of a number."""

STANDARD_INPUT = "-"


class FileError(WishError):
    """A file is wrong.

    :ivar file: its name; ``<stdin>`` for standard input.
    :ivar line: from 1; 0 where it is not known.
    :ivar column: from 1; 0 where it is not known.
    """

    def __init__(
        self,
        file: str,
        place: Place | None,
        path: Sequence[Any],
        text: str,
        remedy: str = "",
        document: int = 0,
    ) -> None:
        super().__init__(path, text, remedy, document)
        self.args = (file, place, path, text, remedy, document)
        self.file = file
        self.line, self.column = place or (0, 0)

    def __str__(self) -> str:
        place = f":{self.line}:{self.column}" if self.line else ""
        return f"{self.file}{place}: {super().__str__()}"


def load(
    files: Iterable[str | Path],
    overlays: Iterable[str | Path] = (),
    name: str = "",
    references: Resolver = resolve,
) -> Wish:
    """Return the wish that files describe together. Without a name it has that of the first file.

    :param files: YAML or JSON; ``-`` is standard input.
    :param overlays: files that win over the others. ``{name}`` in a name is the server's; a missing
        file is empty.
    :param references: returns the secret that a reference means, see :func:`parse`.
    :raises FileError: a file cannot be read, or is wrong.
    """
    found = [_read(str(each)) for each in files]
    for each in overlays:
        path = str(each).replace("{name}", name)
        if Path(path).exists():
            found.append(_read(path, overlay=True))
    return _parsed(found, references)


def load_text(text: str, file: str = "<text>", references: Resolver = resolve) -> Wish:
    """Return the wish that a text describes.

    :param file: the name for messages.
    :raises FileError: the text is wrong.
    """
    return _parsed([_Source(file, text)], references)


class _Source(File):
    """A file that was read, with the places of its parts.

    :raises FileError: it is wrong.
    """

    def __init__(self, name: str, text: str, *, overlay: bool = False) -> None:
        if len(text) > LARGEST:
            raise FileError(name, None, (), f"it is larger than {LARGEST} bytes")
        self.marks: list[Marks] = []
        documents = self._documents(name, text)
        if len(documents) > DOCUMENTS:
            raise FileError(name, None, (), f"it has more than {DOCUMENTS} documents")
        for index, document in enumerate(documents):
            if not isinstance(document, dict):
                raise FileError(
                    name,
                    self.place(index, ()),
                    (),
                    "a document is not a mapping",
                    "write version: 1 and a section",
                    index,
                )
        super().__init__(name, documents, overlay)

    def place(self, document: int, path: Sequence[Any]) -> Place | None:
        """Return line and column of a part, or of the nearest that has one."""
        marks = self.marks[document] if document < len(self.marks) else {}
        for size in range(len(path), -1, -1):
            if tuple(path[:size]) in marks:
                return marks[tuple(path[:size])]
        return None

    def _documents(self, name: str, text: str) -> list[Any]:
        if name.endswith(".json") or text.lstrip()[:1] in ("{", "["):
            try:
                return _json(name, text)
            except json.JSONDecodeError as error:
                # What begins like JSON may be YAML.
                if name.endswith(".json"):
                    place = error.lineno, error.colno
                    raise FileError(name, place, (), f"it is not JSON: {error.msg}") from error
        documents = []
        for document, marks in _Yaml(name, text):
            documents.append(document)
            self.marks.append(marks)
        return documents


def _read(name: str, *, overlay: bool = False) -> _Source:
    shown = "<stdin>" if name == STANDARD_INPUT else name
    try:
        if name == STANDARD_INPUT:
            data = sys.stdin.buffer.read(LARGEST + 1)
        else:
            with Path(name).open("rb") as file:
                data = file.read(LARGEST + 1)
    except OSError as error:
        raise FileError(shown, None, (), f"cannot be read: {error.strerror}") from error
    if len(data) > LARGEST:
        raise FileError(shown, None, (), f"it is larger than {LARGEST} bytes")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        column = error.start - data.rfind(b"\n", 0, error.start)
        text = "a byte is not UTF-8"
        remedy = "save it as UTF-8; for such a value write {value: 'caf\\xe9', type: escaped}"
        raise FileError(shown, (line, column), (), text, remedy) from error
    return _Source(shown, text, overlay=overlay)


def _parsed(files: list[_Source], references: Resolver) -> Wish:
    whole = None
    try:
        whole = Merged(files)
        documents = whole.documents
        if documents and "name" not in documents[0] and not files[0].name.startswith("<"):
            documents[0]["name"] = Path(files[0].name).name.partition(".")[0] or files[0].name
        return parse(documents, references)
    except MergeError as error:
        number, path = error.file, error.path
        cause: WishError = error
    except WishError as error:
        number, path = (
            whole.origin(error.document, error.path) if whole is not None else (0, error.path)
        )
        cause = error
    source = files[number] if files else _Source("<nothing>", "")
    place = source.place(cause.document, path)
    raise FileError(
        source.name, place, cause.path, cause.text, cause.remedy, cause.document
    ) from cause


# --- JSON


def _json(name: str, text: str) -> list[Any]:
    def members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, value in pairs:
            if key in found:
                raise FileError(name, None, (key,), "it is there twice", "write it once")
            found[key] = value
        return found

    def number(digits: str) -> Any:
        return _number(digits, lambda text, remedy: FileError(name, None, (), text, remedy))

    try:
        data = json.loads(
            text,
            object_pairs_hook=members,
            parse_int=number,
            parse_float=number,
            parse_constant=number,
        )
    except RecursionError as error:
        raise FileError(name, None, (), "collections are too deep in each other") from error
    documents = data if isinstance(data, list) else [data]
    for each in documents:
        _check_json(name, each, 1)
    return documents


def _check_json(name: str, value: Any, depth: int) -> None:
    if depth > DEEPEST:
        raise FileError(name, None, (), f"more than {DEEPEST} collections are in each other")
    if isinstance(value, str):
        problem = _odd(value)
        if problem:
            raise FileError(name, None, (), *problem)
    elif isinstance(value, dict):
        for key, each in value.items():
            _check_json(name, key, depth)
            _check_json(name, each, depth + 1)
    elif isinstance(value, list):
        for each in value:
            _check_json(name, each, depth + 1)


# --- YAML


class _Yaml:
    """The documents of a text, with the places of their parts.

    :raises FileError: it is not YAML, or not plain enough.
    """

    def __init__(self, name: str, text: str) -> None:
        self._name = name
        self._text = text

    def __iter__(self) -> Iterator[tuple[Any, Marks]]:
        try:
            import yaml
        except ImportError as error:
            text = "reading YAML needs PyYAML"
            remedy = "pip install 'kamailio-binrpc[cli]', or write JSON"
            raise FileError(self._name, None, (), text, remedy) from error
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        try:
            yield from self._documents(iter(yaml.parse(self._text, Loader=loader)), yaml.events)
        except yaml.YAMLError as error:
            raise self._broken(error) from error
        except RecursionError as error:
            raise self._error(None, "collections are too deep in each other") from error

    def _documents(self, events: Iterator[Any], kinds: Any) -> Iterator[tuple[Any, Marks]]:
        for event in events:
            if isinstance(event, kinds.DocumentStartEvent):
                if event.tags or (event.version and event.version[0] != 1):
                    raise self._error(event, "directives are not supported", "leave them out")
                marks: Marks = {}
                document = self._value(next(events), events, kinds, (), marks)
                if document is not None:
                    yield document, marks

    def _value(self, event: Any, events: Any, kinds: Any, path: Any, marks: Marks) -> Any:
        """Return the value that begins with an event."""
        marks.setdefault(path, self._place(event))
        if isinstance(event, kinds.AliasEvent):
            raise self._error(event, f"the alias *{event.anchor} is not supported", "write it out")
        if event.anchor is not None:
            text = f"the anchor &{event.anchor} is not supported"
            raise self._error(event, text, "leave it out")
        if event.tag is not None:
            raise self._error(event, f"the tag {event.tag} is not supported", "leave it out")
        if isinstance(event, kinds.ScalarEvent):
            return self._scalar(event)
        if len(path) >= DEEPEST:
            raise self._error(event, f"more than {DEEPEST} collections are in each other")
        if isinstance(event, kinds.MappingStartEvent):
            return self._mapping(events, kinds, path, marks)
        items: list[Any] = []
        for item in events:
            if isinstance(item, kinds.SequenceEndEvent):
                break
            items.append(self._value(item, events, kinds, (*path, len(items)), marks))
        return items

    def _mapping(self, events: Any, kinds: Any, path: Any, marks: Marks) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for event in events:
            if isinstance(event, kinds.MappingEndEvent):
                break
            key = self._key(event, kinds)
            inner = (*path, key)
            if key in found:
                line = marks[inner][0]
                text = f"{key!r} is there already, in line {line}"
                raise self._error(event, text, "write it once")
            marks[inner] = self._place(event)
            found[key] = self._value(next(events), events, kinds, inner, marks)
        return found

    def _key(self, event: Any, kinds: Any) -> str:
        if not isinstance(event, kinds.ScalarEvent):
            if isinstance(event, kinds.AliasEvent):
                raise self._error(event, "an alias is not supported", "write it out")
            raise self._error(event, "a collection cannot be a key", "write text")
        if event.anchor is not None or event.tag is not None:
            raise self._error(event, "anchors and tags are not supported", "leave them out")
        if not event.style and event.value == "<<":
            raise self._error(event, "<< is not supported", "write the keys out")
        value = self._scalar(event)
        if isinstance(value, str):
            return value
        if isinstance(value, int) and not isinstance(value, bool):
            return str(event.value)
        raise self._error(event, f"the key {event.value or 'null'} is not text", "quote it")

    def _scalar(self, event: Any) -> Any:
        text: str = event.value
        problem = _odd(text)
        if problem:
            raise self._error(event, *problem)
        if event.style:
            return text
        if text in _WORDS:
            return _WORDS[text]
        if _NUMBER.fullmatch(text):
            return _number(text, lambda *problem: self._error(event, *problem))
        if not _is_plain(text):
            meaning = f"{text!r} means different things to different readers of YAML"
            raise self._error(event, meaning, "quote it")
        return text

    @staticmethod
    def _place(event: Any) -> Place:
        return event.start_mark.line + 1, event.start_mark.column + 1

    def _error(self, event: Any, text: str, remedy: str = "") -> FileError:
        place = self._place(event) if event is not None else None
        return FileError(self._name, place, (), text, remedy)

    def _broken(self, error: Exception) -> FileError:
        mark = getattr(error, "problem_mark", None)
        if mark is not None:
            text = getattr(error, "problem", None) or "it is not YAML"
            return FileError(self._name, (mark.line + 1, mark.column + 1), (), f"not YAML: {text}")
        reason = getattr(error, "reason", None)
        if reason is None:
            return FileError(self._name, None, (), "it is not YAML")
        at = getattr(error, "position", 0)
        line = self._text.count("\n", 0, at) + 1
        column = at - self._text.rfind("\n", 0, at)
        text = "a character is not allowed in YAML"
        return FileError(self._name, (line, column), (), text, "write it as an escape in quotes")


_WORDS = {"true": True, "false": False, "null": None, "": None}
_NUMBER = re.compile(r"(?!-0\Z)-?(0|[1-9][0-9]*)(\.[0-9]+)?")
_AMBIGUOUS = re.compile(
    r"""(?ix)
      on | off | yes | no | y | n | true | false | null | ~ | = | <<
    | [-+]? [0-9] [0-9_]* ( : [0-9]+ )* \.? [0-9_]*      # 0042, 1_000, 12:30:45, 5.
    | [-+]? ( [0-9] [0-9_]* )? \.? [0-9_]* e [-+]? [0-9]+
    | [-+]? \. [0-9_]+
    | [-+]? 0 [xob] [0-9a-f_]*
    | [-+]? \. ( inf | nan )
    | [0-9]{4} - [0-9]{1,2} - [0-9]{1,2} ( [t\ ] .* )?
    """
)


def _is_plain(text: str) -> bool:
    """Does every reader of YAML take this for text where it is not quoted?"""
    from yaml.resolver import Resolver

    if _AMBIGUOUS.fullmatch(text):
        return False
    resolvers = Resolver.yaml_implicit_resolvers
    return not any(pattern.match(text) for _tag, pattern in resolvers.get(text[:1], ()))


def _number(text: str, error: Any) -> int | float:
    """Return a number.

    :param error: makes an exception of what is wrong and the remedy.
    """
    if not _NUMBER.fullmatch(text):
        raise error(f"{text} is not a plain number", "write it out, or quote it")
    if len(text) > DIGITS:
        raise error("a number has too many digits", "quote it")
    return float(text) if "." in text else int(text)


def _odd(text: str) -> tuple[str, str] | None:
    """Return what is wrong with a text, and the remedy."""
    if not text.isascii() and re.search("[\ud800-\udfff]", text):
        return (
            "half of a character is not text",
            "write the whole character; for bytes {value: 'caf\\xe9', type: escaped}",
        )
    return None
