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
        protocol, _, rest = endpoint.partition(":")
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
            host, _, port = rest.rpartition(":")
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
        first = self._read(10)
        sizes = first[1]
        body_at = 4 + (sizes >> 2 & 3) + (sizes & 3)
        total = body_at + int.from_bytes(first[2 : 3 + (sizes >> 2 & 3)], "big")
        got = [first]
        while sum(map(len, got)) < total:
            got.append(self._read(total - sum(map(len, got))))
        if sum(map(len, got)) != total:
            raise AssertionError(f"more than the {total} bytes announced")
        return got

    def _read(self, size: int) -> bytes:
        if self.is_datagram:
            data = self.sock.recv(1 << 16)
        else:
            data = b""
            # The smallest packet has four bytes, and a header tells how many there are.
            while len(data) < min(size, 4):
                more = self.sock.recv(min(size, 4) - len(data))
                if not more:
                    break
                data += more
            if size == 10 and len(data) == 4:
                rest = 4 + (data[1] >> 2 & 3) + (data[1] & 3) - 4
                data += self._exactly(rest)
            elif len(data) == 4:
                data += self._exactly(size - 4)
        if not data:
            raise EOFError("the server closed the connection")
        return data

    def _exactly(self, size: int) -> bytes:
        data = b""
        while len(data) < size:
            more = self.sock.recv(size - len(data))
            if not more:
                raise EOFError("the server closed the connection")
            data += more
        return data
