# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""What is known of each method: its parameters and their types, its reply, what it does.

The facts are those of Kamailio 5.6 (read off its handlers and tried on a 5.6.3), with later
differences noted. They stand in :mod:`method_data`, a file for each area, of which only those
that are needed get loaded. An entry there::

    module.method one two:int [three:float] [four{a|b|...}=a] [five:any*] -> {x:int} ~ @5.7
     One line of help
     two: what it means
     +6.1: what changed
     !a hazard
     ?text of a normal reply that means failure

* Parameters are strings unless a type follows; ``.int`` means that the server itself converts
  other types; the name of another parameter means that its value (``int``, ``str``) decides.
  ``[ ]`` may be left out, ``{a|b}`` are the words to choose from (``...``: others too), ``=``
  is sent when it is left out, ``*`` any number of them.
* A reply is ``-`` (empty) or values: ``{name:type}`` a struct, ``[...]`` an array, ``(...)``
  several, ``*`` any number, ``...`` members not named here, ``any`` of varying type.
* ``~``: a write that may be repeated without harm. ``@``: first and last release.
* ``*name: meaning`` at the top of a file explains a parameter name for the whole file.

Which methods only read, and where arrays are, is in :mod:`catalogue`; which fault means what,
in :mod:`fault_meanings`.
"""

from __future__ import annotations

import re

from . import wire
from .catalogue import arrays_of, is_read_only
from .errors import EncodeError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, FrozenSet, Iterator, List, Mapping, Optional, Sequence, Tuple

    from .faults import Fault

_MODULES = {
    "server": (
        "system ctl core udp corex shm pkg mod modparam cfg cfgutils cnt stats statsc sl tm ts dbg "
        "benchmark jsonrpc pv evrexec dns dst_blocklist dst_blacklist db_text dbcl flatstore "
        "app_jsdt app_lua app_python xhttp_prom"
    ),
    "calls": (
        "dlg dlgs ul nathelper uac keepalive dmq mqueue siptrace sipcapture sipdump presence pua "
        "rls imc msrp mohqueue call_obj sca"
    ),
}
_AREAS = {module: area for area, names in _MODULES.items() for module in names.split()}
_TYPES = ("str", "int", "float", "any")
_WANTED = {"str": "a text", "int": "a whole number", "float": "a number"}
_SENT = {str: "a text", int: "an int", float: "a float"}

_PARAM = re.compile(
    r"\[?(?P<name>[^:{=*\]]+)(?::(?P<type>[.\w]+))?(?:\{(?P<words>[^}]*)\})?"
    r"(?:=(?P<fill>[^*\]]*))?(?P<repeated>\*)?\]?\Z"
)
_HEAD = re.compile(r"(?P<reply>.*?)(?P<again> ~)?(?: @(?P<since>[^-\s]+)?(?:-(?P<until>\S+))?)?\Z")
_INT = re.compile(r"\s*[+-]?[0-9]+\s*\Z")
_BAD_SCAN = re.compile(r"error at parameter ([0-9]+)")


class AsIs:
    """A parameter that :func:`bind` leaves as it is, for those who know better."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value


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
        "type",
        "typed_by",
        "words",
    )

    def __init__(self, notation: str) -> None:
        found = _PARAM.match(notation)
        if found is None:
            raise ValueError("bad parameter notation %r" % notation)
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
        self.meaning = ""

    def __repr__(self) -> str:
        return "<Param %s:%s>" % (self.name, self.type)


