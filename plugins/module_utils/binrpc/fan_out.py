# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""One call on each of many endpoints, in one thread and without an event loop.

Each endpoint is a :mod:`conversation`, and an epoll wakes it: that takes a third of the time of a
task each, and a program that calls a fleet need not load asyncio.
"""

from __future__ import annotations

import errno
import select
from heapq import heappop, heappush
from time import monotonic

from . import wire
from .call_record import Observer
from .connection import Request
from .conversation import LOOK_UP, PAUSE, READ, call
from .deadline import Deadline
from .errors import BinrpcError, CallTimeout
from .turns import LARGE, TRIES, outcome_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import (
        Any,
        AsyncGenerator,
        Dict,
        Iterable,
        Iterator,
        List,
        Optional,
        Sequence,
        Tuple,
    )

    from .address import Address
    from .call_record import CallRecord
    from .conversation import Steps
    from .lookups import Lookups

AVAILABLE = hasattr(select, "epoll")
"""Without epoll there is no FanOut: elsewhere than on Linux."""

_LONGEST_WAIT = 86_400.0  # seconds; epoll counts milliseconds in a C int
_STARTS = 64  # per turn, so that answers are read in between

QUIET = 0.02
"""Seconds without anything to read after which a large reply is decoded."""

_PATIENCE = 1.0  # seconds that a large reply waits for that, if others never stop


class Talk:
    """A call on one endpoint: what is under way, and in the end its result.

    :ivar name: the endpoint's.
    :ivar value: the Reply, or None.
    :ivar error: the BinrpcError that came instead, or None.
    :ivar seconds: from its start to its end.
    """

    __slots__ = (
        *(
            "address",
            "again",
            "error",
            "fd",
            "name",
            "record",
            "request",
            "seconds",
            "start",
            "steps",
            "timer",
            "value",
        ),
        "wake",
    )

    def __init__(self, name: str, address: Address) -> None:
        self.name = name
        self.address = address
        self.value: Any = None
        self.error: Optional[BinrpcError] = None
        self.seconds = 0.0
        self.start = 0.0
        self.again = 0  # how many times the call was made before
        self.record: Optional[CallRecord] = None
        self.request: Optional[Request] = None
        self.steps: Optional[Steps] = None
        self.fd: int = PAUSE  # what it waits for: a descriptor, or the kind of a wait without one
        self.wake = 0.0
        self.timer = 0.0  # when the earliest timer of its own goes off; 0.0 for none


class FanOut:
    """Calls one method on many endpoints; give it turns until nothing is left.

    A server drops what is not read within 10 ms (docs/protocol.md#short-writes). So a large reply
    is decoded when nothing else has come for a while, and where the end of a reply was dropped, the
    call is made again when no other is under way, if the method only reads.

    :param endpoints: name and address of each.
    :param timeout: seconds for each call.
    :param connect_wait: further seconds for each endpoint to start listening.
    :param limit: endpoints under way at once.
    :param deadline: what is not done by then fails with a CallTimeout.
    :param observer: gets each attempt.
    :param max_reply: bytes allowed in one reply's body.
    :param unsigned: see :class:`connection.Connection`.
    :param total_timeout: seconds for each endpoint's call with all that it waits for.
    :param repeatable: it can be made again without acting twice; None asks the catalogue.
    """

    # Tests replace it, so that time passes without waiting.
    _clock = staticmethod(monotonic)

    def __init__(
        self,
        endpoints: Iterable[Tuple[str, Address]],
        method: str,
        params: Sequence[Any],
        timeout: float,
        connect_wait: float,
        limit: int,
        deadline: Optional[Deadline] = None,
        observer: Optional[Observer] = None,
        max_reply: int = wire.MAX_BODY,
        unsigned: Optional[bool] = None,
        total_timeout: Optional[float] = None,
        repeatable: Optional[bool] = None,
    ) -> None:
        self._waiting = [Talk(name, address) for name, address in endpoints]
        self._waiting.reverse()
        self._method = method
        self._params = params
        self._timeout = timeout
        self._connect_wait = connect_wait
        self._limit = limit
        self._deadline = deadline
        self._observer = observer
        self._total_timeout = total_timeout
        self._reads = repeatable or None
        self._max_reply = max_reply
        self._unsigned = unsigned
        self._active: Dict[Talk, None] = {}
        self._undecoded: List[Tuple[Talk, float]] = []  # and since when
        self._again: List[Talk] = []
        self._quiet_since = 0.0
        self._done: List[Talk] = []
        self._watched: Dict[int, Talk] = {}
        self._timers: List[Tuple[float, int, Talk]] = []
        self._count = 0  # of timers, to keep equal times in order
        self._lookups: Optional[Lookups] = None
        self._poll = select.epoll()

    @property
    def busy(self) -> bool:
        """Is anything left to be done?"""
        return bool(self._waiting or self._active or self._undecoded or self._again)

    def __iter__(self) -> Iterator[Talk]:
        """Run to the end; give endpoints as they get done."""
        try:
            while self.busy:
                yield from self.turn(self.patience())
        finally:
            self.close()

    async def arrivals(self) -> AsyncGenerator[Talk, None]:
        """Do as iteration does, beside the other tasks of an event loop."""
        import asyncio

        loop = asyncio.get_running_loop()
        woken = asyncio.Event()
        loop.add_reader(self._poll.fileno(), woken.set)
        try:
            while self.busy:
                patience = self.patience()
                if patience:
                    timer = loop.call_later(patience, woken.set)
                    try:
                        await woken.wait()
                    finally:
                        timer.cancel()
                else:
                    await asyncio.sleep(0)
                woken.clear()
                for talk in self.turn(0.0):
                    yield talk
        finally:
            loop.remove_reader(self._poll.fileno())
            self.close()

    def close(self) -> None:
        """Drop what is left; may be called again."""
        self._waiting.clear()
        self._undecoded.clear()
        self._again.clear()
        for talk in list(self._active):
            self._drop(talk)
        if self._lookups is not None:
            self._lookups.close()
            self._lookups = None
        self._poll.close()

    def patience(self) -> float:
        """Seconds that the next turn may wait for something to come."""
        if self._waiting and len(self._active) < self._limit:
            return 0.0
        until = self._timers[0][0] if self._timers else self._clock()
        if self._undecoded:
            until = min(until, self._when_to_decode())
        if self._deadline is not None:
            until = min(until, self._deadline.end)
        return max(0.0, until - self._clock())

    def turn(self, seconds: float) -> List[Talk]:
        """Go on with whatever can go on, and return what got done.

        :param seconds: to wait if nothing can.
        """
        if self._deadline is not None and self._deadline.expired():
            self._give_up(self._deadline)
        if self._again and not (self._waiting or self._active or self._undecoded):
            self._waiting.append(self._again.pop(0))
        starts = min(_STARTS, self._limit - len(self._active), len(self._waiting))
        for _start in range(starts):
            self._begin(self._waiting.pop())
        if self._watched or not starts:
            wait = 0.0 if starts or self._done else min(seconds, _LONGEST_WAIT)
            events = self._poll.poll(wait)
            if events:
                self._quiet_since = self._clock()
            for fd, _events in events:
                if self._lookups is not None and fd == self._lookups.fileno():
                    self._take_found(self._lookups)
                elif fd in self._watched:
                    self._resume(self._watched[fd], True)
        now = self._clock()
        while self._timers and self._timers[0][0] <= now:
            talk = heappop(self._timers)[2]
            talk.timer = 0.0
            if talk.steps is not None:
                if talk.wake <= now:
                    self._resume(talk, None)
                else:
                    self._set_timer(talk)
        if self._undecoded and self._when_to_decode() <= now:
            talk, _since = self._undecoded.pop(0)
            self._settle(talk)
        done, self._done = self._done, []
        return done

    def _when_to_decode(self) -> float:
        if not (self._waiting or self._active):
            return 0.0
        return min(self._quiet_since + QUIET, self._undecoded[0][1] + _PATIENCE)

    # --- one endpoint's generator, and what wakes it

    def _begin(self, talk: Talk) -> None:
        if not talk.again:
            talk.start = self._clock()
        self._active[talk] = None
        try:
            talk.request = Request(self._method, self._params, reads=self._reads)
        except BinrpcError as problem:
            self._end(talk, problem)
        else:
            if self._observer is not None:
                talk.record = self._observer.start(
                    talk.address, talk.request, talk.again + 1, alone=False
                )
            latest = None if self._total_timeout is None else talk.start + self._total_timeout
            deadline = Deadline(self._timeout, self._clock, latest)
            talk.steps = call(
                talk.address,
                talk.request,
                deadline,
                self._connect_wait,
                self._max_reply,
                self._unsigned,
            )
            self._resume(talk, None)

    def _resume(self, talk: Talk, answer: Any) -> None:
        if talk.fd >= 0:
            self._unwatch(talk)
        try:
            kind, subject, talk.wake = talk.steps.send(answer)  # type: ignore[union-attr]
        except StopIteration:
            self._answered(talk)
        except BinrpcError as problem:
            self._end(talk, problem)
        else:
            if kind > 0:
                talk.fd = subject.fileno()
                self._poll.register(talk.fd, kind)
                self._watched[talk.fd] = talk
            else:
                talk.fd = kind
                if kind == LOOK_UP:
                    self._ask(talk)
            if not talk.timer or talk.wake < talk.timer:
                self._set_timer(talk)

    def _unwatch(self, talk: Talk) -> None:
        # Before its socket is closed: a child process may still have a copy of that.
        self._poll.unregister(talk.fd)
        del self._watched[talk.fd]
        talk.fd = PAUSE

    def _set_timer(self, talk: Talk) -> None:
        talk.timer = talk.wake
        self._count += 1
        heappush(self._timers, (talk.wake, self._count, talk))

    def _answered(self, talk: Talk) -> None:
        """Take the outcome of an endpoint's request, or put off what would hold up the others."""
        request: Request = talk.request  # type: ignore[assignment]  # it is what the steps are for
        talk.fd = PAUSE
        talk.steps = None
        if request.undecoded >= LARGE:
            del self._active[talk]
            self._undecoded.append((talk, self._clock()))
        elif request.was_cut and request.reads and talk.again < TRIES:
            del self._active[talk]
            self._tell(talk, None)
            talk.again += 1
            self._again.append(talk)
        else:
            self._settle(talk)

    def _settle(self, talk: Talk) -> None:
        outcome = outcome_of(talk.request)  # type: ignore[arg-type]
        error = outcome if isinstance(outcome, BinrpcError) else None
        if error is None:
            talk.value = outcome
        self._end(talk, error)

    def _end(self, talk: Talk, error: Optional[BinrpcError]) -> None:
        talk.fd = PAUSE
        talk.error = error
        talk.seconds = self._clock() - talk.start
        self._tell(talk, error)
        talk.steps = talk.request = None
        self._active.pop(talk, None)
        self._done.append(talk)

    def _tell(self, talk: Talk, error: Optional[BinrpcError]) -> None:
        if self._observer is not None and talk.record is not None and talk.request is not None:
            talk.record.end(talk.request, self._clock() - talk.start, error)
            self._observer.end(talk.record)

    def _drop(self, talk: Talk) -> None:
        if talk.fd >= 0:
            self._unwatch(talk)
        if talk.steps is not None:
            talk.steps.close()  # closes the socket
        talk.steps = None
        del self._active[talk]

    def _give_up(self, deadline: Deadline) -> None:
        """End everything, since the whole fleet's time is over."""
        for talk in list(self._active):
            # A request that has not left whole cannot run.
            sent = talk.request is not None and talk.request.sent
            self._drop(talk)
            self._active[talk] = None
            self._end(talk, too_late(deadline, talk.address, None if sent else False))
        for talk, _since in self._undecoded:
            self._settle(talk)
        self._undecoded.clear()
        while self._waiting or self._again:
            talk = self._waiting.pop() if self._waiting else self._again.pop()
            talk.error = too_late(deadline, talk.address, False)
            self._done.append(talk)

    # --- the name service, which only threads can ask within a time

    def _ask(self, talk: Talk) -> None:
        if self._lookups is None:
            from .lookups import Lookups

            self._lookups = Lookups()
            self._poll.register(self._lookups.fileno(), READ)
        self._lookups.ask(talk, talk.address)

    def _take_found(self, lookups: Lookups) -> None:
        for talk, found in lookups.take():
            if talk.fd == LOOK_UP and talk.steps is not None:
                self._resume(talk, found)


def too_late(deadline: Deadline, address: Address, executed: Optional[bool]) -> CallTimeout:
    """Describe what happened to an endpoint when the whole fleet's time was over."""
    text = "the fleet's deadline of %g s passed before %s had answered"
    return CallTimeout(text % (deadline.seconds, address), errno.ETIMEDOUT, executed)
