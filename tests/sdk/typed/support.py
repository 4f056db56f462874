# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Both flavours of the client behind one interface, captured replies, and what replies hold."""

from __future__ import annotations

import asyncio
import inspect
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from kamailio_binrpc.core.reply import Reply
from kamailio_binrpc.core.values import Struct
from kamailio_binrpc.typed import AsyncKamailio, Kamailio
from kamailio_binrpc.typed.models.base import Base

FLAVOURS = ("blocking", "asynchronous")


def captured() -> dict[tuple[Any, ...], list[Any]]:
    """Method and parameters -> values of the reply of a real server."""
    text = (Path(__file__).with_name("captured.txt")).read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    return {eval(call): eval(values) for call, values in (line.split("\t") for line in lines)}


class Recorded:
    """Stands in for a client: answers what is given, and remembers what was asked."""

    def __init__(self, replies: dict[tuple[Any, ...], list[Any]]) -> None:
        self.replies = replies
        self.calls: list[tuple[Any, ...]] = []

    def call(self, method: str, *params: Any, **_options: Any) -> Reply:
        self.calls.append((method, *params))
        return Reply(self.replies[(method, *params)], method)

    def close(self) -> None:
        pass


class AsyncRecorded:
    """The same for the other flavour."""

    def __init__(self, replies: dict[tuple[Any, ...], list[Any]]) -> None:
        self._recorded = Recorded(replies)
        self.calls = self._recorded.calls

    async def call(self, method: str, *params: Any, **_options: Any) -> Reply:
        return self._recorded.call(method, *params)

    async def close(self) -> None:
        self._recorded.close()


class Flavour:
    """One of the two clients; ``do`` calls it and waits for the result where that is needed."""

    def __init__(self, name: str, **options: Any) -> None:
        self.name = name
        self._loop = asyncio.new_event_loop()
        kind = {"blocking": Kamailio, "asynchronous": AsyncKamailio}[name]
        self.kamailio: Any = kind(**options)

    def do(self, operation: Callable[[Any], Any]) -> Any:
        result = operation(self.kamailio)
        if inspect.isawaitable(result):
            assert self.name == "asynchronous"
            return self._loop.run_until_complete(_awaited(result))
        return result

    def __enter__(self) -> Flavour:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.do(lambda kamailio: kamailio.close())
        self._loop.run_until_complete(self._loop.shutdown_asyncgens())
        self._loop.close()


async def _awaited(result: Any) -> Any:
    return await result


def replaying(name: str, replies: dict[tuple[Any, ...], list[Any]]) -> Flavour:
    """A client of that flavour which gets these replies."""
    kind = {"blocking": Recorded, "asynchronous": AsyncRecorded}[name]
    return Flavour(name, client=kind(replies))


def models_in(value: Any) -> Iterator[Base]:
    """The models that an operation returned, those inside others left out."""
    if isinstance(value, Base):
        yield value
    elif isinstance(value, (list, tuple)):
        for each in value:
            yield from models_in(each)
    elif isinstance(value, dict):
        for each in value.values():
            yield from models_in(each)


def extras(value: Any, path: str = "") -> Iterator[str]:
    """The members that no model has a field for, however deep, as ``Model.field.NAME``."""
    if isinstance(value, Base):
        path = path or type(value).__name__
        for name in value.model_extra or {}:
            yield f"{path}.{name}"
        for name in type(value).model_fields:
            yield from extras(getattr(value, name), f"{path}.{name}")
    elif isinstance(value, (list, tuple)):
        for each in value:
            yield from extras(each, path)
    elif isinstance(value, dict):
        for each in value.values():
            yield from extras(each, path)


def leaves(value: Any, path: str = "") -> Counter[tuple[str, Any]]:
    """Every number and text with the name of the innermost member around it, and how often."""
    if isinstance(value, Struct):
        return sum((leaves(each, name or path) for name, each in value.items()), Counter())
    if isinstance(value, list):
        return sum((leaves(each, path) for each in value), Counter())
    return Counter([(path, value)])
