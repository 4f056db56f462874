# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""The blocking client."""

from __future__ import annotations

from time import monotonic, sleep

from . import explain, wire
from .address import Address, parse_address
from .blocking import run
from .call_record import CallRecord
from .connection import Connection, Request, unwrap
from .conversation import Patience, connect, pull, pull_rest, push
from .deadline import Deadline
from .errors import BinrpcError, ConnectError
from .exchange import Exchange

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Iterable, List, Optional, Sequence, Union

    from .call_record import OnCall
    from .reply import Reply
    from .retry import OnRetry, RetryPolicy
    from .transport import Transport

    Call = Sequence[Any]


class Client:
    """Calls RPCs of one ctl endpoint over a connection that is made when first needed.

    A stream is kept and used again; one that the server has closed meanwhile is replaced
    before anything is sent. After a timeout or a broken reply it is thrown away, since late
    bytes would be taken for the next answer. One thread at a time may use a client.

    :param address: see :mod:`address`; the default is ctl's own default socket.
    :param timeout: seconds for a whole call: resolve, connect, send and receive.
    :param connect_wait: further seconds to go on trying while nobody listens, for a server
        that is starting.
    :param reply_socket: unix datagram only: folder, path or ``"@"``; see :mod:`reply_socket`.
    :param max_reply: bytes allowed in one reply's body.
    :param unsigned: give int records as 0..2**32-1 instead of -2**31..2**31-1.
    :param on_call: gets a :class:`record.CallRecord` for each attempt of a call.
    :param retry: how :meth:`call` tries again where that is safe, see :mod:`retry`; None never.
    :param on_retry: gets the error and the number of attempts made, before each wait.
    :raises AddressError: the address is not one a client can use.
    :raises ValueError: a time is not a number in range.
    """

    # Tests replace both, so that time passes without waiting.
    _clock = staticmethod(monotonic)
    _sleep = staticmethod(sleep)

    def __init__(
        self,
        address: Union[str, Address] = wire.DEFAULT_ADDRESS,
        timeout: float = 5.0,
        *,
        connect_wait: float = 0.0,
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
        self.timeout = timeout
        self.connect_wait = connect_wait
        self._reply_socket = reply_socket
        self._max_reply = max_reply
        self._unsigned = unsigned
        self._on_call = on_call
        self._retry = retry
        self._on_retry = on_retry
        self._transport: Optional[Transport] = None
        self._connection = Connection()

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection; the next call makes a new one."""
        if self._transport is not None:
            self._transport.close()
            self._transport = None

    def call(
        self,
        method: str,
        *params: Any,
        timeout: Optional[float] = None,
        repeatable: Optional[bool] = None,
    ) -> Reply:
        """Call one method and return the values of its reply.

        :param params: int, float, str, bytes, Struct, list; the type decides the record's.
        :param timeout: seconds for each attempt, instead of the client's.
        :param repeatable: running it twice does no more than once, so that it may be retried
            after a loss; the catalogue decides unless given.
        :raises Fault: the server answered with a fault; its class says what it means.
        :raises EncodeError: a parameter has no binrpc form; nothing was sent.
        :raises ConnectError: no connection was made; nothing was sent.
        :raises CallTimeout, ConnectionLost, ProtocolError: no usable answer; ``executed``
            says whether the method may have run.
        """
        if self._retry is None:
            return self._attempt(method, params, timeout)
        from .retry import is_repeatable, with_retries

        if repeatable is None:
            repeatable = is_repeatable(method, params)
        return with_retries(
            lambda: self._attempt(method, params, timeout),
            self._retry,
            repeatable,
            self._on_retry,
        )

    def _attempt(self, method: str, params: Sequence[Any], timeout: Optional[float]) -> Reply:
        request = Request(method, params)
        self._observed([request], timeout, 1)
        try:
            return unwrap(request)
        finally:
            del request

    def call_many(
        self, calls: Iterable[Call], timeout: Optional[float] = None, window: int = 8
    ) -> List[Union[Reply, BinrpcError]]:
        """Call several methods over one connection and return an outcome for each, in order.

        An outcome is the Reply, or the error that :meth:`call` would have raised. On streams
        up to ``window`` requests are under way at once, and replies are read all the while:
        the server drops what a client does not read within 10 ms
        (docs/protocol.md#short-writes). Datagrams go one by one, since their
        replies may come in parts that nothing numbers.

        :param calls: ``(method, *params)`` each.
        :param timeout: seconds to wait for each next answer, instead of the client's.
        :param window: 1 or more; keep it small where replies are large.
        :raises EncodeError: some parameter has no binrpc form; nothing was sent.
        :raises ConnectError: no connection was made; nothing was sent.
        """
        if window < 1:
            raise ValueError("window must be at least 1, not %r" % window)
        requests = [Request(call[0], call[1:]) for call in calls]
        if requests:
            self._observed(requests, timeout, 1 if self.address.is_datagram else window)
        return [request.outcome for request in requests]  # type: ignore[misc]

    def _observed(self, requests: List[Request], timeout: Optional[float], window: int) -> None:
        if self._on_call is None:
            self._run(requests, timeout, window)
            return
        start = self._clock()
        problem = None
        try:
            self._run(requests, timeout, window)
        except BinrpcError as error:
            problem = error
            raise
        finally:
            seconds = self._clock() - start
            for request in requests:
                self._on_call(CallRecord(self.address, request, seconds, problem))

    def _run(self, requests: List[Request], timeout: Optional[float], window: int) -> None:
        """Give every request an outcome; retry while connecting fails and may be awaited."""
        deadline = Deadline(self.timeout if timeout is None else timeout, self._clock)
        patience: Optional[Patience] = None
        while True:
            reused = self._is_alive()
            try:
                self._exchange(requests, deadline, window)
                return
            except ConnectError as error:
                self.close()
                if reused:
                    continue  # the server was restarted since the last call
                if patience is None:
                    patience = Patience(self.connect_wait, deadline)
                moment = patience.next_attempt(error)
            except BaseException:
                self.close()  # interrupted: what is under way must not be read later
                raise
            self._sleep(max(0.0, moment - self._clock()))
            deadline.renew()

    def _is_alive(self) -> bool:
        """Is there a connection from before that can be used again?"""
        if self._transport is None:
            return False
        # Between calls nothing may come: it is the end of the stream, or stray bytes.
        if self._transport.wait(0):
            self.close()
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
            self._connection = Connection(self.address.is_datagram, self._max_reply, self._unsigned)
        exchange = Exchange(self.address, self._connection, window)
        for request in requests:
            exchange.add(request)
        while not exchange.idle:
            try:
                push(transport, exchange)
                if not transport.wait(deadline.remaining(), writing=bool(exchange.outgoing)):
                    exchange.timed_out(deadline.seconds)
                    break
                done = pull(transport, exchange)
            except OSError as error:
                if requests[0].outcome is None and exchange.never_left(error):
                    raise explain.connect_error(self.address, error.errno or 0) from None
                pull_rest(transport, exchange)
                exchange.failed(error)
                break
            if done:
                deadline.renew()  # it limits the wait for each answer
            elif done is not None and deadline.expired() and not exchange.idle:
                exchange.timed_out(deadline.seconds)  # bytes came all the time, but no answer
        if exchange.broken:
            self.close()
