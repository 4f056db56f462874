# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""The blocking client."""

from __future__ import annotations

import errno
import os
from _thread import allocate_lock
from time import monotonic, sleep

from . import turns, wire
from .address import parse_address
from .blocking import run
from .connection import Connection, Request, unwrap
from .conversation import Patience, connect, end_of_wait, pull, pull_rest, push
from .deadline import Deadline
from .errors import BinrpcError, CallTimeout, ConnectError
from .exchange import Exchange
from .options import Options, checked_window, configured

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Iterable, List, Optional, Sequence, Type, TypeVar

    from .address import AnyAddress
    from .call_record import OnCall
    from .connection import Outcome
    from .reply import Reply
    from .retry import OnRetry, RetryPolicy
    from .transport import Transport

    Call = Sequence[Any]
    C = TypeVar("C", bound="Client")
    T = TypeVar("T")


class Client:
    """Calls RPCs of one ctl endpoint over a connection that is made when first needed.

    A stream is kept and used again; one that the server has closed meanwhile is replaced
    before anything is sent. After a timeout or a broken reply it is thrown away, since late
    bytes would be taken for the next answer.

    Threads may share a client: one call after another is made, and the wait for its turn counts
    as time of a call. A forked process may use it as well: it makes a connection of its own, and
    leaves its parent's alone.

    :param address: see :mod:`address`; a path stands for a unix socket; the default is ctl's own
        default socket.
    :param timeout: seconds for one attempt of a call: the wait for its turn, resolve, connect,
        send and receive. None for no limit (of less than a year).
    :param total_timeout: seconds for a whole call with its retries; None for no such limit.
    :param connect_wait: seconds after the start of an attempt during which to go on trying while
        no server listens, for a server that is starting; each try has the whole ``timeout``.
    :param window: requests under way at once on a stream, for :meth:`call_many`; keep it small
        where replies are large.
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

    # Tests replace both, so that time passes without waiting.
    _clock = staticmethod(monotonic)
    _sleep = staticmethod(sleep)

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
        self._window = checked_window(window)
        self._reply_socket = reply_socket
        self._transport: Optional[Transport] = None
        self._connection = Connection()
        self._lock = allocate_lock()
        self._pid = os.getpid()

    @classmethod
    def from_config(
        cls: Type[C], name: Optional[str] = None, path: Optional[str] = None, **options: Any
    ) -> C:
        """Make a client of an endpoint of the configuration file.

        :param name: of the endpoint, or an address; None for the file's default endpoint.
        :param path: the file; None for the one that :func:`config.load_config` finds.
        :param options: of the client; those that the file sets count where they are not given.
        :raises ConfigError: there is no such endpoint, or the file cannot be read.
        """
        address, options = configured(name, path, options)
        return cls(address, **options)

    def __enter__(self: C) -> C:  # noqa: PYI019 - Self is newer than our Pythons
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    def __repr__(self) -> str:
        state = "not connected" if self._transport is None else "connected"
        return "<%s %s, %s>" % (type(self).__name__, self.address, state)

    def close(self) -> None:
        """Close the connection, once a call under way has ended; the next call makes a new one."""
        self._note_fork()
        with self._lock:
            self._disconnect()

    def _disconnect(self) -> None:
        if self._transport is not None:
            self._transport.close()
            self._transport = None

    def ping(self, timeout: Optional[float] = None) -> float:
        """Make a call that does nothing, and return the seconds that it took.

        :raises BinrpcError: as :meth:`call`; a fault is an answer, and no error.
        """
        from .faults import Fault

        start = self._clock()
        try:
            self.call("core.echo", timeout=timeout)
        except Fault:
            pass
        return self._clock() - start

    def call(
        self,
        method: str,
        *params: Any,
        timeout: Optional[float] = None,
        total_timeout: Optional[float] = None,
        repeatable: Optional[bool] = None,
    ) -> Reply:
        """Call one method and return the values of its reply.

        A reply whose end the server dropped is asked for again within the same time, if
        the method only reads: up to four times in all attempts together.

        :param params: int, float, str, bytes, Struct, list; the type decides the record's.
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
        latest = self._latest(total_timeout)
        attempts = turns.Attempts()
        policy = self._policy()
        if policy is None:
            return self._attempt(method, params, timeout, latest, repeatable, attempts)
        from .retry import is_repeatable

        if repeatable is None:
            repeatable = is_repeatable(method, params)

        def attempt() -> Reply:
            return self._attempt(method, params, timeout, latest, repeatable, attempts)

        def left() -> float:
            return float("inf") if latest is None else latest - self._clock()

        return policy.run(attempt, repeatable, self._options.on_retry, left=left)

    def _policy(self) -> Optional[RetryPolicy]:
        return self._options.retry

    def _latest(self, total_timeout: Optional[float]) -> Optional[float]:
        """Return the moment at which a call ends with all its attempts."""
        seconds = self._options.total_timeout if total_timeout is None else total_timeout
        return None if seconds is None else Deadline(seconds, self._clock).end

    def _deadline(self, timeout: Optional[float], latest: Optional[float]) -> Deadline:
        return Deadline(self.timeout if timeout is None else timeout, self._clock, latest)

    def _attempt(
        self,
        method: str,
        params: Sequence[Any],
        timeout: Optional[float],
        latest: Optional[float],
        reads: Optional[bool],
        attempts: turns.Attempts,
    ) -> Reply:
        request = Request(method, params, reads=reads or None)
        self._make(request, timeout, latest, attempts)
        try:
            return unwrap(request)
        finally:
            del request

    def _make(
        self,
        request: Request,
        timeout: Optional[float],
        latest: Optional[float],
        attempts: turns.Attempts,
    ) -> None:
        """Give the request an outcome, or raise the error that kept it from being sent."""

        def once() -> Deadline:
            deadline = self._deadline(timeout, latest)
            self._observed([request], deadline, 1, attempts.begin())
            return deadline

        deadline = self._when_allowed(request, once, latest)
        if request.was_cut and request.reads:
            self._ask_again(request, deadline, latest, attempts)

    def _ask_again(
        self,
        request: Request,
        deadline: Deadline,
        latest: Optional[float],
        attempts: turns.Attempts,
    ) -> None:
        """Ask again for a reply whose end the server dropped, while this process decodes none."""
        if not turns.take(deadline.remaining()):
            return
        try:
            while attempts.again and request.was_cut and not deadline.expired():
                attempts.again -= 1
                first = request.outcome
                left = self._deadline(deadline.remaining(), latest)
                try:
                    self._observed([request], left, 1, attempts.begin())
                except BinrpcError:
                    request.outcome = first  # that one knows more
        finally:
            turns.give()

    def _when_allowed(self, request: Request, run: Callable[[], T], latest: Optional[float]) -> T:
        """Run something that makes a request; when it is its turn, if it is spaced.

        :raises BinrpcError: a spaced request was not sent, or ended with it.
        """
        spacing = self._options.spacing_of(request.method)
        if spacing is None:
            return run()
        result: T = spacing.spaced(
            self.address, request.method, run, self._clock, latest, self._sleep, request
        )
        return result

    def call_many(
        self,
        calls: Iterable[Call],
        timeout: Optional[float] = None,
        *,
        total_timeout: Optional[float] = None,
        window: Optional[int] = None,
    ) -> List[Outcome]:
        """Call several methods over one connection and return an outcome for each, in order.

        An outcome is the Reply, or the error that :meth:`call` would have raised; so a connect
        that fails is every call's outcome. On streams up to ``window`` requests are under way at
        once, and replies are read all the while: the server drops what a client does not read
        within 10 ms (docs/protocol.md#short-writes). Datagrams go one by one, since their
        replies may come in parts that nothing numbers. Nothing is retried.

        :param calls: ``(method, *params)`` each.
        :param timeout: seconds to wait for each next answer, instead of the client's.
        :param total_timeout: seconds for all calls together, instead of the client's.
        :param window: instead of the client's.
        :raises EncodeError: some parameter has no binrpc form; nothing was sent.
        """
        window = self._window if window is None else checked_window(window)
        requests = [Request(call[0], call[1:]) for call in calls]
        latest = self._latest(total_timeout)
        if self.address.is_datagram:
            window = 1
        parts = self._options.parts(requests)
        for number, part in enumerate(parts):

            def run(part: List[Request] = part) -> None:
                self._observed(part, self._deadline(timeout, latest), window, 1)

            try:
                self._when_allowed(part[0], run, latest)
            except BinrpcError as error:
                if part[0].ended:
                    continue
                for rest in parts[number:]:
                    for request in rest:
                        request.outcome = error
                break
        return [turns.outcome_of(request) for request in requests]  # type: ignore[misc]

    def _observed(
        self, requests: List[Request], deadline: Deadline, window: int, number: int
    ) -> None:
        observer = self._options.observer
        if observer is None:
            self._run(requests, deadline, window)
            return
        start = self._clock()
        alone = len(requests) == 1
        records = [observer.start(self.address, each, number, alone) for each in requests]
        problem = None
        try:
            self._run(requests, deadline, window)
        except BinrpcError as error:
            problem = error
            raise
        finally:
            seconds = self._clock() - start
            for record, request in zip(records, requests):
                record.end(request, seconds, problem)
                observer.end(record)

    def _run(self, requests: List[Request], deadline: Deadline, window: int) -> None:
        """Give every request an outcome; retry while connecting fails and may be awaited."""
        self._take_turn(requests[0], deadline)
        try:
            self._run_in_turn(requests, deadline, window)
        except BaseException as error:
            if not isinstance(error, BinrpcError):
                self._disconnect()  # interrupted: what is under way must not be read later
            raise
        finally:
            self._lock.release()

    def _take_turn(self, request: Request, deadline: Deadline) -> None:
        self._note_fork()
        if not (
            self._lock.acquire(False)
            or self._lock.acquire(timeout=min(deadline.remaining(), 4_000_000.0))
        ):
            raise CallTimeout(
                "%s: other threads called %s for %g s; it has not run"
                % (request.method, self.address, deadline.seconds),
                errno.ETIMEDOUT,
                False,
            )
        if deadline.expired():
            self._lock.release()
            raise CallTimeout(
                "%s: no time was left to call %s; it has not run" % (request.method, self.address),
                errno.ETIMEDOUT,
                False,
            )

    def _note_fork(self) -> None:
        """In a forked process: leave the parent's stream alone, whatever state it is in."""
        if self._pid == os.getpid():
            return
        with _guard.lock:
            if self._pid != os.getpid():
                self._disconnect()  # our copy of the descriptor; the parent's stays open
                self._lock = allocate_lock()
                self._pid = os.getpid()

    def _run_in_turn(self, requests: List[Request], deadline: Deadline, window: int) -> None:
        patience: Optional[Patience] = None
        while True:
            reused = self._is_alive()
            try:
                self._exchange(requests, deadline, window)
                return
            except ConnectError as error:
                self._disconnect()
                if reused:
                    continue  # the server was restarted since the last call
                if patience is None:
                    patience = Patience(self.connect_wait, deadline)
                moment = patience.next_attempt(error)
            self._sleep(max(0.0, moment - self._clock()))
            deadline.renew()

    def _is_alive(self) -> bool:
        """Is there a connection from before that can be used again?"""
        if self._transport is None:
            return False
        # Between calls nothing may come: it is the end of the stream, or stray bytes.
        if self._transport.wait(0):
            self._disconnect()
            return False
        return True

    def _exchange(self, requests: List[Request], deadline: Deadline, window: int) -> None:
        """Send and receive until every request has an outcome.

        :raises ConnectError: nothing was sent, so all of it may be tried again.
        """
        transport = self._transport
        if transport is None:
            steps = connect(self.address, deadline, self._reply_socket)
            transport = self._transport = run(steps, self._clock, self._sleep)
            options = self._options
            self._connection = Connection(
                self.address.is_datagram, options.max_reply, options.unsigned
            )
        exchange = Exchange(self.address, self._connection, window)
        for request in requests:
            # Several replies are decoded when all have come.
            request.limit = deadline if len(requests) == 1 else deadline.whole
            exchange.add(request)
        alone = requests[0] if len(requests) == 1 else None
        while not exchange.idle:
            try:
                push(transport, exchange)
                end = end_of_wait(exchange, alone, deadline) if alone else deadline.end
                seconds = max(0.0, end - self._clock())
                if not transport.wait(seconds, writing=bool(exchange.outgoing)):
                    exchange.timed_out(deadline.seconds)
                    break
                done = pull(transport, exchange)
            except OSError as error:
                unread = transport.unread(error)
                if not requests[0].ended and exchange.never_left(error, unread):
                    raise transport.connect_error(error.errno or 0) from None
                pull_rest(transport, exchange)
                exchange.failed(error, transport.last_words())
                break
            if done:
                deadline.renew()  # it limits the wait for each answer
            if done is not None and deadline.expired() and not exchange.idle:
                exchange.timed_out(deadline.seconds)  # bytes came all the time, but no answer
        if exchange.broken:
            self._disconnect()


class _Guard:
    """The lock of what the first call in a forked process does."""

    def __init__(self) -> None:
        self.renew()
        os.register_at_fork(after_in_child=self.renew)

    def renew(self) -> None:
        self.lock = allocate_lock()


_guard = _Guard()
