# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Expectations on a value or a fault, and where the server differs from them."""

from __future__ import annotations

import re

from ..errors import EncodeError
from ..foreign import whole_or_none
from ..params import TYPES, from_mapping
from ..values import unsigned
from .escapes import quoted, raw
from .outcome import fault_kind

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Iterable, List, Tuple, Union

    from ..faults import Fault

MISSING = object()
"""Stands for the value at a path that leads nowhere."""

# A choice ends at a bracket before a dot or the end: the text may be sip:[::1]:5060.
_CHOICE_NAME = re.compile(r"\[([^=\[\]]+)=")
_CHOICE_END = re.compile(r"\](?=\.|\Z)")
_PLAIN = re.compile(r"[^.\[]+")

# Words joined like those of a kind; a fault's text has none by itself.
_KIND = re.compile(r"[a-z]+(?:_[a-z]+)+\Z")
_FAULT_KINDS = {
    "fault",
    "method_not_found",
    "too_fast",
    "busy",
    "invalid_params",
    "not_found",
    "already_exists",
    "reply_too_large",
    "struct_too_large",
}


def is_forced(value: Any) -> bool:
    """Is this a mapping that forces a type, rather than one that is meant as such?"""
    return (
        isinstance(value, dict)
        and set(value) == {"type", "value"}
        and value["type"] in (*TYPES, "escaped")
    )


def parameter(value: Any) -> Any:
    """Return the parameter that a value of a task or file stands for.

    :raises EncodeError: it does not read as the type that it forces.
    """
    if is_forced(value) and value["type"] == "escaped":
        return raw(str(value["value"]))
    return from_mapping(value)


def difference(want: Any, got: Any, path: str = "") -> str:
    """Return where ``got`` is not what is wanted, or an empty text.

    Types count, except between int and float. A wanted mapping may leave members out. Wanted
    texts are escaped as results show them; ``got`` is as the server sent it.

    :raises EncodeError: a forced type does not fit its value.
    """
    # {type, value} may be meant as a mapping: pv.shvGet answers with such members.
    want = _unescaped(want, got)
    if got is MISSING:
        return "%s is not in the reply" % path
    where = path + ": " if path else ""
    if isinstance(want, dict) and isinstance(got, dict):
        for name, member in want.items():
            inner = "%s.%s" % (path, name) if path else str(name)
            found = difference(member, got.get(name, MISSING), inner)
            if found:
                return found
        return ""
    if isinstance(want, list) and isinstance(got, list):
        if len(want) != len(got):
            return "%sexpected %d items, got %d" % (where, len(want), len(got))
        for index, (item, other) in enumerate(zip(want, got)):
            found = difference(item, other, "%s.%d" % (path, index) if path else str(index))
            if found:
                return found
        return ""
    if _equal(want, got):
        return ""
    return "%sexpected %s, got %s" % (where, described(want), described(got))


def _unescaped(want: Any, got: Any) -> Any:
    """Return a wanted value as the server would send it; containers stay."""
    if isinstance(want, str):
        return raw(want)
    if is_forced(want) and not isinstance(got, dict):
        value = parameter(want)
        return value.decode("utf-8", "surrogateescape") if isinstance(value, bytes) else value
    return want


def _equal(want: Any, got: Any) -> bool:
    if isinstance(want, (int, float)) and isinstance(got, (int, float)):
        if want == got:
            return True
        # The wire does not tell 4294967295 from -1.
        return (
            isinstance(want, int)
            and isinstance(got, int)
            and -(2**31) <= want < 2**32
            and unsigned(want) == unsigned(got)
        )
    return type(want) is type(got) and want == got


def described(value: Any) -> str:
    """Name a value together with its type: int 5, str '5'."""
    if value is None:
        return "nothing"
    if isinstance(value, dict):
        return "mapping %r" % (value,)
    return "%s %s" % ("str" if isinstance(value, str) else type(value).__name__, quoted(value))


def merged(got: Any, want: Any) -> Any:
    """Predict a value: what is there now, with what is wanted in its place."""
    want = _unescaped(want, got)
    if isinstance(want, dict):
        base = dict(got) if isinstance(got, dict) else {}
        for name, member in want.items():
            base[name] = merged(base.get(name), member)
        return base
    if isinstance(want, list):
        return [merged(None, item) for item in want]
    return want


def steps(path: str) -> List[Union[str, Tuple[str, str]]]:
    """Split a path into steps: a name or position, or (name, text) to choose a list item.

    :raises EncodeError: it is not a path.
    """
    found: List[Union[str, Tuple[str, str]]] = []
    at = 0
    while True:
        choice = _CHOICE_NAME.match(path, at)
        end = _CHOICE_END.search(path, choice.end()) if choice else _PLAIN.match(path, at)
        if end is None:
            break
        if choice is None:
            found.append(end.group())
        else:
            found.append((choice.group(1), path[choice.end() : end.start()]))
        at = end.end()
        if at == len(path):
            return found
        if path[at] != ".":
            break
        at += 1
    raise EncodeError("%r is not a path such as item.value or list.0 or list.[NAME=x]" % path)


def _position(step: str) -> int:
    """Return the list position that a step names, or -1."""
    number = whole_or_none(step)
    return number if number is not None and step[:1].isdigit() else -1


def at_path(value: Any, path: str) -> Any:
    """Follow names, list positions and choices into a value; MISSING where they end."""
    for step in steps(path):
        if isinstance(step, tuple):
            value = _chosen(value, *step)
        elif isinstance(value, dict):
            value = value.get(step, MISSING)
        elif isinstance(value, list) and 0 <= _position(step) < len(value):
            value = value[_position(step)]
        else:
            return MISSING
    return value


def _chosen(items: Any, path: str, text: str) -> Any:
    """Return the first item of a list whose member at the path reads so."""
    for item in items if isinstance(items, list) else []:
        if str(at_path(item, path)) == text:
            return item
    return MISSING


def accepts(wanted: Iterable[Any], fault: Fault) -> bool:
    """Does a fault match one of the codes, kinds and parts of texts?"""
    kinds = {fault_kind(fault)}
    if "struct_too_large" in kinds:
        kinds.add("reply_too_large")
    for item in wanted:
        text = str(item).strip()
        # Templates turn numbers into text, so a number in text is a code as well.
        if re.match(r"-?\d+\Z", text):
            found = whole_or_none(text) == fault.code
        elif text in _FAULT_KINDS:
            found = text in kinds
        else:
            found = bool(text) and text.lower() in fault.text.lower()
        if found:
            return True
    return False


def check_fault_pattern(item: Any) -> None:
    """Refuse what could never describe a fault.

    :raises EncodeError: neither a code nor text, or a kind that does not exist.
    """
    if isinstance(item, bool) or not isinstance(item, (int, str)) or not str(item).strip():
        raise EncodeError(
            "%r is neither the code of a fault, nor its kind or a part of its text" % item
        )
    if _KIND.match(str(item).strip()) and str(item).strip() not in _FAULT_KINDS:
        raise EncodeError(
            "there is no kind of fault %s; there are %s. To match a text, write more of it"
            % (item, ", ".join(sorted(_FAULT_KINDS)))
        )
