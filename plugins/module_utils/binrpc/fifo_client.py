# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""A client for ctl's older text protocol: fifo, and the same over udp, tcp and unix sockets.

Use binrpc where there is a choice. This protocol carries only text, has no types, no cookies
and no end of a reply; released servers overwrite up to 16 bytes at the start of each value
(docs/protocol.md#fifo-defects, D1) and cannot run methods whose parameters they would
have to convert.
"""

from __future__ import annotations

import errno
import os
import select
import stat

from . import explain
from .address import Address, parse_address
from .blocking import run
from .catalogue.lookup import find
from .conversation import connect
from .deadline import Deadline
from .errors import (
    BinrpcError,
    CallTimeout,
    ConnectError,
    ConnectionLost,
    EncodeError,
    TransportError,
)
from .faults import make_fault
from .fifo import TextReply, build_request, parse_reply
from .reply import Reply

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, List, Optional, Union

    from .values import Struct

REPLY_DIRECTORY = "/tmp"  # noqa: S108 - compiled into Kamailio (docs/protocol.md#reply-fifos)

_ATOMIC = 4096  # PIPE_BUF: a longer write could be mixed with another client's


class FifoReply(Reply):
    """The lines of a reply as text; for structs, :meth:`structs` takes them apart."""

    __slots__ = ("text",)

    def __init__(self, text: TextReply, method: str) -> None:
        super().__init__(text.texts(), method)
        self.text = text

    def structs(self) -> List[Struct]:
        """The lines as structs: see :meth:`fifo.TextReply.members` for what is lost."""
        return self.text.members()


class FifoClient:
    """Calls RPCs over the text protocol; each call is a conversation of its own.

    :param address: ``fifo:/path``, or ``udp:``, ``tcp:``, ``unix:``, ``unixd:`` as given to the
        modparam ``fifo``.
    :param timeout: seconds for a whole call.
    :param reply_directory: where the server looks for reply fifos; real fifos only.
    :param reply_socket: unix datagram only, see :mod:`reply_socket`.
    :raises AddressError, ValueError: an argument is wrong.
    """

    def __init__(
        self,
        address: Union[str, Address],
        timeout: float = 5.0,
        *,
        reply_directory: str = REPLY_DIRECTORY,
        reply_socket: Optional[str] = None,
    ) -> None:
        self.address = address if isinstance(address, Address) else parse_address(address)
        Deadline(timeout)
        self.timeout = timeout
        self._reply_directory = reply_directory
        self._reply_socket = reply_socket

    def __enter__(self) -> FifoClient:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    def close(self) -> None:
        """Do nothing: there is no connection between calls."""

    def call(self, method: str, *params: Any, timeout: Optional[float] = None) -> FifoReply:
        """Call one method; the values of its reply are lines of text.

        :param params: str, int, float; a Struct or dict becomes a struct line.
        :param timeout: seconds, instead of the client's.
        :raises Fault: the status line is not 200.
        :raises EncodeError: a parameter has no form here, or the protocol cannot run the
            method; nothing was sent.
        :raises ConnectError: nobody listens; nothing was sent.
        :raises CallTimeout, ConnectionLost, ProtocolError: no usable answer.
        """
        check_method(method, params)
        deadline = Deadline(self.timeout if timeout is None else timeout)
        if self.address.protocol == "fifo":
            data = self._call_fifo(method, params, deadline)
        else:
            data = self._call_socket(build_request(method, params), method, deadline)
        reply = parse_reply(data)
        if reply.code != 200:
            raise make_fault(reply.code, reply.reason, method)
        return FifoReply(reply, method)

    def _call_socket(self, request: bytes, method: str, deadline: Deadline) -> bytes:
        transport = run(connect(self.address, deadline, self._reply_socket))
        received = b""
        rest = request
        try:
            while True:
                while rest:
                    count = transport.send(rest)
                    if not count:
                        break
                    rest = rest[count:]
                    if not rest and not self.address.is_datagram:
                        transport.finish_sending()  # EOF is the only end that a reply has
                if not transport.wait(deadline.remaining(), writing=bool(rest)):
                    raise self._timeout(method, deadline, None if not rest else False)
                data = transport.receive()
                if data is None:
                    continue
                received += data
                if self.address.is_datagram:
                    return received
                if not data:
                    break
                if deadline.expired():
                    raise self._timeout(method, deadline, None)
        except OSError as error:
            if isinstance(error, BinrpcError):
                raise
            if error.errno == errno.ECONNREFUSED:
                raise explain.connect_error(self.address, error.errno) from None
            raise ConnectionLost(
                "%s: the connection to %s broke: %s" % (method, self.address, error.strerror),
                error.errno,
                None if not rest else False,
            ) from None
        finally:
            transport.close()
        if not received:
            raise ConnectionLost(
                "%s: %s closed the connection without an answer; it may have run"
                % (method, self.address),
                executed=None,
            )
        return received

    def _call_fifo(self, method: str, params: Any, deadline: Deadline) -> bytes:
        name = "kamailio_binrpc_%d_%s" % (os.getpid(), os.urandom(8).hex())
        request = build_request(method, params, name)
        # A reply name is part of the first line, so its length counts too.
        if len(request) > _ATOMIC:
            raise EncodeError(
                "%s: the request has %d bytes; a fifo takes %d at once"
                % (method, len(request), _ATOMIC)
            )
        path = os.path.join(self._reply_directory, name)
        try:
            # Fails if anything has that name already, a symbolic link included.
            os.mkfifo(path, 0o600)
        except OSError as error:
            raise ConnectError(
                "cannot make the reply fifo %s: %s" % (path, error.strerror), error.errno
            ) from None
        try:
            # Open for reading before the server looks: without a reader it waits 0.3 s, and
            # with it everybody else (docs/protocol.md#reply-fifos).
            reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
            try:
                os.fchmod(reader, 0o622)  # the server may be another user
                self._write_fifo(request)
                return self._read_fifo(reader, method, deadline)
            finally:
                os.close(reader)
        finally:
            os.unlink(path)

    def _write_fifo(self, request: bytes) -> None:
        path = self.address.name
        try:
            # Looked at before it is opened: opening some devices does things.
            if not stat.S_ISFIFO(os.stat(path).st_mode):
                raise ConnectError("cannot connect to %s: it is not a fifo" % self.address)
            writer = os.open(path, os.O_WRONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        except OSError as error:
            if error.errno == errno.ENXIO:
                raise ConnectError(
                    "cannot write to %s: nobody reads it. It is no fifo of ctl, or Kamailio has "
                    "stopped and left it behind" % self.address,
                    error.errno,
                ) from None
            raise explain.connect_error(self.address, error.errno or 0) from None
        try:
            os.write(writer, request)
        except BlockingIOError:
            raise ConnectError(
                "cannot write to %s: it is full, so Kamailio does not read it" % self.address,
                errno.EAGAIN,
            ) from None
        except BrokenPipeError:
            raise ConnectError("%s: Kamailio has just stopped" % self.address) from None
        finally:
            os.close(writer)

    def _read_fifo(self, reader: int, method: str, deadline: Deadline) -> bytes:
        poll = select.poll()
        poll.register(reader, select.POLLIN)
        received = b""
        while True:
            # Hang-up is only reported once a writer has come and gone.
            if not poll.poll(int(deadline.remaining() * 1000 + 0.999)):
                raise self._timeout(method, deadline, None)
            data = os.read(reader, 65536)
            if not data:
                break
            received += data
            if deadline.expired():
                raise self._timeout(method, deadline, None)
        if not received:
            raise ConnectionLost(
                "%s: %s gave an empty reply; it may have run" % (method, self.address),
                executed=None,
            )
        return received

    def _timeout(self, method: str, deadline: Deadline, executed: Optional[bool]) -> TransportError:
        return CallTimeout(
            "%s: no answer from %s within %g s. ctl ignores an incomplete request, drops an "
            "answer of more than 1024 parts, and refuses a reply fifo that it may not write"
            % (method, self.address, deadline.seconds),
            errno.ETIMEDOUT,
            executed,
        )


def check_method(method: str, params: Any) -> None:
    """Refuse what the text protocol cannot carry, as far as the catalogue knows.

    :raises EncodeError: says why.
    """
    known = find(method)
    if known is None:
        return
    converted = [param.name for param in known.params if param.converted]
    if converted:
        raise EncodeError(
            "%s cannot be called over the text protocol: the server would have to convert the "
            "parameter %s, which it does for binrpc only; use a binrpc address"
            % (method, ", ".join(converted))
        )
    needed = [param.name for param in known.params if not param.optional]
    if len(params) < len(needed):
        raise EncodeError(
            "%s needs %s; over the text protocol the server would read a missing parameter "
            "from the next request" % (method, ", ".join(needed))
        )
    if len(params) > len(needed):
        extra = known.params[len(needed)].name if len(known.params) > len(needed) else params[-1]
        raise EncodeError(
            "%s: the parameter %s is optional, and over the text protocol the server loses a line "
            "before optional parameters; leave it out or use a binrpc address" % (method, extra)
        )
