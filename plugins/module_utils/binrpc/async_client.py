# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""The asyncio client: the blocking client's contract, with many calls at once.

Connecting is a :mod:`conversation` that :func:`drive` does the waiting for. All time limits are by
the event loop's clock.
"""

from __future__ import annotations

import asyncio
import errno
import os
from weakref import WeakKeyDictionary

from . import explain, wire
from .address import parse_address
from .connection import Connection, Request, unwrap
from .conversation import (
    LOOK_UP,
    PAUSE,
    READ,
    Patience,
    connect,
    end_of_wait,
    pull,
    pull_rest,
    push,
)
from .deadline import Deadline
from .errors import BinrpcError, CallTimeout, ConnectError
from .exchange import Exchange
from .options import Options, checked_window, configured
from .transport import find
from .turns import LARGE, Attempts, outcome_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import (
        Any,
        Awaitable,
        Callable,
        Dict,
        Generator,
        Iterable,
        List,
        Optional,
        Sequence,
        Type,
        TypeVar,
    )

    from .address import AnyAddress
    from .call_record import OnCall
    from .connection import Outcome
    from .conversation import Wait
    from .reply import Reply
    from .retry import OnRetry, RetryPolicy
    from .transport import Transport

    T = TypeVar("T")
    C = TypeVar("C", bound="AsyncClient")
    Call = Sequence[Any]


class AsyncClient:
    """Calls RPCs of one ctl endpoint from an asyncio program.

    Any number of tasks may call at once: a stream carries up to ``window`` requests at a time,
    a datagram socket one, and the others wait their turn. Replies are read all the while, also
    when no caller waits for them any more, so that none gets in the way of the next.

    Several event loops may use a client, one after another or each in its own thread: each has a
    connection of its own. So has a forked process, which leaves its parent's alone.

    The parameters are those of :class:`client.Client`.

    :param address: see :mod:`address`; a path stands for a unix socket; the default is ctl's own
        default socket.
    :param timeout: seconds for one attempt of a call: the wait for its turn, resolve, connect,
        send and receive. None for no limit (of less than a year).
    :param total_timeout: seconds for a whole call with its retries; None for no such limit.
    :param connect_wait: seconds after the start of an attempt during which to go on trying while
        no server listens, for a server that is starting; each try has the whole ``timeout``.
    :param window: requests under way at once on a stream; keep it small where replies are large.
    :param reply_socket: unix datagram only: folder, path or ``"@"``; see :mod:`reply_socket`.
    :param max_reply: bytes allowed in one reply's body.
    :param unsigned: give int records as 0..2**32-1 (True) or -2**31..2**31-1 (False); None, the
        default, goes by what is known of the method: counters are never negative.
    :param on_call: gets a :class:`call_record.CallRecord` for each attempt of a call, see there.
        What it raises is logged and changes nothing.
    :param retry: how :meth:`call` tries again where that is safe, see :mod:`retry`; None never.
    :param on_retry: gets the error and the number of attempts made, before each wait.
    :param paced: space calls that rebuild what SIP workers read, see :mod:`pacing`; the wait counts
        for ``total_timeout`` only.
    :raises AddressError: the address is not one a client can use.
    :raises ValueError: a number is out of range.
    """

    def __init__(
        self,
        address: AnyAddress = wire.DEFAULT_ADDRESS,
        timeout: Optional[float] = 5.0,
        *,
        total_timeout: Optional[float] = None,
        connect_wait: float = 0.0,
        window: int = 8,
        reply_socket: Optional[str] = None,
        max_reply: int = wire.MAX_BODY,
        unsigned: Optional[bool] = None,
        on_call: Optional[OnCall] = None,
        retry: Optional[RetryPolicy] = None,
        on_retry: Optional[OnRetry] = None,
        paced: bool = False,
    ) -> None:
        self.address = parse_address(address)
        self._options = Options(
            timeout,
            total_timeout=total_timeout,
            connect_wait=connect_wait,
            max_reply=max_reply,
            unsigned=unsigned,
            on_call=on_call,
            retry=retry,
            on_retry=on_retry,
            paced=paced,
        )
        self.timeout = self._options.timeout
        self.connect_wait = connect_wait
        self._window = 1 if self.address.is_datagram else checked_window(window)
        self._reply_socket = reply_socket
        self._homes: Dict[asyncio.AbstractEventLoop, _Home] = {}
        self._pid = os.getpid()

    @classmethod
    def from_config(
        cls: Type[C], name: Optional[str] = None, path: Optional[str] = None, **options: Any
    ) -> C:
        """Make a client of an endpoint of the configuration file: see :meth:`Client.from_config`.

        :raises ConfigError: there is no such endpoint, or the file cannot be read.
        """
        address, options = configured(name, path, options)
        return cls(address, **options)

    async def __aenter__(self: C) -> C:  # noqa: PYI019 - Self is newer than our Pythons
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        await self.close()

    def __repr__(self) -> str:
        connected = any(home.link is not None for home in list(self._homes.values()))
        state = "connected" if connected else "not connected"
        return "<%s %s, %s>" % (type(self).__name__, self.address, state)

    async def close(self) -> None:
        """Close the connection; calls under way fail, the next call makes a new one.

        Connections of other event loops are closed as well, those of loops that run in other
        threads soon after.
        """
        here = asyncio.get_running_loop()
        self._home(here)  # forgets what belongs to closed loops and to another process
        for loop, home in list(self._homes.items()):
            self._homes.pop(loop, None)
            if loop is here:
                await home.close()
            else:
                try:
                    loop.call_soon_threadsafe(home.abandon)
                except RuntimeError:  # it was closed at this moment
                    home.drop()

    def _home(self, loop: asyncio.AbstractEventLoop) -> _Home:
        """Return the place of this event loop's connection."""
        if self._pid != os.getpid():
            # The parent's loops are not ours: their descriptors are copies, and watched by an
            # epoll that is shared with it.
            self._pid = os.getpid()
            for old in self._homes.values():
                old.drop()
            self._homes = {}
        home = self._homes.get(loop)
        if home is None:
            for other, old in list(self._homes.items()):
                if other.is_closed() and self._homes.pop(other, None) is not None:
                    old.drop()
            home = self._homes[loop] = _Home(self)
        return home

    @property
    def _link(self) -> Optional[_Link]:
        """The connection of the only event loop, for tests."""
        return next((home.link for home in self._homes.values()), None)

    async def ping(self, timeout: Optional[float] = None) -> float:
        """Make a call that does nothing, and return the seconds that it took.

        :raises BinrpcError: as :meth:`call`; a fault is an answer, and no error.
        """
        from .faults import Fault

        clock = asyncio.get_running_loop().time
        start = clock()
        try:
            await self.call("core.echo", timeout=timeout)
        except Fault:
            pass
        return clock() - start

    async def call(
        self,
        method: str,
        *params: Any,
        timeout: Optional[float] = None,
        total_timeout: Optional[float] = None,
        repeatable: Optional[bool] = None,
    ) -> Reply:
        """Call one method and return the values of its reply.

        Cancelling the task forgets the call: the server may still run it.

        A reply whose end the server dropped is asked for again within the same time, if
        the method only reads: up to four times in all attempts together.

        :param timeout: seconds for each attempt, instead of the client's.
        :param total_timeout: seconds for all attempts together, instead of the client's.
        :param repeatable: running it twice does no more than once, so that it may be retried
            after a loss; the catalogue decides unless given.
        :raises Fault: the server answered with a fault; its class says what it means.
        :raises EncodeError: a parameter has no binrpc form; nothing was sent.
        :raises ConnectError: no connection was made; nothing was sent.
        :raises CallTimeout, ConnectionLost, ProtocolError: no usable answer; ``executed``
            says whether the method may have run.
        """
        clock = asyncio.get_running_loop().time
        latest = self._latest(total_timeout)
        attempts = Attempts()
        policy = self._options.retry
        if policy is None:
            return await self._attempt(method, params, timeout, latest, repeatable, attempts)
        from .retry import is_repeatable

        if repeatable is None:
            repeatable = is_repeatable(method, params)

        async def attempt() -> Reply:
            return await self._attempt(method, params, timeout, latest, repeatable, attempts)

        def left() -> float:
            return float("inf") if latest is None else latest - clock()

        return await policy.run_async(attempt, repeatable, self._options.on_retry, left=left)

    def _latest(self, total_timeout: Optional[float]) -> Optional[float]:
        """Return the moment at which a call ends with all its attempts."""
        seconds = self._options.total_timeout if total_timeout is None else total_timeout
        return None if seconds is None else Deadline(seconds, asyncio.get_running_loop().time).end

    def _deadline(self, timeout: Optional[float], latest: Optional[float]) -> Deadline:
        clock = asyncio.get_running_loop().time
        return Deadline(self.timeout if timeout is None else timeout, clock, latest)

    async def _attempt(
        self,
        method: str,
        params: Sequence[Any],
        timeout: Optional[float],
        latest: Optional[float],
        reads: Optional[bool],
        attempts: Attempts,
    ) -> Reply:
        request = Request(method, params, reads=reads or None)
        await self._make(request, timeout, latest, attempts)
        try:
            return unwrap(request)
        finally:
            del request

    async def _make(
        self,
        request: Request,
        timeout: Optional[float],
        latest: Optional[float],
        attempts: Attempts,
    ) -> None:
        """Give the request an outcome, or raise the error that kept it from being sent."""

        async def once() -> Deadline:
            deadline = self._deadline(timeout, latest)
            await self._observed(request, deadline, attempts.begin())
            return deadline

        deadline = await self._when_allowed(request, once, latest)
        if request.was_cut and request.reads:
            await self._ask_again(request, deadline, latest, attempts)

    async def _ask_again(
        self,
        request: Request,
        deadline: Deadline,
        latest: Optional[float],
        attempts: Attempts,
    ) -> None:
        """Ask again for a reply whose end the server dropped, one at a time in an event loop."""
        async with _alone():
            while attempts.again and request.was_cut and not deadline.expired():
                attempts.again -= 1
                first = request.outcome
                left = self._deadline(deadline.remaining(), latest)
                try:
                    await self._observed(request, left, attempts.begin())
                except BinrpcError:
                    request.outcome = first  # that one knows more

    async def _when_allowed(
        self, request: Request, run: Callable[[], Awaitable[T]], latest: Optional[float]
    ) -> T:
        """Run something that makes a request; when it is its turn, if it is spaced.

        :raises BinrpcError: a spaced request was not sent, or ended with it.
        """
        spacing = self._options.spacing_of(request.method)
        if spacing is None:
            return await run()
        clock = asyncio.get_running_loop().time
        result: T = await spacing.spaced_async(
            self.address, request.method, run, clock, latest, request
        )
        return result

    async def call_many(
        self,
        calls: Iterable[Call],
        timeout: Optional[float] = None,
        *,
        total_timeout: Optional[float] = None,
        window: Optional[int] = None,
    ) -> List[Outcome]:
        """Call several methods and return an outcome for each, in order.

        An outcome is the Reply, or the error that :meth:`call` would have raised; so a connect
        that fails is every call's outcome. Up to ``window`` of them are under way at once, and on
        a datagram socket one. Nothing is retried.

        :param calls: ``(method, *params)`` each.
        :param timeout: seconds to wait for each next answer, instead of the client's.
        :param total_timeout: seconds for all calls together, instead of the client's.
        :param window: instead of the client's, if that is larger.
        :raises EncodeError: some parameter has no binrpc form; nothing was sent.
        """
        gate = None if window is None else asyncio.Semaphore(checked_window(window))
        requests = [Request(call[0], call[1:]) for call in calls]
        latest = self._latest(total_timeout)
        for part in self._options.parts(requests):

            async def run(part: List[Request] = part) -> None:
                await self._gathered(part, self._deadline(timeout, latest), gate)

            try:
                await self._when_allowed(part[0], run, latest)
            except BinrpcError as error:
                part[0].outcome = error
        return [request.outcome for request in requests]  # type: ignore[misc]

    async def _gathered(
        self, requests: List[Request], deadline: Deadline, gate: Optional[asyncio.Semaphore]
    ) -> None:
        async def run(request: Request) -> None:
            try:
                await self._observed(request, deadline, 1)
            except BinrpcError as error:
                request.outcome = error
            else:
                deadline.renew()  # it limits the wait for each answer

        async def run_in_turn(request: Request, gate: asyncio.Semaphore) -> None:
            async with gate:
                await run(request)

        tasks = [
            asyncio.ensure_future(run(each) if gate is None else run_in_turn(each, gate))
            for each in requests
        ]
        try:
            await asyncio.gather(*tasks)
        finally:
            for task in tasks:
                task.cancel()

    async def _observed(self, request: Request, deadline: Deadline, number: int) -> None:
        observer = self._options.observer
        if observer is None:
            await self._run(request, deadline)
            await decode(request)
            return
        start = deadline.start
        record = observer.start(self.address, request, number)
        problem = None
        try:
            await self._run(request, deadline)
            await decode(request)
        except BinrpcError as error:
            problem = error
            raise
        finally:
            record.end(request, deadline.clock() - start, problem)
            observer.end(record)

    async def _run(self, request: Request, deadline: Deadline) -> None:
        """Give the request an outcome; retry while connecting fails and may be awaited."""
        clock = deadline.clock
        home = self._home(asyncio.get_running_loop())
        patience: Optional[Patience] = None
        while True:
            if deadline.expired():
                text = "%s: no time was left to call %s; it has not run"
                raise CallTimeout(text % (request.method, self.address), errno.ETIMEDOUT, False)
            reused = home.link is not None and home.link.usable
            try:
                link = await home.ready(deadline)
                await link.run(request, deadline)
                return
            except _Moved:
                continue
            except ConnectError as error:
                if reused:
                    continue  # the server was restarted since the last call
                if patience is None:
                    patience = Patience(self.connect_wait, deadline)
                moment = patience.next_attempt(error)
            await asyncio.sleep(max(0.0, moment - clock()))
            # The old one may still limit the connecting.
            deadline = Deadline(deadline.whole, clock, deadline.latest)


