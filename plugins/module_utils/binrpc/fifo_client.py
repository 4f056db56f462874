# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""A client for ctl's older text protocol: fifo, and the same over udp, tcp and unix sockets.

Use binrpc where there is a choice. This protocol carries only text, has no types, no cookies
and no end of a reply; released servers overwrite up to 16 bytes at the start of each value
(docs/protocol.md#fifo-defects, D1) and cannot run methods whose parameters they would
have to convert.
"""

from __future__ import annotations

from time import monotonic, sleep

from . import wire
from .address import Address, parse_address
from .blocking import run
from .deadline import Deadline
from .errors import BinrpcError
from .fifo_call import Settings, TextCall, converse
from .options import Options, configured

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Optional, Type, TypeVar

    from .address import AnyAddress
    from .call_record import OnCall
    from .fifo_call import FifoReply
    from .retry import OnRetry, RetryPolicy

    B = TypeVar("B", bound="TextClient")

REPLY_DIRECTORY = "/tmp"  # noqa: S108 - compiled into Kamailio (docs/protocol.md#reply-fifos)


class TextClient:
    """Shared base of the blocking and the asyncio client."""

    def __init__(
        self,
        address: AnyAddress,
        timeout: Optional[float] = 5.0,
        *,
        total_timeout: Optional[float] = None,
        connect_wait: float = 0.0,
        reply_directory: str = REPLY_DIRECTORY,
        reply_socket: Optional[str] = None,
        max_reply: int = wire.MAX_BODY,
        on_call: Optional[OnCall] = None,
        retry: Optional[RetryPolicy] = None,
        on_retry: Optional[OnRetry] = None,
        paced: bool = False,
    ) -> None:
        if hasattr(address, "__fspath__"):
            address = Address("fifo", str(address))
        self.address = parse_address(address)
        self._options = Options(
            timeout,
            total_timeout=total_timeout,
            connect_wait=connect_wait,
            max_reply=max_reply,
            on_call=on_call,
            retry=retry,
            on_retry=on_retry,
            paced=paced,
        )
        self.timeout = self._options.timeout
        self._settings = Settings(
            self.address, connect_wait, max_reply, reply_directory, reply_socket
        )

    @classmethod
    def from_config(
        cls: Type[B], name: Optional[str] = None, path: Optional[str] = None, **options: Any
    ) -> B:
        """Make a client of an endpoint of the configuration file: see :meth:`Client.from_config`.

        :raises ConfigError: there is no such endpoint, or the file cannot be read.
        """
        address, options = configured(name, path, options)
        return cls(address, **options)

    def __repr__(self) -> str:
        return "<%s %s>" % (type(self).__name__, self.address)

    def _latest(
        self, total_timeout: Optional[float], clock: Callable[[], float]
    ) -> Optional[float]:
        seconds = self._options.total_timeout if total_timeout is None else total_timeout
        return None if seconds is None else Deadline(seconds, clock).end


class FifoClient(TextClient):
    """Calls RPCs over the text protocol.

    Each call is a conversation of its own, so threads and processes may share a client.

    The parameters that a :class:`client.Client` has mean the same here; there is no ``unsigned``,
    since all values are text.

    :param address: ``fifo:/path``, or ``udp:``, ``tcp:``, ``unix:``, ``unixd:`` as given to the
        modparam ``fifo``; a path object stands for a fifo.
    :param timeout: seconds for one attempt of a call; None for no limit (of less than a year).
    :param total_timeout: seconds for a whole call with its retries; None for no such limit.
    :param connect_wait: seconds after the start of an attempt during which to go on trying while
        no server listens.
    :param reply_directory: where the server looks for reply fifos; real fifos only.
    :param reply_socket: unix datagram only, see :mod:`reply_socket`.
    :param max_reply: bytes allowed in one reply.
    :param on_call: gets a :class:`call_record.CallRecord` for each attempt of a call, see there.
        What it raises is logged and changes nothing.
    :param retry: how :meth:`call` tries again where that is safe, see :mod:`retry`; None never.
    :param on_retry: gets the error and the number of attempts made, before each wait.
    :param paced: space calls that rebuild what SIP workers read, see :mod:`pacing`; the wait counts
        for ``total_timeout`` only.
    :raises AddressError, ValueError: an argument is wrong.
    """

    # Tests replace both, so that time passes without waiting.
    _clock = staticmethod(monotonic)
    _sleep = staticmethod(sleep)

    def __enter__(self) -> FifoClient:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    def close(self) -> None:
        """Do nothing: there is no connection between calls."""

    def ping(self, timeout: Optional[float] = None) -> float:
        """Make a call that does nothing, and return the seconds that it took.

        :raises BinrpcError: as :meth:`call`; a fault is an answer, and no error.
        """
        from .faults import Fault

        start = self._clock()
        try:
            self.call("core.version", timeout=timeout)
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
    ) -> FifoReply:
        """Call one method; the values of its reply are lines of text.

        :param params: str, int, float; a Struct or dict becomes a struct line.
        :param timeout: seconds for each attempt, instead of the client's.
        :param total_timeout: seconds for all attempts together, instead of the client's.
        :param repeatable: running it twice does no more than once, so that it may be retried
            after a loss; the catalogue decides unless given.
        :raises Fault: the status line is not 200.
        :raises EncodeError: a parameter has no form here, or the protocol cannot run the
            method; nothing was sent.
        :raises ConnectError: no server listens; nothing was sent.
        :raises CallTimeout, ConnectionLost, ProtocolError: no usable answer.
        """
        latest = self._latest(total_timeout, self._clock)
        made = 0

        def once() -> FifoReply:
            nonlocal made
            made += 1
            seconds = self.timeout if timeout is None else timeout
            return self._attempt(method, params, Deadline(seconds, self._clock, latest), made)

        def attempt() -> FifoReply:
            spacing = self._options.spacing_of(method)
            if spacing is None:
                return once()
            reply: FifoReply = spacing.spaced(
                self.address, method, once, self._clock, latest, self._sleep
            )
            return reply

        policy = self._options.retry
        if policy is None:
            return attempt()
        from .retry import is_repeatable

        if repeatable is None:
            repeatable = is_repeatable(method, params)
        return policy.run(
            attempt,
            repeatable,
            self._options.on_retry,
            left=lambda: float("inf") if latest is None else latest - self._clock(),
        )

    def _attempt(self, method: str, params: Any, deadline: Deadline, number: int) -> FifoReply:
        call = TextCall(method, params)
        observer = self._options.observer
        record = None if observer is None else observer.start(self.address, call, number)
        try:
            call.outcome = run(converse(self._settings, call, deadline), self._clock, self._sleep)
            return call.outcome
        except BinrpcError as error:
            call.outcome = error
            raise
        finally:
            if observer is not None and record is not None:
                record.end(call, self._clock() - deadline.start)
                observer.end(record)
            del call
