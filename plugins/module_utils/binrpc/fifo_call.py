# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""A call over ctl's text protocol as a conversation: see :mod:`conversation`."""

from __future__ import annotations

import errno
import os
import stat

from . import explain, wire
from .catalogue.lookup import find
from .conversation import PAUSE, READ, WRITE, Patience, connect
from .errors import (
    BinrpcError,
    CallTimeout,
    ConnectError,
    ConnectionLost,
    EncodeError,
    LengthLimit,
    ProtocolError,
)
from .faults import make_fault
from .fifo import Damaged, build_request, parse_reply
from .masking import hide_sent
from .reply import Reply
from .reply_fifo import ReplyFifo

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Generator, List, Optional, Sequence, Union

    from .address import Address
    from .conversation import Wait
    from .deadline import Deadline
    from .fifo import TextReply
    from .transport import Transport
    from .values import Struct

_ATOMIC = 4096  # PIPE_BUF: a longer write could be mixed with another client's
_PROBE = "core.version"  # its answer is long enough to tell


class FifoReply(Reply):
    """The lines of a reply as text; for structs, :meth:`structs` takes them apart.

    Released servers overwrite the start of each value (docs/protocol.md#fifo-defects, D1). Where
    the server does, or cannot be shown not to, each value is a :class:`fifo.Damaged` instead of a
    text.

    :ivar damaged: whether it does.
    :ivar text: the reply as it came.
    """

    __slots__ = ("damaged", "text")

    def __init__(self, text: TextReply, method: str, damaged: bool = False) -> None:
        values: List[Any] = [Damaged(line) for line in text.lines] if damaged else text.texts()
        super().__init__(values, method)
        self.text = text
        self.damaged = damaged and bool(text.lines)

    def __repr__(self) -> str:
        # Secrets in lines cannot be told apart as those in the members of a struct.
        return "<FifoReply %s: %d lines>" % (self.method, len(self))

    def structs(self) -> List[Struct]:
        """The lines as structs: see :meth:`fifo.TextReply.members` for what is lost.

        :raises ProtocolError: the server damaged them.
        """
        if self.damaged:
            error = ProtocolError(
                "%s: the server overwrote the start of each value, as released ones do over the "
                "text protocol; use a binrpc address" % self.method
            )
            error.executed = True
            raise error
        return self.text.members()


class TextCall:
    """One attempt of a call, with the record that hooks get.

    :ivar packet: the request, without the name of a reply fifo.
    :raises EncodeError: a parameter has no form here, or the protocol cannot run the method.
    """

    __slots__ = ("method", "outcome", "packet", "params", "received", "sent")

    undecoded = 0

    def __init__(self, method: str, params: Sequence[Any]) -> None:
        check_method(method, params)
        self.method = method
        self.params = params
        try:
            self.packet = build_request(method, params)
        except EncodeError as error:
            raise EncodeError(hide_sent(str(error), method, params)) from None
        self.sent = False
        self.received = 0
        self.outcome: Union[FifoReply, BinrpcError, None] = None


class Settings:
    """How a client calls.

    :ivar sound: whether the server leaves values alone; None until it is known.
    """

    __slots__ = ("address", "connect_wait", "max_reply", "reply_directory", "reply_socket", "sound")

    def __init__(
        self,
        address: Address,
        connect_wait: float,
        max_reply: int,
        reply_directory: str,
        reply_socket: Optional[str],
    ) -> None:
        self.address = address
        self.connect_wait = connect_wait
        self.max_reply = max_reply
        self.reply_directory = reply_directory
        self.reply_socket = reply_socket
        self.sound: Optional[bool] = None


def converse(
    settings: Settings, call: TextCall, deadline: Deadline
) -> Generator[Wait, Any, FifoReply]:
    """Make the call; ask the server for its version where the reply does not tell if it is sound.

    :raises BinrpcError: as :meth:`fifo_client.FifoClient.call` says.
    """
    text = yield from _ask(settings, call, deadline)
    damaged = text.is_damaged()
    if damaged is None and text.lines and text.code == 200:
        if settings.sound is None and call.method != _PROBE:
            try:
                probe = yield from _ask(settings, TextCall(_PROBE, ()), deadline)
                sound = probe.is_damaged()
                settings.sound = None if sound is None else not sound
            except BinrpcError:
                pass  # then the values count as damaged
        damaged = settings.sound is not True
    elif damaged is not None:
        settings.sound = not damaged
    if text.code != 200:
        reason = hide_sent(text.reason, call.method, call.params)
        raise make_fault(text.code, reason, call.method)
    return FifoReply(text, call.method, bool(damaged))


