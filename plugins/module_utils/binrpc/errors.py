# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Exceptions, and whether the server may have acted when one is raised.

::

    BinrpcError
    ├── AddressError          the text is not an address (also a ValueError)
    ├── EncodeError           a value has no binrpc form (also a ValueError)
    ├── ProtocolError         the peer sent something that is not the protocol
    │   ├── NotBinrpcError    it never spoke binrpc: a wrong port or socket
    │   ├── FramingLost       it did, and then the stream went out of step
    │   ├── TruncatedReply    N of M announced bytes arrived
    │   └── DecodeError       a record is malformed (also a ValueError)
    │       ├── LengthLimit   longer than the reader allows
    │       ├── DepthLimit    nested deeper than the reader allows
    │       └── RecordLimit   more records than the reader allows
    ├── TransportError        the operating system refused
    │   ├── ConnectError      no connection was made
    │   ├── ConnectionLost    it ended before the reply
    │   └── CallTimeout       the deadline passed (also a TimeoutError)
    └── Fault                 the server answered with a fault: see :mod:`faults`

Every error has ``executed``: False when the method certainly did not run, True when it
did, None when it cannot be known. Retries and reports of change rest on it alone.
"""

from __future__ import annotations

import errno

from . import wire

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Optional


class BinrpcError(Exception):
    """Base of everything this package raises on purpose."""

    executed: Optional[bool] = False
    """Did the method run on the server: False no, True yes, None unknown."""


class AddressError(BinrpcError, ValueError):
    """The text is not an address that this role (client or server) can use."""


class EncodeError(BinrpcError, ValueError):
    """A value has no binrpc form; the message names its place and the remedy."""


class ProtocolError(BinrpcError):
    """The peer broke the protocol. The connection must be thrown away."""

    executed: Optional[bool] = None


class NotBinrpcError(ProtocolError):
    """The first byte of the first answer is not 0xA1: another protocol listens there."""


class FramingLost(ProtocolError):
    """A later packet does not start with 0xA1: bytes of the stream went missing."""


class TruncatedReply(ProtocolError):
    """Fewer bytes arrived than the header announced.

    ``received`` and ``expected`` count bytes of the whole packet, header included. ``executed``
    is True if it is known to be the reply to this request.
    """

    def __init__(self, message: str, received: int, expected: int) -> None:
        super().__init__(message)
        self.received = received
        self.expected = expected

    def __reduce__(self):  # type: ignore[no-untyped-def]
        return type(self), (self.args[0], self.received, self.expected), self.__dict__


class DecodeError(ProtocolError, ValueError):
    """A packet or record is malformed.

    ``code`` is the reference parser's number (docs/protocol.md#parser-errors), ``reason`` its
    text, ``offset`` the byte in the packet, ``path`` the open members around it, counted
    where they have no name (``"[0].RECORDS.SET"``). ``executed`` is True if it is known to be
    in the reply to this request.
    """

    def __init__(self, code: int, detail: str = "", offset: int = 0, path: str = "") -> None:
        self.code = code
        self.reason = wire.ERROR_TEXTS[code]
        self.detail = detail
        self.offset = offset
        self.path = path
        where = " at byte %d" % offset
        if path:
            where += " in " + path
        super().__init__(self.reason + where + (": " + detail if detail else ""))

    def __reduce__(self):  # type: ignore[no-untyped-def]
        return type(self), (self.code, self.detail, self.offset, self.path), self.__dict__


class LengthLimit(DecodeError):
    """The header announces a longer body than ``max_body``."""


class DepthLimit(DecodeError):
    """Structs and arrays are nested deeper than ``max_depth``."""


class RecordLimit(DecodeError):
    """The body holds more records than ``max_records``."""


class TransportError(BinrpcError):
    """The operating system reported a failure; ``errno`` is its number or None."""

    def __init__(
        self, message: str, errno: Optional[int] = None, executed: Optional[bool] = False
    ) -> None:
        super().__init__(message)
        self.errno = errno
        self.executed = executed

    def __reduce__(self):  # type: ignore[no-untyped-def]
        return type(self), (self.args[0], self.errno, self.executed)


class ConnectError(TransportError):
    """No connection was made, so nothing ran."""

    @property
    def may_pass(self) -> bool:
        """Is it what a server that is starting looks like, so that waiting may help?"""
        return self.errno in (
            errno.ENOENT,
            errno.ECONNREFUSED,
            errno.EAGAIN,
            errno.ETIMEDOUT,
            errno.ENETUNREACH,
            errno.EHOSTUNREACH,
            errno.ENXIO,
        )


class ConnectionLost(TransportError):
    """The connection ended, or refused the bytes, before a reply came."""


class CallTimeout(TransportError, TimeoutError):
    """The call's deadline passed; ``executed`` says whether the request had left."""
