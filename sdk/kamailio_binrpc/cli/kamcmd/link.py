# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""The connection of one ``pykamcmd``: a request out, its answer in, failures in kamcmd's words."""

from __future__ import annotations

import errno
import os

from ...core import conversation, transport
from ...core.blocking import run
from ...core.deadline import Deadline
from ...core.errors import ConnectError, ProtocolError
from ...core.framing import DatagramDecoder, StreamDecoder
from .errors import Failure

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...core.address import Address
    from ...core.packet import Header
    from .options import Options

_PATIENCE = 30.0
"""Seconds to wait for an answer unless ``-t`` says otherwise; kamcmd waits forever."""


class Link:
    """A connection that is kept while it works and is replaced after a failure."""

    def __init__(self, address: Address, options: Options) -> None:
        self._address = address
        self._options = options
        self._seconds = options.seconds or _PATIENCE
        self._transport: transport.Transport | None = None
        self._decoder: StreamDecoder | DatagramDecoder = StreamDecoder()

    def open(self) -> None:
        """Connect, unless that is done.

        :raises Failure: nothing listens there, or permission is denied.
        """
        if self._transport is not None:
            return
        datagram = self._address.is_datagram
        self._decoder = DatagramDecoder() if datagram else StreamDecoder()
        self._transport = connect(self._address, self._options, Deadline(self._seconds))

    def close(self) -> None:
        """Close it and remove the reply socket."""
        if self._transport is not None:
            self._transport.close()
            self._transport = None

    def ask(self, packet: bytes) -> tuple[Header, bytes]:
        """Send a request and return the header and the whole bytes of what comes back.

        :raises Failure: it cannot be sent, or no answer comes.
        """
        self.open()
        assert self._transport is not None  # noqa: S101 - for the type checker
        deadline = Deadline(self._seconds)
        try:
            send(self._transport, packet, deadline)
            return self._receive(self._transport, deadline)
        except BaseException:
            self.close()
            raise

    def _receive(self, link: transport.Transport, deadline: Deadline) -> tuple[Header, bytes]:
        try:
            while True:
                self._decoder.feed(receive(link, deadline))
                answer = self._decoder.next_packet()
                if answer is not None:
                    return answer
        except ProtocolError as error:
            raise Failure("ERROR while parsing the reply: corrupted packet", str(error)) from None


def connect(address: Address, options: Options, deadline: Deadline) -> transport.Transport:
    """Connect for a call.

    :raises Failure: in kamcmd's words.
    """
    name = address.name
    reply_at = options.reply_name
    if address.protocol == "unixd" and not reply_at:
        folder = options.reply_folder or "/tmp"  # noqa: S108 - as kamcmd; names are random
        reply_at = f"{folder}/kamcmd_{int.from_bytes(os.urandom(4), 'big') >> 1}"
    try:
        return run(conversation.connect(address, deadline, reply_at or None))
    except ConnectError as error:
        number = error.errno
        cause = os.strerror(number) if number else ""
        text = f"ERROR: connect: {cause}"
        if number is None:
            text = f"ERROR: could not resolve {name}"
        elif str(error).startswith("cannot bind"):
            text = f"ERROR: could not bind the unix socket to {reply_at}: {cause} ({number})"
        elif address.is_path:
            text = f"ERROR: connect_unix_sock: connect({name}): {cause} [{number}]"
        raise Failure(text, str(error)) from None


def send(link: transport.Transport, data: bytes, deadline: Deadline) -> None:
    """Send all of ``data``.

    :raises Failure: it does not leave in time, or not at all.
    """
    view = memoryview(data)
    try:
        while view:
            count = link.send(view)
            view = view[count:]
            if not count and not link.wait(deadline.remaining(), writing=True):
                raise OSError(errno.ETIMEDOUT, "")
    except OSError as error:
        number = error.errno or 0
        raise Failure(
            f"ERROR: send packet failed: {os.strerror(number)} ({number})",
            "the server did not take the request; it refuses those of 64 KiB and more",
        ) from None


def receive(link: transport.Transport, deadline: Deadline) -> bytes:
    """Return what comes next.

    :raises Failure: nothing does in time, or the server closed the connection.
    """
    advice = "the server closed the connection: it is stopping, or serves 128 of them already"
    number = 0
    try:
        while True:
            if not link.wait(deadline.remaining()):
                number = errno.ETIMEDOUT
                advice = f"no answer within {deadline.seconds:g} s; -t sets another limit"
                break
            data = link.receive()
            if data or (data is not None and link.address.is_datagram):
                return data
            if data is not None:
                break
    except OSError as error:
        number = error.errno or 0
        advice = "nothing listens there" if number == errno.ECONNREFUSED else ""
    raise Failure(f"ERROR: read reply failed: {os.strerror(number)} ({number})", advice)
