# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""The asyncio client: the blocking client's contract, with many calls at once.

Connecting is a :mod:`conversation` that :func:`drive` does the waiting for. All time limits are by
the event loop's clock.
"""

from __future__ import annotations

import asyncio
import errno
from time import monotonic

from . import explain, wire
from .address import Address, parse_address
from .call_record import CallRecord
from .connection import Connection, Request, unwrap
from .conversation import LOOK_UP, PAUSE, Patience, connect, pull, pull_rest, push
from .deadline import Deadline
from .errors import BinrpcError, ConnectError
from .exchange import Exchange
from .transport import find

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, Generator, Iterable, List, Optional, Sequence, TypeVar, Union

    from .call_record import OnCall
    from .conversation import Wait
    from .reply import Reply
    from .retry import OnRetry, RetryPolicy
    from .transport import Transport

    T = TypeVar("T")
    Call = Sequence[Any]
    Outcome = Union[Reply, BinrpcError]


class AsyncClient:
    """Calls RPCs of one ctl endpoint from an asyncio program.

    Any number of tasks may call at once: a stream carries up to ``window`` requests at a time,
    a datagram socket one, and the others wait their turn. Replies are read all the while, also
    when nobody waits for them any more, so that none gets in the way of the next.

    :param address: see :mod:`address`; the default is ctl's own default socket.
    :param timeout: seconds for a whole call: the wait for its turn, resolve, connect, send and
        receive.
    :param connect_wait: further seconds to go on trying while nobody listens.
    :param window: requests under way at once on a stream; keep it small where replies are large.
    :param reply_socket: unix datagram only: folder, path or ``"@"``; see :mod:`reply_socket`.
    :param max_reply: bytes allowed in one reply's body.
    :param unsigned: give int records as 0..2**32-1 instead of -2**31..2**31-1.
    :param on_call: gets a :class:`record.CallRecord` for each attempt of a call.
    :param retry: how :meth:`call` tries again where that is safe, see :mod:`retry`; None never.
    :param on_retry: gets the error and the number of attempts made, before each wait.
    :raises AddressError: the address is not one a client can use.
    :raises ValueError: a number is out of range.
    """

    def __init__(
        self,
        address: Union[str, Address] = wire.DEFAULT_ADDRESS,
        timeout: float = 5.0,
        *,
        connect_wait: float = 0.0,
        window: int = 8,
        reply_socket: Optional[str] = None,
        max_reply: int = wire.MAX_BODY,
        unsigned: bool = False,
        on_call: Optional[OnCall] = None,
        retry: Optional[RetryPolicy] = None,
        on_retry: Optional[OnRetry] = None,
    ) -> None:
        self.address = address if isinstance(address, Address) else parse_address(address)
        Deadline(timeout)  # refuse a bad value here and not at the first call
        if not 0 <= connect_wait <= 31_536_000:
            raise ValueError("connect_wait is 0 to 31536000 s, not %r" % connect_wait)
        if window < 1:
            raise ValueError("window must be at least 1, not %r" % window)
        self.timeout = timeout
        self.connect_wait = connect_wait
        self._window = 1 if self.address.is_datagram else window
        self._reply_socket = reply_socket
        self._max_reply = max_reply
        self._unsigned = unsigned
        self._on_call = on_call
        self._retry = retry
        self._on_retry = on_retry
        self._link: Optional[_Link] = None
        self._connecting: Optional[asyncio.Future[None]] = None

    async def __aenter__(self) -> AsyncClient:
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the connection; calls under way fail, the next call makes a new one."""
        if self._connecting is not None:
            self._connecting.cancel()
            await asyncio.gather(self._connecting, return_exceptions=True)
        if self._link is not None:
            self._link.close()
            self._link = None

    async def call(
        self,
        method: str,
        *params: Any,
        timeout: Optional[float] = None,
        repeatable: Optional[bool] = None,
    ) -> Reply:
        """Call one method and return the values of its reply.

        Cancelling the task forgets the call: the server may still run it.

        :param timeout: seconds for each attempt, instead of the client's.
        :param repeatable: running it twice does no more than once, so that it may be retried
            after a loss; the catalogue decides unless given.
        :raises Fault: the server answered with a fault; its class says what it means.
        :raises EncodeError: a parameter has no binrpc form; nothing was sent.
        :raises ConnectError: no connection was made; nothing was sent.
        :raises CallTimeout, ConnectionLost, ProtocolError: no usable answer; ``executed``
            says whether the method may have run.
        """
        seconds = self.timeout if timeout is None else timeout
        if self._retry is None:
            return await self._attempt(method, params, seconds)
        from .retry import is_repeatable, with_retries_async

        if repeatable is None:
            repeatable = is_repeatable(method, params)
        return await with_retries_async(
            lambda: self._attempt(method, params, seconds),
            self._retry,
            repeatable,
            self._on_retry,
        )

    async def _attempt(self, method: str, params: Sequence[Any], seconds: float) -> Reply:
        request = Request(method, params)
        await self._observed(request, seconds)
        try:
            return unwrap(request)
        finally:
            del request

    async def call_many(
        self, calls: Iterable[Call], timeout: Optional[float] = None
    ) -> List[Outcome]:
        """Call several methods at once and return an outcome for each, in order.

        An outcome is the Reply, or the error that :meth:`call` would have raised; so a connect
        that fails is every call's outcome.

        :param calls: ``(method, *params)`` each.
        :param timeout: seconds for each call.
        :raises EncodeError: some parameter has no binrpc form; nothing was sent.
        """
        seconds = self.timeout if timeout is None else timeout
        requests = [Request(call[0], call[1:]) for call in calls]

        async def run(request: Request) -> None:
            try:
                await self._observed(request, seconds)
            except BinrpcError as error:
                request.outcome = error

        tasks = [asyncio.ensure_future(run(request)) for request in requests]
        try:
            await asyncio.gather(*tasks)
        finally:
            for task in tasks:
                task.cancel()
        return [request.outcome for request in requests]  # type: ignore[misc]

    async def _observed(self, request: Request, seconds: float) -> None:
        if self._on_call is None:
            await self._run(request, seconds)
            return
        start = monotonic()
        problem = None
        try:
            await self._run(request, seconds)
        except BinrpcError as error:
            problem = error
            raise
        finally:
            self._on_call(CallRecord(self.address, request, monotonic() - start, problem))

    async def _run(self, request: Request, seconds: float) -> None:
        """Give the request an outcome; retry while connecting fails and may be awaited."""
        clock = asyncio.get_running_loop().time
        deadline = Deadline(seconds, clock)
        patience: Optional[Patience] = None
        while True:
            reused = self._link is not None and self._link.usable
            try:
                link = await self._ready(deadline)
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
            deadline = Deadline(seconds, clock)  # the old one may still limit the connecting

    async def _ready(self, deadline: Deadline) -> _Link:
        """Return the connection; whoever comes first starts making it, for all."""
        while True:
            if self._link is not None and self._link.usable:
                return self._link
            if self._connecting is None:
                self._connecting = asyncio.ensure_future(self._make_link(deadline))
                self._connecting.add_done_callback(_noted)
            making = self._connecting
            # Not wait_for(): up to 3.11 it can swallow the cancellation of its caller.
            await asyncio.wait((making,), timeout=deadline.remaining())
            if not making.done():
                raise explain.connect_timeout(self.address, deadline.seconds)
            making.result()

    async def _make_link(self, deadline: Deadline) -> None:
        try:
            if self._link is not None:
                self._link.retire()
                self._link = None
            transport = await drive(connect(self.address, deadline, self._reply_socket))
            connection = Connection(self.address.is_datagram, self._max_reply, self._unsigned)
            self._link = _Link(transport, connection, self._window)
        finally:
            self._connecting = None


