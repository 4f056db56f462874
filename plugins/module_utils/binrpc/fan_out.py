# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""One call on each of many endpoints, in one thread and without an event loop.

Each endpoint is a generator that says what it waits for, and an epoll wakes it: that takes a
third of the time of a task each, and a program that calls a fleet need not load asyncio. What
a connection knows is in :mod:`exchange`; here is only the waiting.
"""

from __future__ import annotations

import errno
import select
from heapq import heappop, heappush
from time import monotonic

from . import explain
from .call_record import CallRecord
from .connection import Connection, Request
from .deadline import Deadline
from .errors import BinrpcError, CallTimeout, ConnectError
from .exchange import Exchange
from .transport import BACKLOG_PAUSE, Transport, read_rest, targets_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import (
        Any,
        AsyncGenerator,
        Dict,
        Generator,
        Iterable,
        Iterator,
        List,
        Optional,
        Sequence,
        Tuple,
    )

    from .address import Address
    from .call_record import OnCall
    from .lookups import Lookups
    from .transport import Target

    # A descriptor (or one of those below), the events to wait for, and until when. What comes
    # back is whether there was one; False means that the time is over.
    Wait = Tuple[int, int, float]
    Steps = Generator[Wait, bool, Any]

AVAILABLE = hasattr(select, "epoll")
"""Without epoll there is no FanOut: elsewhere than on Linux."""

_READ = select.POLLIN
_WRITE = select.POLLIN | select.POLLOUT
_NOTHING = -1  # instead of a descriptor: sleep
_LOOKUP = -2  # and: wait for the name service
_STARTS = 64  # per turn, so that answers are read in between


class Talk:
    """What is under way with one endpoint, and in the end what came of it.

    :ivar name: the endpoint's.
    :ivar value: the Reply, or None.
    :ivar error: the BinrpcError that came instead, or None.
    :ivar seconds: from its start to its end.
    """

    __slots__ = (
        *("address", "error", "fd", "found", "name", "request", "seconds", "start", "steps"),
        *("timer", "value", "wake"),
    )

    def __init__(self, name: str, address: Address) -> None:
        self.name = name
        self.address = address
        self.value: Any = None
        self.error: Optional[BinrpcError] = None
        self.seconds = 0.0
        self.start = 0.0
        self.request: Optional[Request] = None
        self.steps: Optional[Steps] = None
        self.fd = _NOTHING
        self.wake = 0.0
        self.timer = 0.0  # when the earliest timer of its own goes off; 0.0 for none
        self.found: Any = None


class FanOut:
    """Calls one method on many endpoints; give it turns until nothing is left.

    :param endpoints: name and address of each.
    :param timeout: seconds for each call.
    :param connect_wait: further seconds for each endpoint to start listening.
    :param limit: endpoints under way at once.
    :param deadline: what is not done by then fails with a CallTimeout.
    :param on_call: gets a :class:`record.CallRecord` for each call.
    """

    def __init__(
        self,
        endpoints: Iterable[Tuple[str, Address]],
        method: str,
        params: Sequence[Any],
        timeout: float,
        connect_wait: float,
        limit: int,
        deadline: Optional[Deadline] = None,
        on_call: Optional[OnCall] = None,
    ) -> None:
        self._waiting = [Talk(name, address) for name, address in endpoints]
        self._waiting.reverse()
        self._method = method
        self._params = params
        self._timeout = timeout
        self._connect_wait = connect_wait
        self._limit = limit
        self._deadline = deadline
        self._on_call = on_call
        self._active: Dict[Talk, None] = {}
        self._done: List[Talk] = []
        self._watched: Dict[int, Talk] = {}
        self._timers: List[Tuple[float, int, Talk]] = []
        self._count = 0  # of timers, to keep equal times in order
        self._lookups: Optional[Lookups] = None
        self._poll = select.epoll()

    @property
    def busy(self) -> bool:
        """Is anything left to be done?"""
        return bool(self._waiting or self._active)

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
        until = self._timers[0][0] if self._timers else monotonic()
        if self._deadline is not None:
            until = min(until, self._deadline.end)
        return max(0.0, until - monotonic())

    def turn(self, seconds: float) -> List[Talk]:
        """Go on with whatever can go on, and return what got done.

        :param seconds: to wait if nothing can.
        """
        if self._deadline is not None and self._deadline.expired():
            self._give_up(self._deadline)
        starts = min(_STARTS, self._limit - len(self._active), len(self._waiting))
        for _start in range(starts):
            self._begin(self._waiting.pop())
        if self._watched or not starts:
            for fd, _events in self._poll.poll(0.0 if starts or self._done else seconds):
                if self._lookups is not None and fd == self._lookups.fileno():
                    self._take_found(self._lookups)
                elif fd in self._watched:
                    self._resume(self._watched[fd], True)
        now = monotonic()
        while self._timers and self._timers[0][0] <= now:
            talk = heappop(self._timers)[2]
            talk.timer = 0.0
            if talk.steps is not None:
                if talk.wake <= now:
                    self._resume(talk, False)
                else:
                    self._set_timer(talk)
        done, self._done = self._done, []
        return done

    # --- one endpoint's generator, and what wakes it

    def _begin(self, talk: Talk) -> None:
        talk.start = monotonic()
        self._active[talk] = None
        talk.steps = self._call(talk)
        self._resume(talk, None)

    def _resume(self, talk: Talk, ready: Optional[bool]) -> None:
        if talk.fd >= 0:
            self._unwatch(talk)
        error: Optional[BinrpcError] = None
        try:
            talk.fd, events, talk.wake = talk.steps.send(ready)  # type: ignore[union-attr, arg-type]
        except StopIteration:
            outcome = talk.request.outcome  # type: ignore[union-attr]
            if isinstance(outcome, BinrpcError):
                error = outcome
            else:
                talk.value = outcome
            self._end(talk, error)
        except BinrpcError as problem:
            self._end(talk, problem)
        else:
            if talk.fd >= 0:
                self._poll.register(talk.fd, events)
                self._watched[talk.fd] = talk
            if not talk.timer or talk.wake < talk.timer:
                self._set_timer(talk)

    def _unwatch(self, talk: Talk) -> None:
        # Before its socket is closed: a child process may still have a copy of that.
        self._poll.unregister(talk.fd)
        del self._watched[talk.fd]
        talk.fd = _NOTHING

    def _set_timer(self, talk: Talk) -> None:
        talk.timer = talk.wake
        self._count += 1
        heappush(self._timers, (talk.wake, self._count, talk))

    def _end(self, talk: Talk, error: Optional[BinrpcError]) -> None:
        request = talk.request
        talk.fd = _NOTHING
        talk.steps = talk.request = talk.found = None
        talk.error = error
        talk.seconds = monotonic() - talk.start
        del self._active[talk]
        self._done.append(talk)
        if self._on_call is not None and request is not None:
            self._on_call(CallRecord(talk.address, request, talk.seconds, error))

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
        while self._waiting:
            talk = self._waiting.pop()
            talk.error = too_late(deadline, talk.address, False)
            self._done.append(talk)

    # --- what an endpoint does, step by step

    def _call(self, talk: Talk) -> Steps:
        """Connect, ask and listen; try anew while connecting fails and may be awaited."""
        request = talk.request = Request(self._method, self._params)
        give_up = talk.start + self._connect_wait
        pause = 0.05
        while True:
            deadline = Deadline(self._timeout)
            transport: Optional[Transport] = None
            try:
                transport = yield from self._connect(talk, deadline)
                yield from _exchange(transport, request, deadline)
                return
            except ConnectError as error:
                if not error.may_pass or monotonic() + pause > give_up:
                    raise
            finally:
                if transport is not None:
                    transport.close()
            yield _NOTHING, 0, monotonic() + pause
            pause = min(pause * 2, 0.5)

    def _connect(self, talk: Talk, deadline: Deadline) -> Generator[Wait, bool, Transport]:
        """Connect to the first of the host's addresses that accepts: :func:`transport.connect`.

        :raises ConnectError: with the cause and the remedy.
        """
        address = talk.address
        targets = targets_of(address)
        if not targets:
            targets = yield from self._resolve(talk, deadline)
        number = 0
        for family, target in targets:
            transport = Transport(address, family)
            try:
                number = transport.start_connect(target)
                while number == errno.EAGAIN and not deadline.expired():
                    yield _NOTHING, 0, min(monotonic() + BACKLOG_PAUSE, deadline.end)
                    number = transport.start_connect(target)
                if number == errno.EINPROGRESS:
                    if not (yield transport.fileno(), _WRITE, deadline.end):
                        raise explain.connect_timeout(address, deadline.seconds)
                    number = transport.finish_connect()
            except BaseException:
                transport.close()
                raise
            if not number:
                return transport
            transport.close()
        raise explain.connect_error(address, number)

    def _resolve(self, talk: Talk, deadline: Deadline) -> Generator[Wait, bool, List[Target]]:
        """Ask the name service, which only a thread can do within a time.

        :raises ConnectError: unknown, or not answered in time.
        """
        if self._lookups is None:
            from .lookups import Lookups

            self._lookups = Lookups()
            self._poll.register(self._lookups.fileno(), _READ)
        self._lookups.ask(talk, talk.address)
        if not (yield _LOOKUP, 0, deadline.end):
            reason = "no answer within %g s" % deadline.seconds
            raise explain.resolve_error(talk.address, reason)
        if isinstance(talk.found, Exception):
            reason = getattr(talk.found, "strerror", "") or str(talk.found)
            raise explain.resolve_error(talk.address, reason)
        found: List[Target] = talk.found
        return found

    def _take_found(self, lookups: Lookups) -> None:
        for talk, found in lookups.take():
            if talk.fd == _LOOKUP and talk.steps is not None:
                talk.found = found
                self._resume(talk, True)


def _exchange(transport: Transport, request: Request, deadline: Deadline) -> Steps:
    """Send and receive until the request has an outcome.

    :raises ConnectError: nothing was sent, so it may be tried again.
    """
    datagram = transport.address.is_datagram
    exchange = Exchange(transport.address, Connection(datagram), 1)
    exchange.add(request)
    fd = transport.fileno()
    while not exchange.idle:
        try:
            while exchange.outgoing:
                count = transport.send(exchange.outgoing)
                if not count:
                    break
                exchange.sent(count)
            if not (yield fd, _WRITE if exchange.outgoing else _READ, deadline.end):
                exchange.timed_out(deadline.seconds)
                break
            data = transport.receive()
        except OSError as error:
            if exchange.never_left(error):
                raise explain.connect_error(transport.address, error.errno or 0) from None
            read_rest(transport, exchange)
            exchange.failed(error)
            break
        if data is None:
            continue
        if not data and not datagram:
            exchange.ended()
        else:
            exchange.received(data)
            if deadline.expired() and not exchange.idle:
                exchange.timed_out(deadline.seconds)  # bytes came all the time, but no answer


def too_late(deadline: Deadline, address: Address, executed: Optional[bool]) -> CallTimeout:
    """Describe what happened to an endpoint when the whole fleet's time was over."""
    text = "the fleet's deadline of %g s passed before %s had answered"
    return CallTimeout(text % (deadline.seconds, address), errno.ETIMEDOUT, executed)
