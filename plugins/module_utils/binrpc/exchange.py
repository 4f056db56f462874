# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Requests under way on one connection, without a socket.

The sync and async clients ask an Exchange what to send, tell it what came or failed, and
only do the waiting themselves. Every verb that can end requests returns those it ended; each
then has an outcome.
"""

from __future__ import annotations

import errno
import os

from .errors import CallTimeout, ConnectionLost
from .explain import CLOSED_AT_ONCE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Dict, List, Optional, Tuple, Type, Union

    from .address import Address
    from .connection import Connection, Request
    from .errors import BinrpcError, TransportError


_TOGETHER = 65536  # bytes of several requests that are sent at once


class Exchange:
    """Keeps at most ``window`` requests under way and gives each an outcome."""

    def __init__(self, address: Address, connection: Connection, window: int) -> None:
        self._address = address
        self._connection = connection
        self._window = window
        self._waiting: Dict[Request, None] = {}  # an ordered set
        self._sending: Optional[Request] = None  # part of it has been sent
        self._batch: List[Request] = []  # those whose packets are next, still waiting
        self._packet: Union[bytes, memoryview] = b""  # what is left of either
        self.untouched = True
        """Nothing has been sent yet, so every request can be retried on a new connection."""
        self.broken = False
        """The connection is out of step and must be thrown away."""

    def add(self, request: Request) -> None:
        """Queue a request."""
        request.sent = False
        self._waiting[request] = None
        self._forget_batch()

    @property
    def idle(self) -> bool:
        """Has every request an outcome?"""
        return not self._waiting and not self._connection.in_flight

    @property
    def begun(self) -> bool:
        """Has an answer begun to arrive?"""
        return self._connection.begun

    @property
    def outgoing(self) -> Union[bytes, memoryview]:
        """The bytes to send now, all that the window allows; empty while it is full."""
        if not self._packet and self._waiting and not self.broken:
            self._batch = self._next()
            packets = [request.packet for request in self._batch]
            self._packet = packets[0] if len(packets) == 1 else b"".join(packets)
        return self._packet

    def _next(self) -> List[Request]:
        """Return the requests that can be sent together."""
        connection = self._connection
        room = self._window - connection.in_flight
        if self._address.is_datagram:
            room = min(room, 1)
        found: List[Request] = []
        cookies = set()
        size = 0
        for request in self._waiting:
            size += len(request.packet)
            # Two requests with the same random cookie must not be under way at once.
            same = connection.expects(request.cookie) or request.cookie in cookies
            if len(found) >= room or same or (found and size > _TOGETHER):
                break
            found.append(request)
            cookies.add(request.cookie)
        return found

    def _forget_batch(self) -> None:
        """Choose once more what is next, since other requests are waiting now."""
        if self._batch:
            self._batch = []
            self._packet = b""

    def sent(self, count: int) -> None:
        """Note that the kernel took ``count`` bytes of :attr:`outgoing`."""
        if not count:
            return
        self.untouched = False
        if self._sending is not None:
            self._went(self._sending, self._packet, count)
            return
        batch, self._batch, self._packet = self._batch, [], b""
        for request in batch:
            del self._waiting[request]
            self._connection.expect(request)
            self._went(request, request.packet, count)
            count -= len(request.packet)
            if count <= 0:
                break  # of the others nothing has left: they go on waiting

    def _went(self, request: Request, packet: Union[bytes, memoryview], count: int) -> None:
        """Note that ``count`` bytes of the rest of a request were taken."""
        if count < len(packet):
            self._sending = request
            self._packet = memoryview(packet)[count:]
        else:
            self._sending = None
            self._packet = b""
            request.sent = True

    def received(self, data: bytes) -> List[Request]:
        """Take what a read returned."""
        done = self._connection.receive(data)
        if self._connection.failure is not None:
            whose = self._connection.unfinished()
            done += self._fail((whose, self._connection.failure))
        elif self._connection.closing:
            self.broken = True
            if not self.idle:
                done += self.ended()
        return done

    def ended(self, how: str = "") -> List[Request]:
        """The server closed the stream.

        :param how: a process ended that led to it.
        """
        reason = "%s closed the connection without an answer" % self._address
        if how:
            reason += ": " + how
        elif self._connection.received == 0:
            reason += ". " + CLOSED_AT_ONCE
        return self._fail(self._begun(), reason)

    def never_left(self, error: OSError, unread: bool = False) -> bool:
        """Does this failure mean that the requests still waiting did not reach a server?

        :param unread: the last bytes sent were not read.
        """
        if error.errno == errno.EMSGSIZE:
            return False  # it did not leave, but would not the next time either
        # A refused datagram: the kernel says that nothing listens.
        refused = error.errno == errno.ECONNREFUSED and self._address.is_datagram
        alone = self._connection.in_flight + len(self._waiting) == 1
        unread = unread and alone and not self._connection.received
        return self.untouched or refused or unread

    def failed(self, error: OSError, how: str = "") -> List[Request]:
        """The operating system broke the connection off.

        :param how: a process ended that led to the server.
        """
        text = os.strerror(error.errno) if error.errno else str(error)
        reason = "the connection to %s broke: %s" % (self._address, text)
        if error.errno == errno.EMSGSIZE:
            reason += ". The request does not fit a datagram; use a stream (unix: or tcp:)"
        elif how:
            reason += ": " + how
        elif error.errno in (errno.EPIPE, errno.ECONNRESET) and self._connection.received == 0:
            reason += ". " + CLOSED_AT_ONCE
        return self._fail(self._begun(), reason, error.errno)

    def timed_out(self, seconds: float) -> List[Request]:
        """The deadline of all requests passed."""
        reason = self._silence(seconds)
        return self._fail(self._begun(), reason, errno.ETIMEDOUT, CallTimeout)

    def expire(self, request: Request, seconds: float) -> None:
        """The deadline of one request passed; the others go on.

        The connection is not broken by that, but no longer to be trusted with new requests.
        """
        whose, partial = self._begun()
        if whose is request and partial is not None:
            self._judge(request, partial)
        else:
            partial = None
        self.withdraw(request)
        request.outcome = partial or _lost(
            request, self._silence(seconds), errno.ETIMEDOUT, CallTimeout
        )

    def withdraw(self, request: Request) -> None:
        """Forget a request whose caller has gone; its answer, should it come, is skipped."""
        if request in self._waiting:
            del self._waiting[request]
            self._forget_batch()
        elif request is not self._sending:
            self._connection.forget(request)
        # One that is half sent must be sent to its end, or the stream is out of step.

    def release(self) -> List[Request]:
        """Hand back the requests that have not begun to be sent, to be sent elsewhere."""
        waiting = list(self._waiting)
        self._waiting.clear()
        self._forget_batch()
        return waiting

    def _begun(self) -> Tuple[Optional[Request], Optional[BinrpcError]]:
        """The request whose answer has begun to arrive, and its error if no more comes."""
        return self._connection.unfinished(), self._connection.partial()

    def _silence(self, seconds: float) -> str:
        reason = "no answer from %s within %g s" % (self._address, seconds)
        if self._address.protocol == "udp":
            reason += " (UDP does not tell a lost datagram from a silent or absent server)"
        return reason

    def _fail(
        self,
        begun: Tuple[Optional[Request], Optional[BinrpcError]],
        reason: str = "the connection is out of step",
        number: Optional[int] = None,
        kind: Optional[Type[TransportError]] = None,
    ) -> List[Request]:
        """Give every request its error, a special one to the request that is named with it.

        An error of the stream as a whole, without a request, is the oldest one's.
        """
        self.broken = True
        done = self._connection.pending + list(self._waiting)
        whose, special = begun
        if whose is None and special is not None and done:
            whose = done[0]
        if whose is not None and special is not None:
            self._judge(whose, special)
        self._waiting.clear()
        self._batch = []
        self._sending = None
        self._packet = b""
        for request in done:
            self._connection.forget(request)
            if request is whose and special is not None:
                request.outcome = special
            else:
                request.outcome = _lost(request, reason, number, kind or ConnectionLost)
        return done

    def _judge(self, request: Request, error: BinrpcError) -> None:
        """Say in the error whether the request ran, as far as that is known."""
        # A request whose last byte never left cannot run.
        error.executed = (self._connection.has_run(request) or None) if request.sent else False


def _lost(
    request: Request, reason: str, number: Optional[int], kind: Type[TransportError]
) -> TransportError:
    # A request whose last byte never left cannot run; one that left whole may have.
    executed = None if request.sent else False
    doubt = "it may have run" if request.sent else "it has not run"
    return kind("%s: %s; %s" % (request.method, reason, doubt), number, executed)
