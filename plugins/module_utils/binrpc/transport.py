# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Non-blocking sockets to a ctl endpoint.

Built on ``_socket``, the C half of the socket module: the Python half costs a short-lived
process more time than the whole call.
"""

from __future__ import annotations

import _socket
import os
import select

from . import explain, reply_socket
from .errors import ConnectError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, List, Optional, Tuple, Union

    from .address import Address

    Target = Tuple[int, Any]  # an address family and what connect() takes

# A datagram reply comes in parts of up to 64 KiB, all at once: the default receive buffer
# loses three quarters of a large one. The kernel caps this at net.core.rmem_max.
_DATAGRAM_BUFFER = 4 * 1024 * 1024
# A buffer of this size costs the allocator a mapping for each read: 10 us.
_READ_SIZE = 256 * 1024
_FIRST_READ = 64 * 1024
_LONGEST_POLL = 2**31 - 1  # milliseconds; a C int
_NON_BLOCKING = getattr(_socket, "SOCK_NONBLOCK", 0)


class Transport:
    """A non-blocking socket, connected by :func:`conversation.connect`.

    :param address: where to; the protocol ``fifo`` is not binrpc and not served here.
    :param reply_at: for unix datagram, see :func:`reply_socket.bind`.
    :raises ConnectError: no reply socket can be bound.
    """

    def __init__(self, address: Address, family: int, reply_at: Optional[str] = None) -> None:
        self.address = address
        self._reply_path: Optional[str] = None
        self._read_size = _READ_SIZE if address.is_datagram else _FIRST_READ
        kind = _socket.SOCK_DGRAM if address.is_datagram else _socket.SOCK_STREAM
        self._socket = _socket.socket(family, kind | _NON_BLOCKING)
        if not _NON_BLOCKING:
            self._socket.setblocking(False)
        self._poll: Optional[select.poll] = None  # for those who wait for this socket alone
        try:
            if address.is_datagram:
                self._socket.setsockopt(_socket.SOL_SOCKET, _socket.SO_RCVBUF, _DATAGRAM_BUFFER)
            elif not address.is_path:
                self._socket.setsockopt(_socket.IPPROTO_TCP, _socket.TCP_NODELAY, 1)
            if address.protocol == "unixd":
                self._reply_path = reply_socket.bind(self._socket, reply_at)
        except BaseException:
            self.close()
            raise

    def fileno(self) -> int:
        """The descriptor, for event loops."""
        return self._socket.fileno()

    def start_connect(self, target: Any) -> int:
        """Begin to connect: 0 if done, EINPROGRESS, EAGAIN (a full backlog), or a failure."""
        number = int(self._socket.connect_ex(target))
        if not number and self._reply_path is not None:
            reply_socket.admit(self._reply_path)
            while self.receive() is not None:
                pass  # what came before the kernel refused all but the server
        return number

    def finish_connect(self) -> int:
        """The outcome of a connect in progress, once the socket can be written: 0 or an errno."""
        return int(self._socket.getsockopt(_socket.SOL_SOCKET, _socket.SO_ERROR))

    def wait(self, seconds: float, writing: bool = False) -> bool:
        """Wait until the socket can be read (or, if ``writing``, also written).

        Returns False once ``seconds`` have passed, or 24 days.
        """
        poll = self._poll
        if poll is None:
            poll = self._poll = select.poll()
            poll.register(self._socket.fileno(), select.POLLIN)
        if writing:
            poll.modify(self._socket.fileno(), select.POLLIN | select.POLLOUT)
        # Rounded up, lest the last millisecond be spent in a busy loop.
        ready = poll.poll(min(int(seconds * 1000 + 0.999), _LONGEST_POLL))
        if writing:
            poll.modify(self._socket.fileno(), select.POLLIN)
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
            data = self._socket.recv(self._read_size)
        except BlockingIOError:
            return None
        if len(data) == _FIRST_READ:
            self._read_size = _READ_SIZE  # there is more
        return data

    def unread(self, error: OSError) -> bool:
        """Does this failure mean that the last bytes sent have not been read?"""
        return False

    def last_words(self) -> str:
        """Say how a process ended that was in the place of the socket."""
        return ""

    def connect_error(self, number: int) -> ConnectError:
        """Describe a connection that broke before anything was sent; ``number`` is the errno."""
        return explain.connect_error(self.address, number)

    def finish_sending(self) -> None:
        """Close the sending half of a stream; the peer sees its end."""
        self._socket.shutdown(_socket.SHUT_WR)

    def __del__(self) -> None:
        if hasattr(self, "_socket"):
            self.close()

    def close(self) -> None:
        """Close the socket and remove the reply socket; may be called again."""
        self._socket.close()
        if self._reply_path is not None:
            reply_socket.remove(self._reply_path)
            self._reply_path = None


def targets_of(address: Address) -> List[Target]:
    """Where to connect, if that needs no name service: else an empty list.

    :raises ConnectError: the address is a fifo.
    """
    if address.protocol == "fifo":
        raise ConnectError("%s speaks ctl's text protocol, not binrpc: use FifoClient" % address)
    if address.is_path:
        return [(_socket.AF_UNIX, os.fsencode(address.name))]
    try:
        return look_up(address, _socket.AI_NUMERICHOST)
    except (OSError, UnicodeError):
        return []


def look_up(address: Address, flags: int = 0) -> List[Target]:
    """Ask the resolver, which may take long and cannot be told a limit.

    :raises OSError: the name has no address.
    """
    kind = _socket.SOCK_DGRAM if address.is_datagram else _socket.SOCK_STREAM
    found = _socket.getaddrinfo(address.name, address.port, 0, kind, 0, flags)
    targets = [(family, target) for family, _kind, _proto, _name, target in found]
    if address.is_datagram:
        # A datagram socket connects to any of them, so only the first is tried, and ctl
        # listens on IPv4 unless told otherwise.
        targets.sort(key=lambda target: target[0] != _socket.AF_INET)
    return targets


def find(address: Address) -> Union[List[Target], Exception]:
    """Ask the resolver as :func:`look_up` does, and return an error instead of raising it."""
    try:
        return look_up(address)
    except (OSError, UnicodeError) as error:
        return error