_SAME_MOMENT = 0.05
"""Seconds that whoever started to connect waits longer: it ends by the same deadline, and an error
of its own says more."""

_locks: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Lock] = WeakKeyDictionary()


def _alone() -> asyncio.Lock:
    """Return the lock of this event loop for asking again."""
    loop = asyncio.get_running_loop()
    lock = _locks.get(loop)
    if lock is None:
        lock = _locks[loop] = asyncio.Lock()
    return lock


async def decode(request: Request) -> None:
    """Decode a large reply in a thread, so that the loop reads what else comes meanwhile."""
    if request.undecoded >= LARGE:
        await asyncio.get_running_loop().run_in_executor(None, outcome_of, request)


class _Home:
    """A client's connection in one event loop, and the making of it."""

    def __init__(self, client: AsyncClient) -> None:
        self._client = client
        self.link: Optional[_Link] = None
        self._connecting: Optional[asyncio.Future[None]] = None

    async def ready(self, deadline: Deadline) -> _Link:
        """Return the connection; whoever comes first starts making it, for all."""
        while True:
            if self.link is not None and self.link.usable:
                return self.link
            limit = deadline.remaining()
            if self._connecting is None:
                limit += _SAME_MOMENT
                self._connecting = asyncio.ensure_future(self._make_link(deadline))
                self._connecting.add_done_callback(_noted)
            making = self._connecting
            # Not wait_for(): up to 3.11 it can swallow the cancellation of its caller.
            await asyncio.wait((making,), timeout=limit)
            if not making.done():
                raise explain.connect_timeout(self._client.address, deadline.seconds)
            making.result()

    async def _make_link(self, deadline: Deadline) -> None:
        client = self._client
        try:
            if self.link is not None:
                self.link.retire()
                self.link = None
            transport = await drive(connect(client.address, deadline, client._reply_socket))
            options = client._options
            connection = Connection(client.address.is_datagram, options.max_reply, options.unsigned)
            self.link = _Link(transport, connection, client._window)
        finally:
            self._connecting = None

    async def close(self) -> None:
        """Close the connection, in its loop."""
        making = self._connecting
        self.abandon()
        if making is not None:
            await asyncio.gather(making, return_exceptions=True)
        if self.link is not None:  # it was made at this moment
            self.link.close()
            self.link = None

    def abandon(self) -> None:
        """Begin to close, in its loop."""
        if self._connecting is not None:
            self._connecting.cancel()
        if self.link is not None:
            self.link.close()
            self.link = None

    def drop(self) -> None:
        """Close the descriptor of a connection whose loop is closed or not ours."""
        if self.link is not None:
            self.link.drop()
            self.link = None


