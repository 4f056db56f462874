# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""The record of an attempt of a call, for logs, metrics and traces."""

from __future__ import annotations

from time import time

from .errors import BinrpcError
from .hooks import guarded
from .turns import outcome_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Optional, Protocol, Union

    from .address import Address
    from .reply import Reply

    class AnyCall(Protocol):
        """A request of either protocol."""

        method: str
        packet: bytes
        received: int

        @property
        def undecoded(self) -> int:
            """Bytes of a reply that is decoded when it is asked for."""

        @property
        def outcome(self) -> Union[Reply, BinrpcError, None]:
            """The reply or the error, None while there is neither."""


class CallRecord:
    """One attempt of one call, successful or not.

    An observer, the ``on_call`` of a client, is called with it when the attempt has ended. If the
    observer has an attribute ``started``, that is called with the same object when the attempt
    begins; what is marked with (end) is not known then.

    :ivar address: the endpoint.
    :ivar method: the method's name.
    :ivar attempt: 1 for the first attempt of a call, 2 for its first retry, and so on.
    :ivar alone: the thread or the task does nothing else until the attempt has ended, unlike where
        one thread has many calls under way.
    :ivar begun: when the attempt began, in seconds since the epoch (as :func:`time.time`).
    :ivar seconds: (end) from the start of the attempt to its outcome, connecting included.
    :ivar sent: bytes of the request.
    :ivar received: (end) bytes of the reply or fault; 0 if none came.
    :ivar error: (end) None, a Fault, or what kept the answer away.
    :ivar outcome: (end) ``ok``, the error's class name (``NotFound``, ``CallTimeout``, ...), or
        ``cancelled`` where the caller went away; "" until the end.
    """

    __slots__ = (
        "address",
        "alone",
        "attempt",
        "begun",
        "error",
        "method",
        "outcome",
        "received",
        "seconds",
        "sent",
    )

    def __init__(
        self, address: Address, request: AnyCall, attempt: int = 1, alone: bool = True
    ) -> None:
        self.address = address
        self.alone = alone
        self.method = request.method
        self.attempt = attempt
        self.begun = time()
        self.seconds = 0.0
        self.sent = len(request.packet)
        self.received = 0
        self.error: Optional[BinrpcError] = None
        self.outcome = ""

    def end(self, request: AnyCall, seconds: float, error: Optional[BinrpcError] = None) -> None:
        """Note how the attempt ended.

        :param error: what came instead of an outcome of the request.
        """
        self.seconds = seconds
        self.received = request.received
        outcome = outcome_of(request) if error is None else error
        self.error = outcome if isinstance(outcome, BinrpcError) else None
        if self.error is not None:
            self.outcome = type(self.error).__name__
        else:
            self.outcome = "cancelled" if outcome is None else "ok"

    def __repr__(self) -> str:
        return "<CallRecord %s %s, attempt %d: %s in %.6f s>" % (
            self.address,
            self.method,
            self.attempt,
            self.outcome or "under way",
            self.seconds,
        )


if TYPE_CHECKING:
    OnCall = Callable[[CallRecord], None]


class Observer:
    """The ``on_call`` of a client, whose exceptions change nothing."""

    __slots__ = ("_ended", "_started")

    def __init__(self, on_call: Any) -> None:
        self._started = guarded(getattr(on_call, "started", None), "on_call.started")
        self._ended = guarded(on_call, "on_call")

    def start(
        self, address: Address, request: AnyCall, attempt: int, alone: bool = True
    ) -> CallRecord:
        """Tell that an attempt begins."""
        record = CallRecord(address, request, attempt, alone)
        if self._started is not None:
            self._started(record)
        return record

    def end(self, record: CallRecord) -> None:
        """Tell that it has ended."""
        if self._ended is not None:
            self._ended(record)
