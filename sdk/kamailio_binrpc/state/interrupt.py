# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Ctrl-C and signals that end a process, as something that a change can undo itself after."""

from __future__ import annotations

import signal
import threading
import time
from typing import TYPE_CHECKING, Any, TypeVar

from ..core.desired.drive import Sleep
from ..core.errors import BinrpcError
from ..core.state.run import OutOfTime

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

    from ..core.desired.drive import Talk

T = TypeVar("T")

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_NAP = 0.2
"""Seconds of a pause after which it is checked whether to stop."""


class Stop:
    """Whether a change has to stop: because it was told to, or because its time is over.

    :param event: is set by who tells it to.
    :param seconds: for the change, from now on; None for no such limit.
    """

    def __init__(
        self,
        event: threading.Event,
        seconds: float | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._event = event
        self._clock = clock
        self._end = None if seconds is None else clock() + seconds

    def is_set(self) -> bool:
        """Has it to stop?"""
        return self._event.is_set() or self.late

    @property
    def late(self) -> bool:
        """Is its time over?"""
        return self._end is not None and self._clock() >= self._end

    @property
    def error(self) -> KeyboardInterrupt:
        """Return the interruption that a run receives."""
        return KeyboardInterrupt() if self._event.is_set() else OutOfTime()


def interruptible(talk: Talk[T], stop: Stop) -> Talk[T]:
    """Yield what a generator yields, and raise ``stop.error`` in it once ``stop`` is set.

    It is raised once, between two calls: a call that is under way gets its time. What the generator
    does then, such as undoing what it did, is not interrupted.
    """
    answer: Any = None
    error: BinrpcError | None = None
    started = raised = False
    while True:
        try:
            # One that has not begun cannot catch anything.
            if started and stop.is_set() and not raised:
                raised = True
                need = talk.throw(stop.error)
            elif error is not None:
                need = talk.throw(error)
            else:
                need = talk.send(answer)
            started = True
        except StopIteration as end:
            result: T = end.value
            return result
        answer, error = None, None
        if isinstance(need, Sleep):
            rest = need.seconds
            while rest > 0 and (raised or not stop.is_set()):
                nap = min(rest, _NAP)
                yield Sleep(nap)
                rest = round(rest - nap, 6)
            continue
        try:
            answer = yield need
        except BinrpcError as problem:
            error = problem


class Signals:
    """Sets an event on Ctrl-C, SIGTERM and SIGHUP, instead of ending the process.

    Use it in a ``with`` statement of the main thread.

    :param stop: the event.
    :param tell: is called for each signal, with the number of signals so far.
    """

    def __init__(self, stop: threading.Event, tell: Callable[[int], None]) -> None:
        self._stop = stop
        self._tell = tell
        self._before: dict[int, Any] = {}
        self._count = 0

    def __enter__(self) -> Signals:
        if threading.current_thread() is threading.main_thread():
            for number in SIGNALS:
                # One that is ignored, as by nohup, stays so.
                if signal.getsignal(number) is not signal.SIG_IGN:
                    self._before[number] = signal.signal(number, self._arrived)
        return self

    def __exit__(self, *_error: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _arrived(self, _number: int, _frame: FrameType | None) -> None:
        self._count += 1
        self._stop.set()
        self._tell(self._count)
