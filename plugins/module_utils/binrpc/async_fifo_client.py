# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""The client of ctl's text protocol for asyncio: as :mod:`fifo_client`, but awaited."""

from __future__ import annotations

import asyncio

from .async_client import drive
from .deadline import Deadline
from .errors import BinrpcError
from .fifo_call import TextCall, converse
from .fifo_client import TextClient

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Optional

    from .fifo_call import FifoReply


class AsyncFifoClient(TextClient):
    """Calls RPCs over the text protocol from an asyncio program.

    Each call is a conversation of its own, so threads, event loops and processes may share
    a client.

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

    async def __aenter__(self) -> AsyncFifoClient:
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Do nothing: there is no connection between calls."""

    async def ping(self, timeout: Optional[float] = None) -> float:
        """Make a call that does nothing, and return the seconds that it took.

        :raises BinrpcError: as :meth:`call`; a fault is an answer, and no error.
        """
        from .faults import Fault

        clock = asyncio.get_running_loop().time
        start = clock()
        try:
            await self.call("core.version", timeout=timeout)
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
        clock = asyncio.get_running_loop().time
        latest = self._latest(total_timeout, clock)
        made = 0

        async def once() -> FifoReply:
            nonlocal made
            made += 1
            seconds = self.timeout if timeout is None else timeout
            return await self._attempt(method, params, Deadline(seconds, clock, latest), made)

        async def attempt() -> FifoReply:
            spacing = self._options.spacing_of(method)
            if spacing is None:
                return await once()
            reply: FifoReply = await spacing.spaced_async(self.address, method, once, clock, latest)
            return reply

        policy = self._options.retry
        if policy is None:
            return await attempt()
        from .retry import is_repeatable

        if repeatable is None:
            repeatable = is_repeatable(method, params)
        return await policy.run_async(
            attempt,
            repeatable,
            self._options.on_retry,
            left=lambda: float("inf") if latest is None else latest - clock(),
        )

    async def _attempt(
        self, method: str, params: Any, deadline: Deadline, number: int
    ) -> FifoReply:
        call = TextCall(method, params)
        observer = self._options.observer
        record = None if observer is None else observer.start(self.address, call, number)
        try:
            call.outcome = await drive(converse(self._settings, call, deadline))
            return call.outcome
        except BinrpcError as error:
            call.outcome = error
            raise
        finally:
            if observer is not None and record is not None:
                record.end(call, deadline.clock() - deadline.start)
                observer.end(record)
            del call
