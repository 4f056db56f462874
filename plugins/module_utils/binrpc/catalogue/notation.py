# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""The facts about each method, and the notation they are written in.

The facts are those of Kamailio 5.6 (read off its handlers and tried on a 5.6.3), with later
differences noted. Each method has one entry, in the file of ``modules/`` that is named as the
Kamailio module. The core's own methods are in the file named as their first word::

    module.method one two:int [three:float] [four{a|b|...}=a] [five:any*] -> {x:int} repeatable @5.7
     One line of help
     two: what it means
     +6.1: what changed
     !a hazard
     !rebuilds: a hazard to SIP workers that read what is rebuilt
     !!a hazard that cannot be undone, or hits all calls: tools for people ask first
     ?text of a normal reply that means failure
     %absent=part of a fault's text|invalid=another part

* Parameters are strings unless a type follows; ``.int`` means that the server itself converts
  other types; the name of another parameter means that its value (``int``, ``str``) decides.
  ``[ ]`` may be left out, ``{a|b}`` are the words to choose from (``...``: others too), ``=``
  is sent when it is left out, ``*`` any number of them.
* A reply is ``-`` (empty) or values: ``{name:type}`` a struct, ``[...]`` an array, ``(...)``
  several, ``*`` any number, ``...`` members not named here, ``any`` of varying type. On the wire
  an array is a struct: what stands here in ``[ ]`` is all that tells them apart.
* ``^`` behind a parameter or a value of the reply: a secret, with all that is in it. ``^(name)``:
  a secret if the text of that parameter, or of that member beside it, sounds like the name of one;
  ``^()``: members whose own names do; ``^(@)``: passwords inside its text, as in a URL.
* ``reads``: a call changes nothing; ``reads()``: without parameters; ``reads(check)``: when the
  first parameter is ``check``. ``repeatable``: a write that may be repeated without harm.
* ``counts``: the numbers of the reply are never negative, and may pass the 31 bits that an int
  record has for them.
* ``!rebuilds``: the module has two copies of its data, and frees the one that was in use until the
  last rebuild; see ``pacing.py``. More may follow after a colon.
* ``@5.7``: the first release that has it; ``@-5.4``: the last one.
* ``%`` has the faults whose meaning neither their code nor their text alone tells, the part of
  the text in lower case: ``absent`` what was asked for does not exist, ``exists`` what was to be
  added does, ``empty`` there is nothing to list, ``busy`` later it may work and nothing was
  changed, ``refused`` this configuration or build does not allow it, ``invalid`` a parameter is
  missing, of the wrong type or of no meaning. ``%= module.other``: the faults of that entry.
* ``module.other = module.method``: the same under another name; what follows replaces. Both are in
  one file.
* ``module.*``: faults of all methods of the module.
* ``*name: meaning`` at the top of a file explains a parameter name for the whole file.

