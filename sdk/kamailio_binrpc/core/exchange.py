# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""A run of requests over one connection, without a socket.

The sync and async clients ask an Exchange what to send, tell it what came, and only do the
waiting themselves.
"""

from __future__ import annotations

import errno
import os

from .errors import BinrpcError, CallTimeout, ConnectionLost, ProtocolError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import List, Optional, Union

    from .address import Address
    from .connection import Connection, Request


class Exchange:
    """Keeps at most ``window`` requests under way and gives each an outcome."""

    def __init__(
        self, address: Address, connection: Connection, requests: List[Request], window: int
    ) -> None:
        self._address = address
        self._connection = connection
        self._requests = requests
        self._window = window
        self._next = 0  # index of the first request not yet handed out
        self._flying = 0
        self._answered = 0
        self._packet: Union[bytes, memoryview] = b""  # what is left of the current packet
        self._flushed = 0  # requests whose last byte the kernel took
        self.untouched = True
        """No byte has left yet: the exchange can be done anew on another connection."""
        self.broken = False
        """The connection is out of step and must be thrown away."""

    @property
    def finished(self) -> bool:
        """Has every request an outcome?"""
        return self._answered == len(self._requests)

    @property
    def outgoing(self) -> Union[bytes, memoryview]:
        """The bytes to send now; empty while the window is full."""
        if not self._packet and self._next < len(self._requests) and self._flying < self._window:
            request = self._requests[self._next]
            self._connection.expect(request)
            self._packet = request.packet
            self._next += 1
            self._flying += 1
        return self._packet

    def sent(self, count: int) -> None:
        """Note that the kernel took ``count`` bytes of :attr:`outgoing`."""
        if count:
            self.untouched = False
            self._packet = memoryview(self._packet)[count:]
            if not self._packet:
                self._packet = b""
                self._flushed += 1

    def received(self, data: bytes) -> bool:
        """Take what a read returned; True if it answered a request."""
        try:
            done = self._connection.receive(data)
        except ProtocolError as error:
            self._fail(error)
            return True
        self._flying -= len(done)
        self._answered += len(done)
        if self._connection.closing:
            self.broken = True
            if not self.finished:
                self.ended()
        return bool(done)

    def ended(self) -> None:
        """The server closed the stream."""
        reason = "%s closed the connection without an answer" % self._address
        if self._connection.received == 0:
            reason += (
                ". ctl does so when it serves 128 stream connections already (leaked ones never "
                "time out), while Kamailio shuts down, and after a request it cannot read"
            )
        self._fail(self._connection.partial(), reason)

    def failed(self, error: OSError) -> None:
        """The operating system broke the connection off."""
        text = os.strerror(error.errno) if error.errno else str(error)
        reason = "the connection to %s broke: %s" % (self._address, text)
        if error.errno == errno.EMSGSIZE:
            reason += ". The request does not fit a datagram; use a stream (unix: or tcp:)"
        self._fail(self._connection.partial(), reason, error.errno)

    def timed_out(self, seconds: float) -> None:
        """The deadline passed."""
        reason = "no answer from %s within %g s" % (self._address, seconds)
        if self._address.protocol == "udp":
            reason += " (UDP does not tell a lost datagram from a silent or absent server)"
        self._fail(self._connection.partial(), reason, errno.ETIMEDOUT, timeout=True)

    def _fail(
        self,
        first: Optional[BinrpcError],
        reason: str = "the connection is out of step",
        number: Optional[int] = None,
        timeout: bool = False,
    ) -> None:
        """Give every unanswered request its error: ``first`` to the oldest, if given."""
        self.broken = True
        for index, request in enumerate(self._requests):
            if request.outcome is not None:
                continue
            self._answered += 1
            if first is not None:
                request.outcome, first = first, None
                continue
            # A request whose end never left cannot run; one that did may have.
            executed = None if index < self._flushed else False
            doubt = "it may have run" if executed is None else "it has not run"
            text = "%s: %s; %s" % (request.method, reason, doubt)
            kind = CallTimeout if timeout else ConnectionLost
            request.outcome = kind(text, number, executed)