class Method:
    """What is known of one method.

    :ivar name: with its module, ``htable.get``.
    :ivar params: its parameters in order.
    :ivar reply: the reply in the notation of this module.
    :ivar text: one line of help.
    :ivar again: it writes, and writing the same a second time does no harm.
    :ivar since: first release that has it, or "" (5.0 or before); ``master`` is unreleased.
    :ivar until: last release that has it, or "".
    :ivar changes: what differs between releases.
    :ivar hazards: what else happens, such as blocking the server.
    :ivar failures: normal replies that mean failure; see :meth:`failure_in`.
    """

    __slots__ = (
        "again",
        "changes",
        "failures",
        "hazards",
        "name",
        "params",
        "reply",
        "since",
        "text",
        "until",
    )

    def __init__(self, name: str, params: Sequence[Param], reply: str) -> None:
        self.name = name
        self.params: Tuple[Param, ...] = tuple(params)
        self.reply = reply
        self.text = ""
        self.again = False
        self.since = ""
        self.until = ""
        self.changes: Tuple[str, ...] = ()
        self.hazards: Tuple[str, ...] = ()
        self.failures: Tuple[str, ...] = ()

    def __repr__(self) -> str:
        return "<Method %s>" % self.signature

    @property
    def access(self) -> str:
        """``read`` or ``write``; what some parameters change is a write."""
        return "read" if is_read_only(self.name, ("",)) else "write"

    @property
    def reads_without_params(self) -> bool:
        """It writes, but only shows a value when called without parameters."""
        return self.access == "write" and is_read_only(self.name)

    @property
    def arrays(self) -> FrozenSet[str]:
        """Paths of the arrays in its replies; see :func:`catalogue.arrays_of`."""
        return arrays_of(self.name)

    @property
    def faults(self) -> List[Tuple[str, str]]:
        """``(meaning, part of the text in lower case)`` of the faults whose text does not tell."""
        from .fault_meanings import meanings_of

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


_blocks: Dict[str, Dict[str, List[str]]] = {}
_methods: Dict[str, Method] = {}


def find(method: str) -> Optional[Method]:
    """Look up a method by its name; None when nothing is known of it."""
    found = _methods.get(method)
    if found is None:
        blocks = _area(method.partition(".")[0])
        if method not in blocks:
            return None
        found = _methods[method] = _build(method, blocks)
    return found


def methods() -> Iterator[Method]:
    """Every method that is known, area by area."""
    for module in ("core", "dispatcher", "dlg"):
        for name in _area(module):
            found = find(name) if name else None
            if found is not None:
                yield found


def _area(module: str) -> Dict[str, List[str]]:
    """The lines of each entry of the area to which a module belongs; "" has the glossary."""
    area = _AREAS.get(module, "routing")
    blocks = _blocks.get(area)
    if blocks is None:
        if area == "server":
            from .method_data.server import TEXT
        elif area == "calls":
            from .method_data.calls import TEXT
        else:
            from .method_data.routing import TEXT
        blocks = _blocks[area] = {"": []}
        lines: List[str] = []
        for line in TEXT.splitlines():
            if line.startswith("*"):
                blocks[""].append(line[1:])
            elif line.startswith(" "):
                lines.append(line[1:])
            elif line:
                lines = blocks[line.partition(" ")[0]] = [line]
    return blocks


def _build(name: str, blocks: Dict[str, List[str]]) -> Method:
    head, *lines = blocks[name]
    _other, _other, head = head.partition(" ")
    same = head.startswith("= ")
    left, _other, right = ("", "", head[2:]) if same else (" " + head).partition(" -> ")
    found = _HEAD.match(right)
    if found is None:
        raise ValueError("%s: %r is not in the notation" % (name, right))
    params: List[Param] = []
    if same:
        original = _build(found.group("reply"), blocks)
        made = Method(name, original.params, original.reply)
        made.text, made.again, made.since = original.text, original.again, original.since
        made.changes, made.hazards = original.changes, original.hazards
        made.failures = original.failures
    else:
        meanings = dict(line.split(": ", 1) for line in blocks[""])
        for notation in left.split():
            param = Param(notation)
            param.meaning = meanings.get(param.name, "")
            params.append(param)
        made = Method(name, params, found.group("reply"))
    made.again = made.again or found.group("again") is not None
    made.until = found.group("until") or ""
    made.since = found.group("since") or ("" if made.until else made.since)
    _describe(made, lines)
    return made


