# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""The typed layer's operations take the parameters of the catalogue: names, order, types, words."""

from __future__ import annotations

import inspect
import re
import types
import typing
from pathlib import Path
from typing import Any

import pytest

from kamailio_binrpc import AsyncKamailio
from kamailio_binrpc.core.catalogue.lookup import FILES, find
from kamailio_binrpc.typed import asynchronous
from tests.sdk.typed.test_operations import methods_of, operations

# Operations that take something else than what they send, with the reason.
EXCUSED = {
    "cfg.set": "the type of the value decides which method is called",
    "cfg.set_delayed": "the type of the value decides which method is called",
    "htable.set": "the type of the value decides which method is called",
    "pv.shv_set": "the type of the value is sent as well",
    "dispatcher.set_state": "a word and whether it is probed make the letters of the state",
    "dispatcher.set_duid_state": "a word and whether it is probed make the letters of the state",
    "dispatcher.set_ping_active": "on or off, rather than 1 or 0",
    "uac.reg_active": "on or off, rather than 1 or 0",
    "sipdump.enable": "on or off, rather than 1 or 0",
    "siptrace.set_status": "on or off, rather than words",
    "mtree.match": "the longest or every prefix, rather than 0 or 2",
    "uac.reg_add": "a model has the parameters",
    "stats.fetch": "one text has all names",
    "stats.get_statistics": "one text has all names",
    "stats.reset_statistics": "one text has all names",
}

OPERATIONS = operations(AsyncKamailio)
PAIRS = [
    (name, method)
    for name, operation in OPERATIONS.items()
    for method in sorted(methods_of(operation))
]
COMPARED = [(name, method) for name, method in PAIRS if name not in EXCUSED]


def kinds_and_words(hint: Any) -> tuple[set[str], set[Any]]:
    """The types that an annotation permits, and the words where it names them."""
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        parts = [kinds_and_words(part) for part in typing.get_args(hint)]
        return set().union(*(part[0] for part in parts)), set().union(*(part[1] for part in parts))
    if typing.get_origin(hint) is typing.Literal:
        words = set(typing.get_args(hint))
        return {type(word).__name__ for word in words}, words
    if hint is types.NoneType:
        return set(), set()
    return {"int" if hint is bool else hint.__name__}, set()


def evaluated(annotation: str, operation: Any) -> Any:
    """Evaluate an annotation, which nothing but a type checker does otherwise."""
    source = Path(inspect.getfile(operation)).read_text(encoding="utf-8")
    name = re.escape(annotation.partition(" ")[0])
    alias = re.search(rf"\n +{name} = (Literal\[.*\])\n", source)
    if alias is not None:
        annotation = alias.group(1)
    return eval(annotation, {**vars(typing), **operation.__globals__})


def differences(operation: Any, method: str) -> list[str]:
    """Say how the parameters of an operation differ from those of a method."""
    known = find(method)
    if known is None:
        return ["the catalogue has no such method"]
    given = {
        name: each.annotation for name, each in inspect.signature(operation).parameters.items()
    }
    given.pop("self")
    names = list(given)
    wanted = [param.name for param in known.params]
    if names != wanted[: len(names)]:
        return [f"{names} are not {wanted}"]
    found = []
    for name, param in zip(names, known.params, strict=False):
        kinds, words = kinds_and_words(evaluated(given[name], operation))
        if param.type != "any" and kinds != {param.type}:
            found.append(f"{name} is {sorted(kinds)}, not {param.type}")
        if words and param.closed and words != set(param.words):
            found.append(f"{name} is one of {sorted(words)}, not of {sorted(param.words)}")
    left_out = [param.name for param in known.params[len(names) :] if not param.optional]
    if left_out and method not in SENT:
        found.append(f"there is no {', '.join(left_out)}")
    return found


# Parameters that the operation itself sends.
SENT = {"siptrace.status": "check"}


def files(name: str, method: str) -> str:
    """Both files, for messages."""
    path = inspect.getfile(OPERATIONS[name]).partition("/typed/")[2]
    entries = FILES.get(method.partition(".")[0])
    return f"{name} of typed/{path} and {method} of catalogue/modules/{entries}.py"


def test_files_are_named_alike() -> None:
    typed = {path.stem for path in Path(inspect.getfile(asynchronous)).parent.glob("[!_]*.py")}
    assert typed - set(FILES.values()) == {"client", "namespace"}, "these have no RPC methods"


def test_files_have_the_names_of_the_catalogues() -> None:
    differing = [
        files(name, method)
        for name, method in PAIRS
        if FILES.get(method.partition(".")[0]) != Path(inspect.getfile(OPERATIONS[name])).stem
    ]
    assert differing == []


@pytest.mark.parametrize("count", [f"{len(COMPARED)}-of-{len(PAIRS)}"])
def test_how_many_are_compared(count: str) -> None:
    assert len(COMPARED) > 140
    assert set(EXCUSED) <= set(OPERATIONS)


def test_parameters() -> None:
    found = {
        files(name, method): differing
        for name, method in COMPARED
        if (differing := differences(OPERATIONS[name], method))
    }
    assert found == {}


@pytest.mark.parametrize("name", EXCUSED)
def test_what_agrees_needs_no_excuse(name: str) -> None:
    assert any(differences(OPERATIONS[name], method) for method in methods_of(OPERATIONS[name]))
