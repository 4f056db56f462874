# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""The protocol's client side as a state machine: bytes in, answers out, no socket.

Sync and async clients differ only in how they wait; what they know is here.
"""

from __future__ import annotations

import errno
import os

from . import wire
from .catalogue.counters import is_unsigned
from .deadline import LONGEST, Deadline
from .decoding import decode_records, find_answers
from .encoder import Encoder
from .errors import (
    BinrpcError,
    CallTimeout,
    ConnectionLost,
    DecodeError,
    EncodeError,
    FramingLost,
    ProtocolError,
    TruncatedReply,
)
from .faults import BadRequest, make_fault
from .framing import DatagramDecoder, StreamDecoder
from .packet import Header, build_header, parse_header
from .reply import Reply
from .turns import outcome_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Dict, List, Optional, Sequence, Tuple, Union

    Outcome = Union[Reply, BinrpcError]

_MAGIC = b"\xa1"
_REMEMBERED = 64
_SUSPECTS = 8  # headers in a reply that may be those of others, before it counts as cut


class Request:
    """A request on its way.

    :param cookie: random and never 0, which is what the server writes when it could not read
        a header, unless given.
    :param reads: making it twice does no harm; None asks the catalogue whether it only reads.
    :ivar params: the parameters, for messages about them: see :mod:`.masking`.
    :ivar packet: its bytes.
    :ivar sent: the kernel took the last of them, so the method may run.
    :ivar received: bytes of the answer.
    :ivar limit: when decoding the reply ends with a CallTimeout: a Deadline, or seconds from its
        begin, for one who reads first and decodes later; None for no such limit.
    :raises EncodeError: a parameter has no binrpc form, or the request is too long.
    """

    __slots__ = (
        *("_outcome", "_reads", "_reply", "cookie", "limit", "method", "packet", "params"),
        *("received", "sent"),
    )

    def __init__(
        self,
        method: str,
        params: Sequence[Any],
        cookie: Optional[int] = None,
        reads: Optional[bool] = None,
    ) -> None:
        if cookie is None:
            cookie = int.from_bytes(os.urandom(4), "big") or 1
        self.method = method
        self.params = params
        self.cookie = cookie
        self._reads = reads
        self.packet = build_request(method, params, cookie)
        self.sent = False
        self.received = 0
        self.limit: Union[Deadline, float, None] = None
        self._outcome: Optional[Outcome] = None
        self._reply: Optional[Tuple[bytes, int, Optional[bool], bool]] = None

    @property
    def reads(self) -> bool:
        """Can it be made again without acting twice?"""
        if self._reads is None:
            # Not a statement: Ansible would ship the table with every module, and the few calls
            # that a host makes say so themselves.
            from importlib import import_module

            try:
                table = import_module(__name__.rpartition(".")[0] + ".catalogue.reading")
            except ImportError:
                return False
            self._reads = bool(table.is_read_only(self.method, self.params))
        return self._reads

    @property
    def was_cut(self) -> bool:
        """Did the end of its answer get lost, as when the server drops what is not read in time?"""
        return isinstance(self._outcome, (TruncatedReply, FramingLost))

    @property
    def ended(self) -> bool:
        """Is there an outcome?"""
        return self._outcome is not None or self._reply is not None

    @property
    def undecoded(self) -> int:
        """Bytes of the reply that are to be decoded when the outcome is asked for."""
        return 0 if self._reply is None else len(self._reply[0])

    @property
    def outcome(self) -> Optional[Outcome]:
        """None until answered; then a :class:`Reply`, or the error to raise (a :class:`Fault`
        for a fault).

        Asking for it decodes the reply. Whoever reads from several servers, or has further
        requests under way, reads first: the server drops what is not read within 10 ms
        (docs/protocol.md#short-writes).
        """
        if self._reply is not None:
            packet, offset, unsigned, sent = self._reply
            self._reply = None
            if unsigned is None:
                unsigned = is_unsigned(self.method)
            try:
                check = None if self.limit is None else self._watch(packet)
                values = decode_records(packet, offset, unsigned=unsigned, check=check)
                self._outcome = Reply(values, self.method, self.params)
            except (ProtocolError, CallTimeout) as error:
                # Its header had the request's cookie; one that never left whole cannot run.
                error.executed = sent
                self._outcome = error
        return self._outcome

    @outcome.setter
    def outcome(self, outcome: Optional[Outcome]) -> None:
        self._reply = None
        self._outcome = outcome

    def _watch(self, packet: bytes) -> Callable[[], None]:
        """Return a check that the time for decoding has not passed."""
        limit = self.limit if isinstance(self.limit, Deadline) else Deadline(self.limit or LONGEST)

        def check() -> None:
            if limit.expired():
                raise CallTimeout(
                    "%s: the reply of %d bytes has arrived, but decoding it took longer than the "
                    "limit of %g s; allow more time" % (self.method, len(packet), limit.seconds),
                    errno.ETIMEDOUT,
                )

        return check

    def replied(self, packet: bytes, offset: int, unsigned: Optional[bool]) -> None:
        """Take the reply, whose body starts at ``offset``."""
        self.received = len(packet)
        self._outcome = None  # of an attempt before
        self._reply = packet, offset, unsigned, self.sent


class Connection:
    """Requests and their answers on one stream or one datagram socket.

    :param datagram: answers come as datagrams, each starting a reply or continuing one.
    :param max_body: bytes allowed in one reply's body.
    :param unsigned: give int records as 0..2**32-1; None does so for methods whose numbers are
        known to be counters.
    """

    def __init__(
        self,
        datagram: bool = False,
        max_body: int = wire.MAX_BODY,
        unsigned: Optional[bool] = None,
    ) -> None:
        self._datagram = datagram
        self._decoder: Union[StreamDecoder, DatagramDecoder] = (
            DatagramDecoder(max_body) if datagram else StreamDecoder(max_body)
        )
        self._unsigned = unsigned
        self._pending: Dict[int, Request] = {}  # in the order of sending
        self._past: Dict[int, None] = {}  # cookies of the last requests that were here
        self.received = 0
        """Packets received in all."""
        self.skipped = 0
        """Answers that no request waits for: stale, duplicated or foreign."""
        self.closing = False
        """The server closes the stream after what it has answered."""
        self.failure: Optional[ProtocolError] = None
        """The bytes are not binrpc, or the stream is out of step: it must be closed."""

    def expect(self, request: Request) -> None:
        """Wait for the answer to a request that is about to be sent."""
        self._pending[request.cookie] = request
        if isinstance(self._decoder, DatagramDecoder):
            self._decoder.expected_cookie = request.cookie

    def expects(self, cookie: int) -> bool:
        """Is an answer with this cookie awaited?"""
        return cookie in self._pending

    def forget(self, request: Request) -> None:
        """Stop waiting for an answer; should it come, it is skipped."""
        if self._pending.get(request.cookie) is request:
            self._drop(request)

    def _drop(self, request: Request) -> None:
        del self._pending[request.cookie]
        if not self._datagram:
            self._past[request.cookie] = None
            if len(self._past) > _REMEMBERED:
                del self._past[next(iter(self._past))]

    def receive(self, data: bytes) -> List[Request]:
        """Take what a read returned and return the requests that it answered.

        What comes after them may be no answer: see :attr:`failure`.
        """
        done: List[Request] = []
        try:
            self._decoder.feed(data)
            while True:
                packet = self._decoder.next_packet()
                if packet is None:
                    break
                self.received += 1
                if not self._datagram and len(self._pending) + len(self._past) > 1:
                    self._check_whole(packet[0], packet[1])
                self._answer(packet[0], packet[1], done)
        except ProtocolError as error:
            self.failure = error
        return done

    def _check_whole(self, header: Header, packet: bytes) -> None:
        """See that no other answer is inside, or has begun inside: then this one had been cut.

        A server that cannot send drops the rest of a reply and goes on with the next one
        (docs/protocol.md#short-writes), whose bytes would complete it.

        :raises FramingLost: it had.
        """
        follows = self._decoder.peek()
        if follows is not None and not (
            follows and (follows.cookie in (0, header.cookie) or self._knows(follows.cookie))
        ):
            raise FramingLost(
                "the data after a reply is not a reply to this client: the reply was truncated"
            )
        if packet.find(_MAGIC, header.size) < 0:
            return
        cookies = [*self._pending, *self._past]
        found = find_answers(packet, header.size, cookies, _SUSPECTS + 1)
        if len(found) > _SUSPECTS:
            raise FramingLost("a reply holds the headers of many others; it may have been cut")
        budget = len(packet)
        for at in found:
            inside = parse_header(packet, at)
            if inside is None or not self._knows(inside.cookie):
                budget -= len(packet) - at
                if budget >= 0 and not _decodes(packet, at, inside):
                    continue
            raise FramingLost("a reply was cut, and the next one has begun inside it")

    def _knows(self, cookie: int) -> bool:
        return cookie in self._pending or cookie in self._past

    def _answer(self, header: Header, packet: bytes, done: List[Request]) -> None:
        if header.type == wire.REQUEST:
            raise ProtocolError("the server sent a request; is this another client's socket?")
        request = self._pending.get(header.cookie)
        fault: Optional[BinrpcError] = None
        if header.type == wire.FAULT and (request is not None or header.cookie == 0):
            fault = self._read_fault(header, packet, request)
            if request is None and isinstance(fault, BadRequest) and self._pending:
                # The server could not read a header, so it could not echo the cookie: it means
                # the oldest request. Whoever else can write to a datagram socket can say so too.
                request = next(iter(self._pending.values()))
                fault.method = request.method
                setattr(fault, "executed", None)  # noqa: B010 - the class says False, for mypy too
        if request is None:
            self.skipped += 1
            return
        if isinstance(fault, BadRequest):
            # It closes a stream (docs/protocol.md#order-of-checks).
            self.closing = not self._datagram
        if not self._datagram:
            # A stream answers in order, so whoever was asked earlier has been passed over.
            while True:
                earlier = next(iter(self._pending.values()))
                if earlier is request:
                    break
                self._drop(earlier)
                earlier.outcome = ConnectionLost(
                    "%s: the server dropped the reply, as it does when replies are not read "
                    "within 10 ms" % earlier.method,
                    executed=None,
                )
                done.append(earlier)
        self._drop(request)
        if fault is None:
            request.replied(packet, header.size, self._unsigned)
        else:
            request.received = len(packet)
            request.outcome = fault
        done.append(request)

    @staticmethod
    def _read_fault(header: Header, packet: bytes, request: Optional[Request]) -> BinrpcError:
        """Return a fault, or the error that it is malformed."""
        try:
            values = decode_records(packet, header.size)
        except ProtocolError as error:
            return error
        if [type(value) for value in values] != [int, str]:
            return ProtocolError("a fault without code and text: %s" % repr(values)[:200])
        code, text = values
        if request is None:
            fault = make_fault(code, text)
        else:
            from .masking import hide_sent  # only a fault needs it

            text = hide_sent(text, request.method, request.params)
            fault = make_fault(code, text, request.method)
        if request is not None and not request.sent:
            fault.executed = False  # a request whose last byte never left cannot run
        return fault

    def partial(self) -> Optional[TruncatedReply]:
        """Describe the reply that has begun to arrive as the error of its :meth:`unfinished`
        request; None if none has, or if it cannot be known whose it is.
        """
        return None if self.unfinished() is None else self._decoder.missing()

    def unfinished(self) -> Optional[Request]:
        """The request whose answer has begun to arrive, as far as that can be told."""
        header = self._decoder.unfinished
        if header is not None:
            return self._pending.get(header.cookie)
        # Too little to see a cookie: it can only be for the one that was asked.
        only = len(self._pending) == 1 and (self._datagram or not self._past)
        return next(iter(self._pending.values())) if only else None

    @property
    def begun(self) -> bool:
        """Has an answer begun to arrive?"""
        return self._decoder.unfinished is not None

    def has_run(self, request: Request) -> bool:
        """Is the answer that has begun to arrive the reply to this request?

        A fault does not tell, and before all of a header is there, nothing does.
        """
        header = self._decoder.unfinished
        return (
            header is not None
            and header.type == wire.REPLY
            and header.cookie == request.cookie
            and request.sent
        )

    @property
    def in_flight(self) -> int:
        """Number of requests without an answer."""
        return len(self._pending)

    @property
    def pending(self) -> List[Request]:
        """Requests without an answer, oldest first."""
        return list(self._pending.values())


def _decodes(packet: bytes, at: int, header: Optional[Header]) -> bool:
    try:
        decode_records(packet, at + (header.size if header else 0))
    except DecodeError:
        return False
    return header is not None


def unwrap(request: Request) -> Reply:
    """Return the reply, or raise the error that came instead.

    A caller must ``del`` its own name for the request: an error and a frame of its traceback
    that knows it keep each other alive, and with them the client and its connection.
    """
    outcome = outcome_of(request)
    if isinstance(outcome, BinrpcError):
        try:
            raise outcome
        finally:
            del outcome, request
    return outcome  # type: ignore[return-value]


def build_request(method: str, params: Sequence[Any], cookie: int) -> bytes:
    """Encode a request packet.

    :raises EncodeError: names the method, the parameter (counted from 1) and the remedy.
    """
    encoder = Encoder()
    if not method or not hasattr(method, "encode"):
        raise EncodeError("a method is a non-empty str, not %r" % (method,))
    encoder.add(method)
    for number, value in enumerate(params, 1):
        try:
            encoder.add(value)
        except EncodeError as error:
            from .masking import hide_sent

            text = hide_sent(str(error), method, params)
            raise EncodeError("%s: parameter %d: %s" % (method, number, text)) from None
    packet = build_header(wire.REQUEST, cookie, len(encoder.out)) + encoder.out
    if len(packet) > wire.MAX_REQUEST:
        raise EncodeError(
            "%s: the request has %d bytes; ctl's receive buffer holds %d"
            % (method, len(packet), wire.MAX_REQUEST)
        )
    return packet