def _noted(making: asyncio.Future[None]) -> None:
    """Retrieve the outcome: asyncio complains if all waiters have gone and nothing does so."""
    if not making.cancelled():
        making.exception()


class _Moved(Exception):
    """The connection takes no more requests, and this one had not been sent."""


class _Link:
    """One connection, its requests, and the event loop's callbacks."""

    def __init__(self, transport: Transport, connection: Connection, window: int) -> None:
        self._transport = transport
        self._connection = connection
        self._exchange = Exchange(transport.address, connection, window)
        self._waiters: Dict[Request, asyncio.Future[None]] = {}
        self._deadlines: Dict[Request, Deadline] = {}
        self._timers: Dict[Request, asyncio.TimerHandle] = {}
        self._loop = asyncio.get_running_loop()
        self._writing = False
        self._flushing = False  # soon
        self._closed = False
        self._retired = False
        self._standstill: Optional[asyncio.TimerHandle] = None
        self._loop.add_reader(transport.fileno(), self._on_readable)

    @property
    def usable(self) -> bool:
        """May new requests be sent here?"""
        return not self._closed and not self._retired and not self._exchange.broken

    async def run(self, request: Request, deadline: Deadline) -> None:
        """Send the request and wait for its outcome.

        :raises ConnectError: it was not sent, and nothing else was, so it may be tried again.
        :raises _Moved: it was not sent, and must be on another connection.
        """
        waiter: asyncio.Future[None] = self._loop.create_future()
        self._waiters[request] = waiter
        self._deadlines[request] = deadline
        self._timers[request] = self._loop.call_at(deadline.end, self._expire, request, deadline)
        try:
            request.limit = deadline
            self._exchange.add(request)
            self._flush_together()
            await waiter
        except asyncio.CancelledError:
            self._exchange.withdraw(request)
            if self._transport.address.is_datagram:
                self.retire()  # parts of its reply could be taken for the next one's
            self._flush()
            raise
        finally:
            self._timers.pop(request).cancel()
            self._waiters.pop(request, None)
            self._deadlines.pop(request, None)
            self._close_if_done()

    def retire(self) -> None:
        """Take no more requests; close when those under way are done."""
        self._retired = True
        for request in self._exchange.release():
            waiter = self._waiters.get(request)
            if waiter is not None and not waiter.done():
                waiter.set_exception(_Moved())
        self._close_if_done()

    def close(self) -> None:
        """Close at once; requests under way fail."""
        if self._closed:
            return
        self._closed = True
        self._loop.remove_reader(self._transport.fileno())
        if self._writing:
            self._loop.remove_writer(self._transport.fileno())
        self._transport.close()
        self._cancel_standstill()
        self._finish(self._exchange.failed(OSError(errno.ECONNABORTED, "closed")))

    def drop(self) -> None:
        """Close the descriptor alone: the event loop is closed, or another process's."""
        self._closed = True
        self._transport.close()

    def _close_if_done(self) -> None:
        if (self._retired or self._exchange.broken) and not self._waiters:
            self.close()

    def _expire(self, request: Request, deadline: Deadline, stands_still: bool = False) -> None:
        waiter = self._waiters.get(request)
        if waiter is None or waiter.done():
            return
        if not (stands_still or deadline.expired()):
            # The answer to another call of the same batch has renewed it.
            self._timers[request] = self._loop.call_at(
                deadline.end, self._expire, request, deadline
            )
            return
        self._exchange.expire(request, deadline.seconds)
        waiter.set_result(None)
        # The reply may have been cut by the server, and then the next would follow in it.
        self.retire()

    def _finish(self, requests: List[Request]) -> None:
        for request in requests:
            waiter = self._waiters.get(request)
            if waiter is not None and not waiter.done():
                waiter.set_result(None)

    def _flush_together(self) -> None:
        """Send a request that is alone at once, others with those of the same turn of the loop."""
        if len(self._waiters) == 1:
            self._flush()
        elif not self._flushing:
            self._flushing = True
            self._loop.call_soon(self._flush)

    def _flush(self) -> None:
        """Send what the window allows, and ask to be called when the socket has room."""
        self._flushing = False
        if self._closed:
            return
        try:
            push(self._transport, self._exchange)
        except OSError as error:
            self._break(error)
            return
        writing = bool(self._exchange.outgoing)
        if writing and not self._writing:
            self._loop.add_writer(self._transport.fileno(), self._flush)
        elif self._writing and not writing:
            self._loop.remove_writer(self._transport.fileno())
        self._writing = writing

    def _on_readable(self) -> None:
        try:
            done = pull(self._transport, self._exchange)
        except OSError as error:
            self._break(error)
            return
        if done is None:
            return
        self._finish(done)
        self._watch_standstill()
        if self._exchange.broken:
            self._stop_watching()
        self._flush()

    def _watch_standstill(self) -> None:
        """Let the request end whose answer has begun and stands still: its rest was dropped."""
        self._cancel_standstill()
        request = self._connection.unfinished() if self._connection.begun else None
        if request is not None and request in self._waiters:
            deadline = self._deadlines[request]
            end = end_of_wait(self._exchange, request, deadline)
            if end < deadline.end:
                self._standstill = self._loop.call_at(end, self._expire, request, deadline, True)

    def _cancel_standstill(self) -> None:
        if self._standstill is not None:
            self._standstill.cancel()
            self._standstill = None

    def _stop_watching(self) -> None:
        # A closed stream stays readable forever; the waiters close it when they have run.
        self._retired = True
        self._loop.remove_reader(self._transport.fileno())
        if not self._waiters:
            self.close()

    def _break(self, error: OSError) -> None:
        """The operating system refused: nothing sent means that it may be tried again."""
        never_left = self._exchange.never_left(error, self._transport.unread(error))
        self._finish(pull_rest(self._transport, self._exchange))
        broken = self._exchange.failed(error, self._transport.last_words())
        if never_left:
            cause = self._transport.connect_error(error.errno or 0)
            for request in broken:
                waiter = self._waiters.get(request)
                request.outcome = None
                if waiter is not None and not waiter.done():
                    waiter.set_exception(cause)
        else:
            self._finish(broken)
        self._stop_watching()