def _noted(making: asyncio.Future[None]) -> None:
    """Look at the outcome: if all who waited have gone, nobody else does, and asyncio complains."""
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
        self._loop = asyncio.get_running_loop()
        self._writing = False
        self._closed = False
        self._retired = False
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
        timer = self._loop.call_later(deadline.remaining(), self._expire, request, deadline)
        try:
            self._exchange.add(request)
            self._flush()
            await waiter
        except asyncio.CancelledError:
            self._exchange.withdraw(request)
            if self._transport.address.is_datagram:
                self.retire()  # parts of its reply could be taken for the next one's
            self._flush()
            raise
        finally:
            timer.cancel()
            self._waiters.pop(request, None)
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
        self._finish(self._exchange.failed(OSError(errno.ECONNABORTED, "closed")))

    def _close_if_done(self) -> None:
        if (self._retired or self._exchange.broken) and not self._waiters:
            self.close()

    def _expire(self, request: Request, deadline: Deadline) -> None:
        waiter = self._waiters.get(request)
        if waiter is None or waiter.done():
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

    def _flush(self) -> None:
        """Send what the window allows, and ask to be called when the socket has room."""
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
        if self._exchange.broken:
            self._stop_watching()
        self._flush()

    def _stop_watching(self) -> None:
        # A closed stream stays readable for ever; the waiters close it when they have run.
        self._retired = True
        self._loop.remove_reader(self._transport.fileno())
        if not self._waiters:
            self.close()

    def _break(self, error: OSError) -> None:
        """The operating system refused: nothing sent means that it may be tried again."""
        never_left = self._exchange.never_left(error)
        self._finish(pull_rest(self._transport, self._exchange))
        broken = self._exchange.failed(error)
        if never_left:
            cause = explain.connect_error(self._transport.address, error.errno or 0)
            for request in broken:
                waiter = self._waiters.get(request)
                request.outcome = None
                if waiter is not None and not waiter.done():
                    waiter.set_exception(cause)
        else:
            self._finish(broken)
        self._stop_watching()


async def drive(steps: Generator[Wait, Any, T]) -> T:
    """Do the waiting of :func:`conversation.connect`, and return its result.

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
                answer = await _writable(subject, seconds)
    except StopIteration as stop:
        return stop.value  # type: ignore[no-any-return]
    finally:
        steps.close()


async def _writable(transport: Transport, seconds: float) -> bool:
    loop = asyncio.get_running_loop()
    writable: asyncio.Future[None] = loop.create_future()
    loop.add_writer(transport.fileno(), _set, writable)
    try:
        done, _late = await asyncio.wait((writable,), timeout=seconds)
    finally:
        loop.remove_writer(transport.fileno())
    return bool(done)


def _set(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)