What must be small and quick is derived from the entries by ``tools/catalogue.py``: the tables in
``names``, ``reading``, ``repeating``, ``counters``, ``arrays``, ``meanings``, ``secrets`` and
``lookup``.
"""

from __future__ import annotations

import re

from .arrays import arrays_of
from .reading import is_read_only

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, FrozenSet, List, Mapping, Optional, Sequence, Set, Tuple

    Entries = Mapping[str, List[str]]

ALWAYS = "*"
"""Value of ``Method.reads``: whatever the parameters."""

_TYPES = ("str", "int", "float", "any")
_MEANINGS = ("absent", "exists", "empty", "busy", "refused", "invalid")

_PARAM = re.compile(
    r"\[?(?P<name>[^:{=*^\]]+)(?::(?P<type>[.\w]+))?(?:\{(?P<words>[^}]*)\})?(?P<secret>\^)?"
    r"(?:\((?P<secret_if>[^)]*)\))?(?:=(?P<fill>[^*\]]*))?(?P<repeated>\*)?\]?\Z"
)
_HEAD = re.compile(
    r"(?P<reply>.*?)(?P<reads> reads(?:\((?P<first>\w*)\))?)?(?P<again> repeatable)?"
    r"(?P<counts> counts)?(?: @(?P<since>[^-\s]+)?(?:-(?P<until>\S+))?)?\Z"
)
_MEMBER = re.compile(r"([^:{}\[\](),^*]+):")
_VALUE = re.compile(r"-|str|int|float|any")
_SECRET = re.compile(r"\^(?:\(([^)]*)\))?")


class Param:
    """One parameter of a method.

    :ivar name: our name for it, in lower case.
    :ivar type: ``str``, ``int``, ``float``, or ``any`` of them.
    :ivar converted: the server itself converts other types.
    :ivar typed_by: name of the parameter whose value names the type, or "".
    :ivar optional: the server does without it.
    :ivar repeated: there may be any number of them; always the last parameter.
    :ivar words: what to choose from, as far as known.
    :ivar closed: nothing but those words makes sense.
    :ivar fill: what is sent when it is left out and something must be, or None.
    :ivar secret: its value must not be shown.
    :ivar secret_if: ``secret`` depends on this parameter: its text names what the value is of.
        "" where it does not depend on any.
    :ivar meaning: one line, or "".
    """

    __slots__ = (
        "closed",
        "converted",
        "fill",
        "meaning",
        "name",
        "optional",
        "repeated",
        "secret",
        "secret_if",
        "type",
        "typed_by",
        "words",
    )

    def __init__(self, notation: str) -> None:
        found = _PARAM.match(notation)
        if found is None:
            raise ValueError("the parameter %r is not in the notation" % notation)
        kind = found.group("type") or "str"
        self.name: str = found.group("name")
        self.converted = kind.startswith(".")
        kind = kind.lstrip(".")
        self.typed_by = "" if kind in _TYPES else kind
        self.type: str = "any" if self.typed_by else kind
        self.repeated = found.group("repeated") is not None
        self.optional = notation.startswith("[")
        words = (found.group("words") or "").split("|")
        self.closed = words != [""] and "..." not in words
        self.words: Tuple[str, ...] = tuple(word for word in words if word not in ("", "..."))
        fill = found.group("fill")
        self.fill: Any = int(fill) if fill and kind == "int" else fill
        self.secret_if: str = found.group("secret_if") or ""
        self.secret = found.group("secret") is not None and not self.secret_if
        self.meaning = ""

    def __repr__(self) -> str:
        return "<Param %s:%s>" % (self.name, self.type)


class Method:
    """The facts about one method.

    :ivar name: with its module, ``htable.get``.
    :ivar params: its parameters in order.
    :ivar reply: the reply in the notation of this module, without the mark of secrets.
    :ivar text: one line of help.
    :ivar reads: a call changes nothing: ALWAYS, or when this is the first parameter, "" when there
        is none; None never.
    :ivar again: it writes, and writing the same a second time does no harm.
    :ivar counts: ints of its replies are 0 to 2**32-1.
    :ivar since: first release that has it, or "" (5.0 or before); ``master`` is unreleased.
    :ivar until: last release that has it, or "".
    :ivar changes: what differs between releases.
    :ivar hazards: what else happens, such as blocking the server.
    :ivar asks: a hazard cannot be undone, or hits all calls; tools for people ask first.
    :ivar failures: normal replies that mean failure; see :meth:`failure_in`.
    :ivar secrets: names of the members of its replies that are secret; ``.`` is the whole reply.
        Behind ``?`` stands what decides, as in the notation.
    """

    __slots__ = (
        "again",
        "asks",
        "changes",
        "counts",
        "failures",
        "hazards",
        "name",
        "params",
        "reads",
        "reply",
        "secrets",
        "since",
        "text",
        "until",
    )

    def __init__(self, name: str, params: Sequence[Param], reply: str) -> None:
        self.name = name
        self.params: Tuple[Param, ...] = tuple(params)
        self.reply = reply
        self.secrets: FrozenSet[str] = frozenset()
        self.text = ""
        self.reads: Optional[str] = None
        self.again = False
        self.counts = False
        self.since = ""
        self.until = ""
        self.changes: Tuple[str, ...] = ()
        self.hazards: Tuple[str, ...] = ()
        self.asks = False
        self.failures: Tuple[str, ...] = ()

    def __repr__(self) -> str:
        return "<Method %s>" % self.signature

    @property
    def access(self) -> str:
        """``read`` or ``write``; what some parameters change is a write."""
        return "read" if self.reads == ALWAYS else "write"

    @property
    def reads_without_params(self) -> bool:
        """It writes, but only shows a value when called without parameters."""
        return self.reads == ""

    @property
    def rebuilds(self) -> bool:
        """Does it rebuild data that SIP workers read?"""
        return any(each.partition(":")[0] == "rebuilds" for each in self.hazards)

    @property
    def arrays(self) -> FrozenSet[str]:
        """Paths of the arrays in its replies; see :func:`.arrays.arrays_of`."""
        return arrays_of(self.name)

    @property
    def faults(self) -> List[Tuple[str, str]]:
        """``(meaning, part of the text in lower case)`` of the faults whose text does not tell."""
        from .meanings import meanings_of

        return meanings_of(self.name)

    @property
    def shape(self) -> str:
        """The reply as a whole: empty, text, number, struct, array, any, or list of several."""
        if self.reply.endswith("*") or self.reply.startswith("("):
            return "list"
        shapes = {"-": "empty", "str": "text", "any": "any", "{": "struct", "[": "array"}
        return shapes.get(self.reply, shapes.get(self.reply[0], "number"))

    @property
    def signature(self) -> str:
        """Name and parameters, those in brackets that may be left out."""
        words = [self.name]
        for param in self.params:
            word = param.name + " ..." if param.repeated else param.name
            left_out = param.optional or param.fill is not None
            words.append("[%s]" % word if left_out else word)
        return " ".join(words)

    def is_repeatable(self, params: Sequence[object] = ()) -> bool:
        """Does calling it a second time change nothing more than calling it once?"""
        return self.again or is_read_only(self.name, params)

    def failure_in(self, values: Sequence[object]) -> str:
        """The text that makes this normal reply a failure, or ""."""
        for value in values:
            for part in self.failures:
                if isinstance(value, str) and value.lower().startswith(part.lower()):
                    return value
        return ""


def parse(text: str) -> Dict[str, List[str]]:
    """Return the lines of each entry of a file, the first one with its name; "" has the glossary.

    :raises ValueError: there are two entries of one name.
    """
    entries: Dict[str, List[str]] = {"": []}
    lines: List[str] = []
    for line in text.splitlines():
        if line.startswith("*"):
            entries[""].append(line[1:])
        elif line.startswith(" "):
            lines.append(line[1:])
        elif line:
            name = line.partition(" ")[0]
            if name in entries:
                raise ValueError("%s has two entries" % name)
            lines = entries[name] = [line]
    return entries


def build(name: str, entries: Entries, source: str) -> Method:
    """Return the method that an entry describes.

    :param source: where the entries come from, for the error.
    :raises ValueError: it is not in the notation; file and method are named.
    """
    try:
        made = _build(name, entries)
        if not made.text:
            raise ValueError("there is no line of help")
    except ValueError as error:
        raise ValueError("%s: %s: %s" % (source, name, error)) from None
    return made


def _build(name: str, entries: Entries) -> Method:
    head, *lines = _entry(name, entries)
    same = _original(head)
    left, arrow, right = ("", "-", same) if same else head.partition(" -> ")
    found = _HEAD.match(right)
    if found is None or not arrow:
        raise ValueError("%r is not in the notation" % head)
    params: List[Param] = []
    if same:
        original = _build(found.group("reply"), entries)
        made = Method(name, original.params, original.reply)
        for fact in Method.__slots__:
            if fact != "name":
                setattr(made, fact, getattr(original, fact))
    else:
        meanings = dict(line.split(": ", 1) for line in entries[""])
        for notation in left.split()[1:]:
            param = Param(notation)
            _check_type(param, notation, params)
            param.meaning = meanings.get(param.name, "")
            params.append(param)
        reply = found.group("reply")
        made = Method(name, params, _SECRET.sub("", reply))
        made.secrets = _Reply(reply).secrets
    if found.group("reads") is not None:
        made.reads = ALWAYS if found.group("first") is None else found.group("first")
    made.again = made.again or found.group("again") is not None
    made.counts = made.counts or found.group("counts") is not None
    made.until = found.group("until") or ""
    made.since = found.group("since") or ("" if made.until else made.since)
    _describe(made, lines)
    return made


def _entry(name: str, entries: Entries) -> List[str]:
    try:
        return entries[name]
    except KeyError:
        raise ValueError("there is no entry %s in this file" % name) from None


def _original(head: str) -> str:
    """Return the name after the equals sign of an entry that is the same as another, or ""."""
    _name, equals, other = head.partition(" = ")
    return other if equals and " -> " not in head else ""


def _check_type(param: Param, notation: str, before: Sequence[Param]) -> None:
    if param.typed_by and param.typed_by not in [other.name for other in before]:
        raise ValueError(
            "the type of the parameter %r is none of %s, nor a parameter before it"
            % (notation, ", ".join(_TYPES))
        )


def _describe(made: Method, lines: Sequence[str]) -> None:
    names = [param.name for param in made.params]
    for line in lines:
        if line.startswith("+"):
            made.changes += (line[1:],)
        elif line.startswith("!"):
            made.asks = made.asks or line.startswith("!!")
            made.hazards += (line.lstrip("!"),)
        elif line.startswith("?"):
            made.failures += (line[1:],)
        elif line.startswith("%"):
            continue  # see faults_of()
        elif line is lines[0] and line.partition(": ")[0] not in names:
            made.text = line
        else:
            name, _other, meaning = line.partition(": ")
            known = [param for param in made.params if param.name == name]
            if not known:
                raise ValueError("%r explains no parameter" % line)
            for param in known:
                param.meaning = meaning


def faults_of(name: str, entries: Entries) -> List[Tuple[str, str]]:
    """``(meaning, part of the text in lower case)`` of each fault of an entry.

    :raises ValueError: it is not in the notation.
    """
    head, *lines = _entry(name, entries)
    same = _original(head)
    faults = faults_of(same.partition(" ")[0], entries) if same else []
    for line in lines:
        if line.startswith("%= "):
            faults += faults_of(line[3:], entries)
        elif line.startswith("%"):
            for rule in line[1:].split("|"):
                meaning, _equals, part = rule.partition("=")
                if meaning not in _MEANINGS or not part or part != part.lower():
                    raise ValueError("%s: the fault %r is not in the notation" % (name, rule))
                faults.append((meaning, part))
    return faults


def arrays_in(reply: str) -> FrozenSet[str]:
    """Paths of the arrays in a reply; ``.`` is the value itself.

    >>> sorted(arrays_in("{a:{b:[c:{d:[str*]}*]}}*"))
    ['a.b', 'a.b.c.d']

    :raises ValueError: it is not in the notation.
    """
    return _Reply(reply).arrays


class _Reply:
    """A reply, taken apart.

    :raises ValueError: it is not in the notation.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._arrays: Set[str] = set()
        self._secrets: Set[str] = set()
        self._value("")
        if self._at < len(text):
            raise self._error()

    @property
    def arrays(self) -> FrozenSet[str]:
        return frozenset(self._arrays)

    @property
    def secrets(self) -> FrozenSet[str]:
        return frozenset(self._secrets)

    def _error(self) -> ValueError:
        return ValueError("the reply is not in the notation from %r on" % self._text[self._at :])

    def _take(self, part: str) -> bool:
        if self._text.startswith(part, self._at):
            self._at += len(part)
            return True
        return False

    def _value(self, path: str) -> None:
        if self._take("{"):
            self._members("}", path)
        elif self._take("["):
            self._arrays.add(path or ".")
            self._members("]", path)
        elif self._take("("):
            self._members(")", path)
        else:
            found = _VALUE.match(self._text, self._at)
            if found is None:
                raise self._error()
            self._at = found.end()
        secret = _SECRET.match(self._text, self._at)
        if secret is not None:
            self._at = secret.end()
            decides = "" if secret.group(1) is None else "?" + secret.group(1)
            self._secrets.add((path.rpartition(".")[2] or ".") + decides)
        self._take("*")

    def _members(self, end: str, path: str) -> None:
        while True:
            found = _MEMBER.match(self._text, self._at)
            if found is not None:
                self._at = found.end()
                self._value(path + "." + found.group(1) if path else found.group(1))
            elif not self._take("..."):
                self._value(path)  # an item of an array has the path of the array
            if self._take(end):
                return
            if not self._take(","):
                raise self._error()
