# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""A server that keeps what it gets and sends canned answers, for programs under test."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from kamailio_binrpc.core import wire
from kamailio_binrpc.core.packet import build_header, encode, parse_header
from kamailio_binrpc.core.values import Struct

# Makes the pieces of an answer from the request's cookie; each is sent by itself.
Answer = Callable[[int], list[bytes]]


class Canned:
    """Answers every request on a unix stream in the same way.

    bodies  the requests without their headers, whose cookies are random
    """

    def __init__(self, folder: Path, answer: Answer) -> None:
        self._path = folder / "canned"
        self._answer = answer
        self._stop = False
        self.bodies: list[bytes] = []
        self.address = f"unixs:{self._path}"

    def __enter__(self) -> Canned:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.bind(str(self._path))
        self._socket.listen(5)
        self._socket.settimeout(0.05)
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._stop = True
        self._thread.join(30)
        self._socket.close()
        self._path.unlink()

    def _serve(self) -> None:
        while not self._stop:
            try:
                connection, _other = self._socket.accept()
            except TimeoutError:
                continue
            with connection:
                connection.settimeout(20)
                self._talk(connection)

    def _talk(self, connection: socket.socket) -> None:
        data = connection.recv(1 << 20)
        header = parse_header(data)
        if header is None:
            return
        while len(data) < header.total:
            data += connection.recv(1 << 20)
        self.bodies.append(data[header.size :])
        try:
            pieces = self._answer(header.cookie)
            for piece in pieces:
                connection.sendall(piece)
                if len(pieces) > 1:
                    time.sleep(0.001)
            if pieces:
                connection.shutdown(socket.SHUT_WR)
            connection.recv(1)  # until the client closes
        except OSError:
            pass


def _values(*values: Any, kind: int = wire.REPLY) -> Answer:
    return lambda cookie: [encode(list(values), kind, cookie)]


def _body(body: bytes, kind: int = wire.REPLY) -> Answer:
    return lambda cookie: [build_header(kind, cookie, len(body)) + body]


def _fault(*values: Any) -> Answer:
    return _values(*values, kind=wire.FAULT)


_LONG = ["x" * 1000] * 200
_MIXED = [Struct(a=1, b=Struct.of("x", 2.5)), "text"]
_KINDS = [
    Struct([("a", 1), (None, "x"), ("b", Struct()), (None, Struct(c=1.5))]),
    [1, [2, Struct(z=1)]],
    b"ab\0cd",
    "",
    "a\nb\tc",
    "caf\udce9",
]

answers = SimpleNamespace(
    values=_values,
    SILENCE=lambda _cookie: [],
    ODD={
        "every type": _values(*_KINDS),
        "doubles": _values(-1.5, 2.0, -3.0, 1e10, 1234.5678, 0.0, -0.001, 9e15, 0.5),
        "ints": _values(0, 1, -1, 255, 256, 65536, 2**31 - 1, -(2**31), 4294967295),
        "nothing": _values(),
        "an empty struct": _values(Struct()),
        "an int is cut": _body(b"\x10"),
        "an unknown type": _body(b"\x10\x05\x0f"),
        "an unknown type in a struct": _body(b"\x03\x10\x05\x0f\x83"),
        "an open struct": _body(b"\x03\x10\x05"),
        "an open struct with a member": _body(b"\x03\x25a\0\x10\x01"),
        "an end without a start": _body(b"\x83"),
        "an array's end without a start": _body(b"\x84"),
        "a string is cut": _body(b"\x10\x01\x51ab"),
        "a name outside a struct": _body(b"\x25a\0\x10\x05"),
        "a name after a name": _body(b"\x03\x25a\0\x25b\0\x10\x01\x83"),
        "a name without a value": _body(b"\x03\x25a\0\x83"),
        "a name with an array": _body(b"\x03\x25a\0\x04\x10\x01\x84\x83"),
        "another end": _body(b"\x03\x84"),
        "a string without NUL": _body(b"\x41abcd"),
        "a string of length 0": _body(b"\x01"),
        "a NUL inside": _body(b"\x51ab\0c\0"),
        "a padded length": _body(b"\xa1\x00\x03ab\0"),
        "an int of three bytes": _body(b"\x30\x01\x02\x03"),
        "a double of eight bytes": _body(b"\x82\xff\xff\xff\xff\xff\xff\xfc\x18"),
        "a fault": _fault(500, "bad\nthing\n"),
        "a fault without text": _fault(500),
        "a fault the wrong way round": _fault("x", 5),
        "a fault with three values": _fault(500, "a", "b"),
        "an empty fault": _fault(),
        "a request": _values("m", kind=wire.REQUEST),
    },
    BEYOND={
        "200 KiB": _values(*_LONG),
        "byte by byte": lambda cookie: [
            bytes((byte,)) for byte in encode(_MIXED, wire.REPLY, cookie)
        ],
    },
    TEXTS={
        "200 KiB": b"".join(text.encode() + b"\n" for text in _LONG),
        "byte by byte": b"{\n\ta: 1\n\tb: {\n\t\tx\n\t\t2.500000\n\t}\n}\ntext\n",
    },
)