async def drive(steps: Generator[Wait, Any, T]) -> T:
    """Do the waiting of a conversation, and return its result.

    Its deadline counts by the event loop's clock.
    """
    answer: Any = None
    loop = asyncio.get_running_loop()
    try:
        while True:
            kind, subject, end = steps.send(answer)
            seconds = max(0.0, end - loop.time())
            if kind == PAUSE:
                await asyncio.sleep(seconds)
            elif kind == LOOK_UP:
                search = loop.run_in_executor(None, find, subject)
                done, _late = await asyncio.wait((search,), timeout=seconds)
                answer = search.result() if done else None  # find() never raises
            else:
                answer = await _ready(subject, kind != READ, seconds)
    except StopIteration as stop:
        return stop.value  # type: ignore[no-any-return]
    finally:
        steps.close()


async def _ready(subject: Any, writing: bool, seconds: float) -> bool:
    """Wait until a descriptor can be read, or also written; return False if it took too long."""
    loop = asyncio.get_running_loop()
    ready: asyncio.Future[None] = loop.create_future()
    loop.add_reader(subject.fileno(), _set, ready)
    if writing:
        loop.add_writer(subject.fileno(), _set, ready)
    try:
        done, _late = await asyncio.wait((ready,), timeout=seconds)
    finally:
        loop.remove_reader(subject.fileno())
        if writing:
            loop.remove_writer(subject.fileno())
    return bool(done)


def _set(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)
