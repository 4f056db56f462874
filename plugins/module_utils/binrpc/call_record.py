# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""What a client tells about a finished call, for logs, metrics and traces."""

from __future__ import annotations

from .errors import BinrpcError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Callable, Optional

    from .address import Address
    from .connection import Request

    OnCall = Callable[["CallRecord"], None]


class CallRecord:
    """One attempt of one call, successful or not.

    :ivar address: the endpoint.
    :ivar method: the method's name.
    :ivar seconds: from the start of the attempt to its outcome, connecting included.
    :ivar sent: bytes of the request.
    :ivar received: bytes of the reply or fault; 0 if none came.
    :ivar error: None, a Fault, or what kept the answer away.
    :ivar outcome: ``ok``, the error's class name (``NotFound``, ``CallTimeout``, ...), or
        ``cancelled`` where the caller went away.
    """

    __slots__ = ("address", "error", "method", "outcome", "received", "seconds", "sent")

    def __init__(
        self, address: Address, request: Request, seconds: float, error: Optional[BinrpcError]
    ) -> None:
        self.address = address
        self.method = request.method
        self.seconds = seconds
        self.sent = len(request.packet)
        self.received = request.received
        if error is None and isinstance(request.outcome, BinrpcError):
            error = request.outcome
        self.error = error
        self.outcome = "ok"
        if error is not None:
            self.outcome = type(error).__name__
        elif request.outcome is None:
            self.outcome = "cancelled"

    def __repr__(self) -> str:
        return "<CallRecord %s %s: %s in %.6f s>" % (
            self.address,
            self.method,
            self.outcome,
            self.seconds,
        )