def _ask(settings: Settings, call: TextCall, deadline: Deadline) -> Generator[Wait, Any, TextReply]:
    patience: Optional[Patience] = None
    while True:
        try:
            if settings.address.protocol == "fifo":
                data = yield from _by_fifo(settings, call, deadline)
            else:
                data = yield from _by_socket(settings, call, deadline)
        except ConnectError as error:
            if patience is None:
                patience = Patience(settings.connect_wait, deadline)
            moment = patience.next_attempt(error)
        else:
            call.received = len(data)
            return parse_reply(data)
        yield PAUSE, None, moment
        deadline.renew()


def _by_socket(
    settings: Settings, call: TextCall, deadline: Deadline
) -> Generator[Wait, Any, bytes]:
    address = settings.address
    transport = yield from connect(address, deadline, settings.reply_socket)
    rest = call.packet
    try:
        while not call.sent:
            rest = rest[transport.send(rest) :]
            call.sent = not rest
            if rest and not (yield WRITE, transport, deadline.end):
                raise _timeout(settings, call, deadline)
        if not address.is_datagram:
            transport.finish_sending()  # EOF is the only end that a reply has
        return (yield from _read(settings, call, deadline, transport, address.is_datagram))
    except OSError as error:
        if isinstance(error, BinrpcError):
            raise
        if error.errno == errno.ECONNREFUSED and address.is_datagram:
            raise explain.connect_error(address, error.errno) from None
        raise ConnectionLost(
            "%s: the connection to %s broke: %s" % (call.method, address, error.strerror),
            error.errno,
            None if call.sent else False,
        ) from None
    finally:
        transport.close()


def _by_fifo(settings: Settings, call: TextCall, deadline: Deadline) -> Generator[Wait, Any, bytes]:
    fifo = ReplyFifo(settings.reply_directory, settings.address.name)
    try:
        request = build_request(call.method, call.params, fifo.name)
        # A reply name is part of the first line, so its length counts too.
        if len(request) > _ATOMIC:
            raise EncodeError(
                "%s: the request has %d bytes; a fifo takes %d at once"
                % (call.method, len(request), _ATOMIC)
            )
        _write_fifo(settings.address, request)
        call.sent = True
        return (yield from _read(settings, call, deadline, fifo, False))
    except OSError as error:
        if isinstance(error, BinrpcError):
            raise
        raise ConnectionLost(
            "%s: the reply of %s cannot be read: %s"
            % (call.method, settings.address, error.strerror),
            error.errno,
            None if call.sent else False,
        ) from None
    finally:
        fifo.close()


def _write_fifo(address: Address, request: bytes) -> None:
    path = address.name
    try:
        # Looked at before it is opened: opening some devices does things.
        if not stat.S_ISFIFO(os.stat(path).st_mode):
            raise ConnectError("cannot connect to %s: it is not a fifo" % address)
        writer = os.open(path, os.O_WRONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        if error.errno == errno.ENXIO:
            raise ConnectError(
                "cannot write to %s: no process reads it. Either ctl does not serve it, or "
                "Kamailio has stopped and left it behind" % address,
                error.errno,
            ) from None
        raise explain.connect_error(address, error.errno or 0) from None
    try:
        os.write(writer, request)
    except BlockingIOError:
        raise ConnectError(
            "cannot write to %s: it is full, so Kamailio does not read it" % address, errno.EAGAIN
        ) from None
    except BrokenPipeError:
        raise ConnectError("%s: Kamailio has just stopped" % address) from None
    finally:
        os.close(writer)


def _read(
    settings: Settings,
    call: TextCall,
    deadline: Deadline,
    source: Union[Transport, ReplyFifo],
    whole: bool,
) -> Generator[Wait, Any, bytes]:
    """Read a reply to its end; a datagram is ``whole``."""
    parts: List[bytes] = []
    size = 0
    while True:
        if not (yield READ, source, deadline.end) or (parts and deadline.expired()):
            raise _timeout(settings, call, deadline)
        data = source.receive()
        if data is None:
            continue
        parts.append(data)
        size += len(data)
        if size > settings.max_reply:
            raise LengthLimit(
                wire.E_OVERFLOW, "a reply of more than max_reply, %d bytes" % settings.max_reply
            )
        if whole or not data:
            break
    if not size:
        raise ConnectionLost(
            "%s: %s gave an empty reply; it may have run" % (call.method, settings.address),
            executed=None,
        )
    return b"".join(parts)


def _timeout(settings: Settings, call: TextCall, deadline: Deadline) -> CallTimeout:
    return CallTimeout(
        "%s: no answer from %s within %g s. ctl ignores an incomplete request, drops an "
        "answer of more than 1024 parts, and refuses a reply fifo that it may not write"
        % (call.method, settings.address, deadline.seconds),
        errno.ETIMEDOUT,
        None if call.sent else False,
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