def _describe(made: Method, lines: Sequence[str]) -> None:
    for line in lines:
        if line.startswith("+"):
            made.changes += (line[1:],)
        elif line.startswith("!"):
            made.hazards += (line[1:],)
        elif line.startswith("?"):
            made.failures += (line[1:],)
        elif line is lines[0]:
            made.text = line
        else:
            name, _other, meaning = line.partition(": ")
            for param in made.params:
                if param.name == name:
                    param.meaning = meaning


def signature(method: str) -> str:
    """Name and parameters for a line of help; the name alone when nothing is known.

    >>> signature("dispatcher.set_state"), signature("dispatcher.list")
    ('dispatcher.set_state state group uri', 'dispatcher.list [mode]')
    """
    found = find(method)
    return method if found is None else found.signature


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
        bound.append(_convert(found, index, param, kind, value))
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


def _convert(method: Method, index: int, param: Param, kind: str, value: Any) -> Any:
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
        if isinstance(value, str) and _INT.match(value):
            value = int(value)
        if isinstance(value, (int, float)) and value == value // 1:
            if wire.INT_MIN <= value <= wire.UINT_MAX:
                return int(value)
            raise EncodeError(_refusal(method, index, param, "32 bits", value))
    elif kind == "float":
        try:
            number = float(value)
        except (TypeError, ValueError):
            number = wire.FIXED_MAX / 1000.0
        if abs(number) < wire.FIXED_MAX / 1000.0:
            return number
    wanted = _WANTED.get(kind, "a text or a number")
    raise EncodeError(_refusal(method, index, param, wanted, value))


def _refusal(method: Method, index: int, param: Param, wanted: str, value: Any) -> str:
    return "%s: parameter %d, %s%s, wants %s and got %r; use: %s" % (
        method.name,
        index + 1,
        param.name,
        " (%s)" % param.meaning if param.meaning else "",
        wanted,
        value,
        method.signature,
    )


def explain(fault: Fault, params: Sequence[Any] = ()) -> str:
    """Say which parameter is likely wrong, given what was sent; "" when there is no guess.

    Many methods answer "Not enough parameters" whenever one has the wrong type.
    """
    method = find(fault.method)
    if method is None or fault.meaning != "invalid":
        return ""
    doubts = []
    scanned = _BAD_SCAN.search(fault.text)
    if scanned is not None:
        index = int(scanned.group(1))
        if index < len(params):
            doubts.append(_doubt(method, index, params[index]) or _name_of(method, index))
    if not doubts:
        found = [_doubt(method, index, value) for index, value in enumerate(params)]
        doubts = [doubt for doubt in found if doubt]
    wanted = [p for p in method.params if not p.optional and not p.repeated]
    if len(params) < len(wanted):
        doubts.append("missing: " + ", ".join(param.name for param in wanted[len(params) :]))
    if not doubts:
        return ""
    return "; ".join(doubts) + ". Use: " + method.signature


def _name_of(method: Method, index: int) -> str:
    if not method.params:
        return ""
    param = method.params[min(index, len(method.params) - 1)]
    return "it is about parameter %d, %s" % (index + 1, param.name)


def _doubt(method: Method, index: int, value: Any) -> str:
    """What is wrong with this parameter as it was sent, or ""."""
    if index >= len(method.params) and not (method.params and method.params[-1].repeated):
        return "parameter %d is one too many" % (index + 1)
    param = method.params[min(index, len(method.params) - 1)]
    sent = str if isinstance(value, str) else float if isinstance(value, float) else type(value)
    sent = int if sent is bool else sent
    wanted = {"str": str, "int": int, "float": float}.get(param.type, sent)
    place = "parameter %d, %s, " % (index + 1, param.name)
    if sent not in _SENT:
        return place + "was %r, which no method reads" % (value,)
    fits = param.converted and not (sent is float and wanted is str)
    if param.converted and wanted is int and sent is str:
        fits = _INT.match(value) is not None
    if sent is not wanted and not fits:
        return place + "wants %s and was sent as %s (%r)" % (
            _WANTED[param.type],
            _SENT[sent],
            value,
        )
    if param.closed and str(value) not in param.words:
        return place + "is one of %s, not %r" % (", ".join(param.words), value)
    return ""
