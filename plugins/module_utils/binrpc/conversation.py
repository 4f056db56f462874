# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Conversations with an endpoint: what every client does between its waits, written once.

A conversation is a generator. It yields what it waits for, and whoever drives it does the
waiting: :mod:`client` with poll, :mod:`fan_out` with epoll, :mod:`async_client` with an event
loop. It yields a tuple of three:

========== =========== ========================= =========================================
kind       subject     end                       what to send back
========== =========== ========================= =========================================
READ       Transport   of the deadline           is there something to read?
WRITE      Transport   of the deadline           is there something to read, or room to write?
LOOK_UP    Address     of the deadline           what :func:`transport.find` gives; None if late
PAUSE      None        of the pause              anything
========== =========== ========================= =========================================

The end counts as the deadline's own clock does. A driver that is interrupted closes the
conversation, which then closes its socket.

Every client connects, looks names up and goes on trying with :func:`connect` and
:class:`Patience`. Asking is shared as far as it costs nothing: all of them send and read with the
steps :func:`push`, :func:`pull` and :func:`pull_rest`, but the loop around these differs.

- Each endpoint of a fan-out has one request and a connection of its own: :func:`call`.
- A blocking client has the same loop as plain code: driven as a generator, a call on an open
  connection took 7 to 10 % more processor time.
- The connection of an asyncio client is shared by tasks that come and go and have a deadline each,
  so the event loop's callbacks take the place of a loop.
