# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""A real Kamailio and a lab server with the same data, and the same bytes to both."""

from __future__ import annotations

import contextlib
import os
import select
import tempfile
import uuid
from typing import TYPE_CHECKING, Any

from kamailio_binrpc.core.client import Client
from kamailio_binrpc.core.retry import RetryPolicy
from tests.conformance.furniture import CONFIG, lab_like
from tests.sdk.lab import duel
from tests.support.kamailio import Kamailio
from tests.support.sip import Call

if TYPE_CHECKING:
    from collections.abc import Iterator

BINRPC = ("unix", "unixd", "udp", "tcp")
FIFO = ("fifo_udp", "fifo_tcp", "fifo")
LIMIT = 20.0
PATIENCE = 1.0
"""Seconds without an answer on a fifo, until another request asks whether there will be one."""

FIFO_PROBE = b":no.such.method:\n\n"
FIFO_FILE_PROBE = b":no.such.method:@REPLY@\n\n"
FIFO_PROBE_REPLY = b"500 Command 'no.such.method' not found\n"
REPLY_NAME = b"@REPLY@"
REPLY_DIRECTORY = "/tmp"

Answer = Any


class Silent(RuntimeError):
    """A server did not answer: the bytes are in the message."""


class Side(duel.Duelist):
    """One server, asked over every transport."""

    def ask(self, transport: str, data: bytes) -> tuple[Answer, str]:
        """Return the answer and the fate of the connection.

        :raises Silent: nothing came within 20 s.
        """
        try:
            if transport == "fifo":
                return self._ask_fifo(data), "kept"
            if transport == "fifo_tcp":
                return self._ask_text_stream(data)
            if transport == "fifo_udp":
                return self._ask_text_datagram(data), "kept"
            return super().ask(transport, data)
        except TimeoutError:
            name = self.addresses[transport]
            raise Silent(f"{name} did not answer {data.hex()}") from None

    def _ask_text_stream(self, data: bytes) -> tuple[bytes, str]:
        with self.connect("fifo_tcp") as sock:
            return duel.send_and_read(sock, data), "ended"

    def _ask_text_datagram(self, data: bytes) -> list[bytes]:
        sock = self._sockets.get("fifo_udp")
        if sock is None:
            sock = self._sockets["fifo_udp"] = self.connect("fifo_udp")
        sock.send(data)
        sock.send(FIFO_PROBE)
        answer = []
        while (part := sock.recv(1 << 17)) != FIFO_PROBE_REPLY:
            answer.append(part)
        return answer

    def _ask_fifo(self, data: bytes) -> bytes:
        name = "kamailio-conformance-" + uuid.uuid4().hex[:16]
        path = os.path.join(REPLY_DIRECTORY, name)
        os.mkfifo(path, 0o600)
        try:
            reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
            try:
                with open(self.addresses["fifo"].name, "wb", buffering=0) as writer:
                    writer.write(data.replace(REPLY_NAME, name.encode()))
                if not _readable(reader, PATIENCE) and data != FIFO_FILE_PROBE:
                    self._ask_fifo(FIFO_FILE_PROBE)  # the next is answered: this one never is
                    if not _readable(reader, 0):
                        return b""
                return _read_to_end(reader)
            finally:
                os.close(reader)
        finally:
            os.unlink(path)


def _readable(reader: int, seconds: float) -> bool:
    poll = select.poll()
    poll.register(reader, select.POLLIN)
    return bool(poll.poll(seconds * 1000))


def _read_to_end(reader: int) -> bytes:
    received = b""
    while _readable(reader, LIMIT):
        part = os.read(reader, 1 << 17)
        if not part:
            return received
        received += part
    raise TimeoutError


class Twins:
    """Both servers, started with the same data."""

    def __init__(self, real: Side, lab: Side, server: Kamailio) -> None:
        self.real = real
        self.lab = lab
        self.server = server


@contextlib.contextmanager
def running(calls: int = 0, **ctl_params: int) -> Iterator[Twins]:
    """Start both, with a number of calls that are up.

    The other keywords are modparams of ctl and options of the lab server.
    """
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(Kamailio(ctl_params=ctl_params, extra_config=CONFIG))
        for _other in range(calls):
            stack.enter_context(Call(server))
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="twin-"))
        # Some modules ask for patience right after the start.
        patient = RetryPolicy(retries=100, busy_wait=0.1)
        with Client(server.endpoints["unix"], retry=patient) as client:
            lab = lab_like(server, client, folder, **ctl_params)
        stack.enter_context(lab.running_in_thread())
        addresses = dict(zip(BINRPC, lab.addresses, strict=True))
        addresses |= dict(zip(("fifo", "fifo_udp", "fifo_tcp"), lab.fifo_addresses, strict=True))
        sides = [Side(server.endpoints | server.fifo), Side(addresses)]
        for side in sides:
            stack.enter_context(contextlib.closing(side))
        yield Twins(*sides, server)
