# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Reading many servers at once with generators that each read one.

Generators that stand at the same question are answered by one call of a fleet, which is the fast
way to ask a thousand servers. A reply is given to its generator as it arrives.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from ..core.desired.drive import Ask, Now, Save, Sleep, Soon
from ..core.errors import BinrpcError
from ..core.fleet import Fleet

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ..core.address import AnyAddress
    from ..core.desired.drive import Talk
    from ..core.fleet import Result

T = TypeVar("T")


class Lockstep(Generic[T]):
    """Runs generators that only read, one for each server, to their ends.

    :param endpoints: name -> address.
    :param start: gets a name and returns the generator of that server.
    :param done: gets the name and what the generator returned, or the BinrpcError that ended it.
    :param options: of the :class:`Fleet`: ``timeout``, ``connect_wait``, ``limit`` and so on.
    :param deadline: seconds for all servers together; None for no such limit.
    """

    def __init__(
        self,
        endpoints: Mapping[str, AnyAddress],
        start: Callable[[str], Talk[T]],
        done: Callable[[str, T | BinrpcError], None],
        *,
        deadline: float | None = None,
        clock: Callable[[], float] = time.monotonic,
        pause: Callable[[float], None] = time.sleep,
        **options: Any,
    ) -> None:
        self._endpoints = dict(endpoints)
        self._start = start
        self._done = done
        self._clock = clock
        self._pause = pause
        self._options = options
        self._end = None if deadline is None else clock() + deadline
        self._talks: dict[str, Talk[T]] = {}
        self._asks: dict[str, tuple[Ask, list[str]]] = {}
        self._asleep: dict[str, float] = {}
        self._problem: Exception | None = None

    def run(self) -> None:
        """Ask until every generator has ended.

        :raises TypeError: a generator wants to change something.
        """
        for name in self._endpoints:
            self._talks[name] = self._start(name)
            self._advance(name)
        while self._asks or self._asleep:
            if not self._asks:
                self._pause(max(0.0, min(self._asleep.values()) - self._clock()))
            self._wake()
            asks, self._asks = self._asks, {}
            for ask, names in asks.values():
                self._call(ask, names)

    def _wake(self) -> None:
        now = self._clock()
        for name in [each for each, moment in self._asleep.items() if moment <= now]:
            del self._asleep[name]
            self._advance(name)

    def _call(self, ask: Ask, names: list[str]) -> None:
        fleet = Fleet({name: self._endpoints[name] for name in names}, **self._options)
        left = None if self._end is None else max(0.001, self._end - self._clock())
        fleet.call(ask.method, *ask.params, deadline=left, on_result=self._answered)
        if self._problem is not None:
            raise self._problem

    def _answered(self, result: Result) -> None:
        value, error = result.value, result.error
        result.value = None  # the reply has been read, and is not needed any more
        try:
            self._advance(result.name, value, error)
        except Exception as problem:  # noqa: BLE001 - a fleet would log it and go on
            self._problem = self._problem or problem

    def _advance(self, name: str, answer: Any = None, error: BinrpcError | None = None) -> None:
        """Run a generator until it asks, sleeps or ends."""
        talk = self._talks[name]
        try:
            need = talk.send(answer) if error is None else talk.throw(error)
            while isinstance(need, (Now, Save, Soon)):
                need = talk.send(self._clock() if isinstance(need, Now) else None)
        except StopIteration as end:
            self._finish(name, end.value)
            return
        except BinrpcError as problem:
            self._finish(name, problem)
            return
        if isinstance(need, Sleep):
            self._asleep[name] = self._clock() + need.seconds
        elif isinstance(need, Ask):
            key = repr((need.method, need.params))
            self._asks.setdefault(key, (need, []))[1].append(name)
        else:
            raise TypeError(f"{need.method} would change {name}")

    def _finish(self, name: str, outcome: T | BinrpcError) -> None:
        del self._talks[name]
        self._done(name, outcome)
