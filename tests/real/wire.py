# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Packets to and from a server over plain sockets, and nothing of the SDK.

Framing is done by hand here: what the SDK makes of the same bytes is under test.
"""

from __future__ import annotations

import socket
from pathlib import Path
from types import TracebackType

TIMEOUT = 10.0


class Wire:
    """One connected socket."""

    def __init__(self, endpoint: str, own: Path | None = None, timeout: float = TIMEOUT) -> None:
        protocol, _other, rest = endpoint.partition(":")
        self.is_datagram = protocol in {"unixd", "udp"}
        kind = socket.SOCK_DGRAM if self.is_datagram else socket.SOCK_STREAM
        family = socket.AF_UNIX if protocol.startswith("unix") else socket.AF_INET
        self.sock = socket.socket(family, kind)
        self.sock.settimeout(timeout)
        self._own = own
        if protocol == "unixd":
            # A made-up name without a file, unless one is given.
            self.sock.bind(str(own) if own else "")
        if family == socket.AF_UNIX:
            self.sock.connect(rest)
        else:
            host, _other, port = rest.rpartition(":")
            self.sock.connect((host, int(port)))

    def __enter__(self) -> Wire:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        self.sock.close()
        if self._own is not None:
            self._own.unlink(missing_ok=True)

    def ask(self, packet: bytes) -> bytes:
        """Send a request and return the bytes of its answer, header included."""
        return b"".join(self.parts(packet))

    def parts(self, packet: bytes) -> list[bytes]:
        """Return the answer as it came: for datagrams, one item each."""
        self.sock.sendall(packet)
        if not self.is_datagram:
            head = self.read(4)
            head += self.read(head_size(head) - 4)
            return [head + self.read(body_size(head))]
        got = [self.sock.recv(1 << 16)]
        missing = head_size(got[0]) + body_size(got[0]) - len(got[0])
        while missing > 0:
            got.append(self.sock.recv(1 << 16))
            missing -= len(got[-1])
        assert missing == 0, f"{-missing} bytes more than announced"
        return got

    def read(self, size: int) -> bytes:
        """Read exactly ``count`` bytes of a stream."""
        data = bytearray()
        while len(data) < size:
            more = self.sock.recv(size - len(data))
            if not more:
                raise EOFError(f"the server closed the connection after {bytes(data)!r}")
            data += more
        return bytes(data)


def head_size(packet: bytes) -> int:
    """Header bytes of the packet that starts so: two, one to four each of length and cookie."""
    return 4 + (packet[1] >> 2 & 3) + (packet[1] & 3)


def body_size(packet: bytes) -> int:
    """The length that the header announces."""
    return int.from_bytes(packet[2 : 3 + (packet[1] >> 2 & 3)], "big")
