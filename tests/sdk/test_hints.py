# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""`typing.get_type_hints` works on everything public, and costs nothing to those without typing."""

from __future__ import annotations

import importlib.util
import inspect
import subprocess
import sys
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import kamailio_binrpc

SDK = Path(kamailio_binrpc.__file__).parents[1]
MODULES = (
    "kamailio_binrpc",
    *(
        f"kamailio_binrpc.{door}"
        for door in (
            *("changes", "desired", "dispatcher", "facts", "lab", "methods", "observe", "params"),
            "typed",
        )
    ),
)


def public(name: str) -> Iterator[Any]:
    module = importlib.import_module(name)
    for each in getattr(module, "__all__", ()):
        thing = getattr(module, each)
        if inspect.isclass(thing):
            yield thing
            for attribute, raw in vars(thing).items():
                member = raw.fget if isinstance(raw, property) else getattr(raw, "__func__", raw)
                if inspect.isfunction(member) and not attribute.startswith("_"):
                    yield member
            if inspect.isfunction(thing.__init__):
                yield thing.__init__
        elif inspect.isfunction(thing):
            yield thing


@pytest.mark.parametrize("name", MODULES)
def test_hints_of_everything_public(name: str) -> None:
    # Observers are annotated with what their extras bring.
    extras = all(map(importlib.util.find_spec, ("opentelemetry", "prometheus_client")))
    failed = {}
    for thing in public(name):
        if thing.__module__ == "kamailio_binrpc.observe" and not extras:
            continue
        try:
            typing.get_type_hints(thing)
        except NameError as error:
            failed[f"{thing.__module__}.{thing.__qualname__}"] = str(error)
    assert failed == {}


@pytest.mark.parametrize("first, loaded", [("import typing", True), ("pass", False)])
def test_only_programs_with_typing_pay(first: str, loaded: bool) -> None:
    code = (
        f"{first}\nimport sys\nfrom kamailio_binrpc import Client\n"
        "print('typing' in sys.modules, 'Optional' in vars(sys.modules[Client.__module__]))"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", f"import sys; sys.path.insert(0, {str(SDK)!r})\n{code}"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == [str(loaded)] * 2
