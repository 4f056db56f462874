# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Non-blocking sockets to a ctl endpoint.

Built on ``_socket``, the C half of the socket module: the Python half costs a short-lived
process more time than the whole call.
"""

from __future__ import annotations

import errno
import os
import select

import _socket

from . import explain, reply_socket
from .errors import ConnectError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, List, Optional, Tuple, Union

    from .address import Address
    from .deadline import Deadline

# A datagram reply comes in parts of up to 64 KiB, all at once: the default receive buffer
# loses three quarters of a large one. The kernel caps this at net.core.rmem_max.
_DATAGRAM_BUFFER = 4 * 1024 * 1024
_READ_SIZE = 256 * 1024


class Transport:
    """A connected non-blocking socket.

    :param address: where to; the protocol ``fifo`` is not binrpc and not served here.
    :param deadline: limits the connect.
    :param reply_at: for unix datagram, see :func:`reply_socket.bind`.
    :raises ConnectError: with the cause and the remedy.
    """

    def __init__(
        self, address: Address, deadline: Deadline, reply_at: Optional[str] = None
    ) -> None:
        self.address = address
        self._reply_path: Optional[str] = None
        self._poll = select.poll()
        if address.protocol == "fifo":
            raise ConnectError("%s speaks ctl's text protocol, not binrpc" % address)
        if address.is_path:
            kind = _socket.SOCK_DGRAM if address.is_datagram else _socket.SOCK_STREAM
            self._socket = _open(_socket.AF_UNIX, kind)
            targets: List[Tuple[int, Any]] = [(_socket.AF_UNIX, os.fsencode(address.name))]
        else:
            kind = _socket.SOCK_DGRAM if address.is_datagram else _socket.SOCK_STREAM
            targets = resolve(address, deadline)
            self._socket = _open(targets[0][0], kind)
        self._poll.register(self._socket.fileno(), select.POLLIN)
        try:
            if address.protocol == "unixd":
                self._reply_path = reply_socket.bind(self._socket, reply_at)
            self._connect_first(targets, kind, deadline)
            if address.is_datagram:
                self._socket.setsockopt(
                    _socket.SOL_SOCKET, _socket.SO_RCVBUF, _DATAGRAM_BUFFER
                )
            elif not address.is_path:
                self._socket.setsockopt(_socket.IPPROTO_TCP, _socket.TCP_NODELAY, 1)
        except BaseException:
            self.close()
            raise

    def _connect_first(
        self, targets: List[Tuple[int, Any]], kind: int, deadline: Deadline
    ) -> None:
        """Connect to the first of the host's addresses that accepts."""
        for index, (family, target) in enumerate(targets):
            if index:
                self._poll.unregister(self._socket.fileno())
                self._socket.close()
                self._socket = _open(family, kind)
                self._poll.register(self._socket.fileno(), select.POLLIN)
            number = self._connect(target, deadline)
            if not number:
                return
        raise explain.connect_error(self.address, number)

    def _connect(self, target: Any, deadline: Deadline) -> int:
        """Return 0, or the errno of the failure."""
        number = int(self._socket.connect_ex(target))
        # A unix listener's full backlog says EAGAIN, and no poll tells when it has room.
        while number == errno.EAGAIN:
            if deadline.expired():
                return number
            select.select((), (), (), min(0.01, deadline.remaining()))
            number = int(self._socket.connect_ex(target))
        if number == errno.EINPROGRESS:
            if not self.wait(deadline.remaining(), writing=True):
                raise explain.connect_timeout(self.address, deadline.seconds)
            number = int(self._socket.getsockopt(_socket.SOL_SOCKET, _socket.SO_ERROR))
        return number

    def wait(self, seconds: float, writing: bool = False) -> bool:
        """Wait until the socket can be read (or, if ``writing``, also written).

        Returns False once ``seconds`` have passed.
        """
        if writing:
            self._poll.modify(self._socket.fileno(), select.POLLIN | select.POLLOUT)
        # Rounded up, lest the last millisecond be spent in a busy loop.
        ready = self._poll.poll(int(seconds * 1000 + 0.999))
        if writing:
            self._poll.modify(self._socket.fileno(), select.POLLIN)
        return bool(ready)

    def send(self, data: Union[bytes, memoryview]) -> int:
        """Send what fits at once and return how many bytes that was, perhaps 0.

        :raises OSError: the connection is broken.
        """
        try:
            return self._socket.send(data)
        except BlockingIOError:
            return 0

    def receive(self) -> Optional[bytes]:
        """Read what is there: None if nothing is, ``b""`` at the end of a stream.

        :raises OSError: the connection is broken.
        """
        try:
            return self._socket.recv(_READ_SIZE)
        except BlockingIOError:
            return None

    def close(self) -> None:
        """Close the socket and remove the reply socket; may be called again."""
        self._socket.close()
        if self._reply_path is not None:
            reply_socket.remove(self._reply_path)
            self._reply_path = None


def _open(family: int, kind: int) -> _socket.socket:
    # Linux sets close-on-exec only if asked; the Python half would have done so.
    sock = _socket.socket(family, kind | _socket.SOCK_CLOEXEC)
    sock.setblocking(False)
    return sock


def resolve(address: Address, deadline: Deadline) -> List[Tuple[int, Any]]:
    """Look a host up: ``(family, socket address)`` in the resolver's order.

    :raises ConnectError: unknown, or not answered in time.
    """
    kind = _socket.SOCK_DGRAM if address.is_datagram else _socket.SOCK_STREAM

    def look_up(flags: int) -> List[Tuple[int, Any]]:
        found = _socket.getaddrinfo(address.name, address.port, 0, kind, 0, flags)
        return [(family, target) for family, _kind, _proto, _name, target in found]

    try:
        return look_up(_socket.AI_NUMERICHOST)
    except OSError:
        pass  # a name: the resolver may take long, and cannot be told a limit
    import threading

    result: List[Any] = []

    def work() -> None:
        try:
            result.append(look_up(0))
        except (OSError, UnicodeError) as error:
            result.append(error)

    worker = threading.Thread(target=work, daemon=True)
    worker.start()
    worker.join(deadline.remaining())
    if not result:
        raise explain.resolve_error(address, "no answer within %g s" % deadline.seconds)
    if isinstance(result[0], BaseException):
        raise explain.resolve_error(address, getattr(result[0], "strerror", "") or str(result[0]))
    found: List[Tuple[int, Any]] = result[0]
    return found