"""

from __future__ import annotations

import errno
import select

from . import explain, wire
from .connection import Connection
from .errors import ConnectError
from .exchange import Exchange
from .transport import Transport, targets_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Generator, List, Optional, Tuple

    from .address import Address
    from .connection import Request
    from .deadline import Deadline
    from .transport import Target

    Wait = Tuple[int, Any, float]
    Steps = Generator[Wait, Any, None]

READ = select.POLLIN
WRITE = select.POLLIN | select.POLLOUT
PAUSE = -1
LOOK_UP = -2

STANDSTILL = 1.0
"""Seconds without a byte after which the rest of a reply counts as dropped."""

_BACKLOG_PAUSE = 0.01  # seconds between attempts while a unix listener's backlog is full
_FIRST_PAUSE = 0.05
_LONGEST_PAUSE = 0.5


# --- connecting


def connect(
    address: Address, deadline: Deadline, reply_at: Optional[str] = None
) -> Generator[Wait, Any, Transport]:
    """Connect to the first of the host's addresses that accepts.

    :param reply_at: for unix datagram, see :func:`reply_socket.bind`.
    :raises ConnectError: with the cause and the remedy.
    """
    if address.is_process:
        # Not a statement: Ansible would ship the module to hosts, which have no use for it.
        from importlib import import_module

        tunnel = import_module(__name__.rpartition(".")[0] + ".tunnel")
        return (yield from tunnel.connect(address, deadline))  # type: ignore[no-any-return]
    number = 0
    for family, target in targets_of(address) or (yield from _look_up(address, deadline)):
        transport = Transport(address, family, reply_at)
        try:
            number = yield from _try(transport, target, deadline)
        except BaseException:
            transport.close()
            raise
        if not number:
            return transport
        transport.close()
    raise explain.connect_error(address, number)


def _look_up(address: Address, deadline: Deadline) -> Generator[Wait, Any, List[Target]]:
    found = yield LOOK_UP, address, deadline.end
    if found is None:
        raise explain.resolve_error(address, "no answer within %g s" % deadline.seconds)
    if isinstance(found, Exception):
        raise explain.resolve_error(address, getattr(found, "strerror", "") or str(found))
    return found  # type: ignore[no-any-return]


def _try(transport: Transport, target: Any, deadline: Deadline) -> Generator[Wait, Any, int]:
    number = transport.start_connect(target)
    # A unix listener's full backlog says EAGAIN, and no poll tells when it has room.
    while number == errno.EAGAIN and not deadline.expired():
        yield PAUSE, None, min(deadline.clock() + _BACKLOG_PAUSE, deadline.end)
        number = transport.start_connect(target)
    if number == errno.EINPROGRESS:
        if not (yield WRITE, transport, deadline.end):
            raise explain.connect_timeout(transport.address, deadline.seconds)
        number = transport.finish_connect()
    return number


class Patience:
    """Decides whether a call whose connection was refused tries again, and when.

    :param seconds: how long after the call's start a new attempt may begin.
    :param deadline: the first one of the call, which gives its start and the clock.
    """

    __slots__ = ("_clock", "_end", "_pause")

    def __init__(self, seconds: float, deadline: Deadline) -> None:
        self._clock = deadline.clock
        self._end = deadline.start + seconds
        if deadline.latest is not None:
            self._end = min(self._end, deadline.latest)
        self._pause = _FIRST_PAUSE

    def next_attempt(self, error: ConnectError) -> float:
        """Return the moment to try again.

        :raises ConnectError: the one given, because waiting cannot help or has taken too long.
        """
        moment = self._clock() + self._pause
        if not error.may_pass or moment > self._end:
            raise error
        self._pause = min(self._pause * 2, _LONGEST_PAUSE)
        return moment


# --- asking


def push(transport: Transport, exchange: Exchange) -> None:
    """Send what the window and the socket allow.

    :raises OSError: the connection is broken.
    """
    while exchange.outgoing:
        count = transport.send(exchange.outgoing)
        if not count:
            break
        exchange.sent(count)


def end_of_wait(exchange: Exchange, request: Request, deadline: Deadline) -> float:
    """Return the moment until which to wait for more of the request's answer.

    What ctl could not send within 10 ms it drops (docs/protocol.md#short-writes), and goes on: a
    reply that has begun and stands still is not worth the rest of the time, if it can be asked for
    again.
    """
    if exchange.begun and request.reads:
        return min(deadline.end, deadline.clock() + STANDSTILL)
    return deadline.end


def pull(transport: Transport, exchange: Exchange) -> Optional[List[Request]]:
    """Read once and return the requests that this ended; None if there was nothing to read.

    :raises OSError: the connection is broken.
    """
    data = transport.receive()
    if data is None:
        return None
    if not data and not transport.address.is_datagram:
        return exchange.ended(transport.last_words())
    return exchange.received(data)


def pull_rest(transport: Transport, exchange: Exchange) -> List[Request]:
    """Take the answers that came before a stream broke: sending fails before reading does."""
    done: List[Request] = []
    try:
        while not exchange.idle:
            data = transport.receive()
            if not data:
                break
            done += exchange.received(data)
    except OSError:
        pass
    return done


def call(
    address: Address,
    request: Request,
    deadline: Deadline,
    connect_wait: float,
    max_reply: int = wire.MAX_BODY,
    unsigned: Optional[bool] = None,
) -> Steps:
    """Give a request an outcome over a connection of its own.

    :param connect_wait: further seconds to go on trying while no server listens.
    :param max_reply: bytes allowed in the reply's body.
    :param unsigned: see :class:`connection.Connection`.
    :raises ConnectError: no connection was made; nothing was sent.
    """
    patience = Patience(connect_wait, deadline)
    while True:
        transport: Optional[Transport] = None
        try:
            transport = yield from connect(address, deadline)
            connection = Connection(address.is_datagram, max_reply, unsigned)
            yield from _exchange(transport, connection, request, deadline)
            return
        except ConnectError as error:
            moment = patience.next_attempt(error)
        finally:
            if transport is not None:
                transport.close()
        yield PAUSE, None, moment
        deadline.renew()


def _exchange(
    transport: Transport, connection: Connection, request: Request, deadline: Deadline
) -> Steps:
    """Send and receive until the request has an outcome.

    :raises ConnectError: nothing was sent, so it may be tried again.
    """
    exchange = Exchange(transport.address, connection, 1)
    request.limit = deadline.whole  # a fleet reads from all before it decodes
    exchange.add(request)
    while not exchange.idle:
        try:
            push(transport, exchange)
            end = end_of_wait(exchange, request, deadline)
            if not (yield (WRITE if exchange.outgoing else READ), transport, end):
                exchange.timed_out(deadline.seconds)
                break
            done = pull(transport, exchange)
        except OSError as error:
            if exchange.never_left(error, transport.unread(error)):
                raise transport.connect_error(error.errno or 0) from None
            pull_rest(transport, exchange)
            exchange.failed(error, transport.last_words())
            break
        if done is not None and deadline.expired() and not exchange.idle:
            exchange.timed_out(deadline.seconds)  # bytes came all the time, but no answer
