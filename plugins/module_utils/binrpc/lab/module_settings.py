# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Modules from a configuration file: what is wrong is named with its place.

The settings of a module are the arguments of its class. What kind of value each takes is read
from the annotations there, so that nothing is said twice.
"""

from __future__ import annotations

import ast
import inspect
import json
import re

from .default_modules import DEFAULTS
from .engine import build

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, List

_PLAIN: Dict[str, Any] = {
    "int": (int, "a whole number"),
    "float": ((int, float), "a number"),
    "str": (str, "a text"),
    "bool": (bool, "true or false"),
}
_OBJECTS = ("Mapping", "Dict", "Row")
_LISTS = ("Iterable", "List", "Sequence")


class ModuleSettingsError(ValueError):
    """An unknown module or setting, or a value that it does not take."""


def make_modules(settings: Dict[str, Any]) -> List[Any]:
    """Make modules with the data that the settings give.

    :raises ModuleSettingsError: says what is wrong, where, and what would be right.
    """
    kinds: Dict[str, Any] = {kind.name: kind for kind in DEFAULTS}
    modules = []
    for name, arguments in settings.items():
        if name not in kinds:
            raise ModuleSettingsError("no module %r; there are %s" % (name, ", ".join(kinds)))
        _check(name, arguments, _parse("Mapping"))
        known = inspect.signature(kinds[name]).parameters
        for argument, value in arguments.items():
            if argument not in known:
                there = "are " + ", ".join(known) if known else "is none"
                raise ModuleSettingsError(
                    "%s: unknown setting %r; there %s" % (name, argument, there)
                )
            _check("%s: %s" % (name, argument), value, _parse(known[argument].annotation))
        try:
            # A server of its own, to see whether the data make sense together.
            build(modules=[kinds[name](**arguments)])
            modules.append(kinds[name](**arguments))
        except (TypeError, ValueError, AttributeError, LookupError) as error:
            raise ModuleSettingsError("%s: %s" % (name, _explain(error))) from None
    return modules


def _parse(hint: str) -> Any:
    return ast.parse(hint, mode="eval").body


def _check(place: str, value: Any, hint: Any) -> None:
    """Raise if a value is not what a type hint says."""
    name, parts = _read(hint)
    if name == "Optional":
        if value is not None:
            _check(place, value, parts[0])
    elif name == "Union":
        if not any(_fits(value, part) for part in parts):
            _complain(place, " or ".join(_PLAIN[part.id][1] for part in parts), value)
    elif name in _OBJECTS:
        if not isinstance(value, dict):
            _complain(place, "an object", value)
        for key, member in value.items() if len(parts) > 1 else ():
            _check("%s: %s" % (place, key), member, parts[1])
    elif name in _LISTS or name == "Tuple":
        if not isinstance(value, list):
            _complain(place, "a list", value)
        if name == "Tuple" and len(value) != len(parts):
            _complain(place, "a list of %d" % len(parts), value)
        hints = parts if name == "Tuple" else parts * len(value)
        for index, (item, part) in enumerate(zip(value, hints)):
            _check("%s[%d]" % (place, index), item, part)
    elif name in _PLAIN and not _fits(value, hint):
        _complain(place, _PLAIN[name][1], value)


def _read(hint: Any) -> Any:
    """Take ``Name[part, part]`` apart; what is of another form takes anything."""
    if isinstance(hint, ast.Name):
        return hint.id, []
    if isinstance(hint, ast.Subscript) and isinstance(hint.value, ast.Name):
        inner: Any = hint.slice
        if inner.__class__.__name__ == "Index":  # Python 3.8
            inner = inner.value
        return hint.value.id, list(inner.elts) if isinstance(inner, ast.Tuple) else [inner]
    return "", []


def _fits(value: Any, hint: Any) -> bool:
    kind, _wanted = _PLAIN[_read(hint)[0]]
    return isinstance(value, kind) and (kind is bool or not isinstance(value, bool))


def _complain(place: str, wanted: str, value: Any) -> None:
    raise ModuleSettingsError("%s: %s, not %s" % (place, wanted, json.dumps(value)))


def _explain(error: Exception) -> str:
    """Say in the words of the file what the module's own code ran into."""
    if isinstance(error, KeyError):
        return "%s is missing" % error
    found = re.search(r"unexpected keyword argument ('\w+')", str(error))
    if found:
        return "unknown member " + found.group(1)
    found = re.search(r"missing \d+ required [\w ]*arguments?: (.*)", str(error))
    if found:
        return found.group(1) + " is missing"
    return str(error) if isinstance(error, ValueError) else "data that do not fit: %s" % error
