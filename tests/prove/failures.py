# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""An endpoint at which calls fail in every way that a network, a server and its users know."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from kamailio_binrpc import Client
from kamailio_binrpc.core.errors import BinrpcError, CallTimeout, ConnectError, ConnectionLost
from kamailio_binrpc.core.faults import make_fault
from kamailio_binrpc.core.reply import Reply

FAILURES = (
    "fault",
    "busy",
    "ignored",
    "lost before",
    "lost after",
    "refused connection",
    "closed after",
    "too large",
    "writer before",
    "writer after",
)
"""Every way in which a call may fail:

``fault`` and ``busy`` are faults, and nothing is done; ``ignored`` is a success, and nothing is
done; ``lost`` ends with a timeout, before or after the server acted; ``refused connection`` fails
before anything is sent, ``closed after`` when the server has acted; ``too large`` is the fault that
comes in place of a reply that does not fit, after the server acted; another ``writer`` acts right
before or after the call.
"""


class Trouble:
    """An endpoint as :func:`drive` calls it, whose n-th call fails.

    The clock moves with pauses alone.

    :param plan: failure by number of the call, from 0.
    :param writer: what the other writer does.
    :param pause: gets the seconds of each pause.
    :ivar reads: methods that were asked, in order; ``writes`` those that change something.
    """

    replies: ClassVar[dict[str, Reply]] = {}
    """A reply of each method that was a success once, to pretend others."""

    def __init__(
        self,
        client: Client,
        plan: Mapping[int, str],
        writer: Callable[[], None],
        pause: Callable[[float], None],
    ) -> None:
        self._client = client
        self._plan = dict(plan)
        self._writer = writer
        self._pause = pause
        self._number = -1
        self._time = 0.0
        self.reads: list[tuple[str, tuple[Any, ...]]] = []
        self.writes: list[str] = []

    @property
    def calls(self) -> int:
        """How many calls were made."""
        return self._number + 1

    def call(self, method: str, *params: Any, read_only: bool = True) -> Reply:
        if read_only:
            self.reads.append((method, params))
        else:
            self.writes.append(method)
        return self._make(method, params, reads=read_only)

    def once(self, method: str, *params: Any) -> Reply:
        self.writes.append(method)
        return self._make(method, params, reads=False)

    def clock(self) -> float:
        return self._time

    def pause(self, seconds: float) -> None:
        self._time += seconds
        self._pause(seconds)

    def _make(self, method: str, params: tuple[Any, ...], *, reads: bool) -> Reply:
        self._number += 1
        # A pause of its own for each call, so that no loop can go on forever.
        self.pause(0.01)
        failure = self._plan.get(self._number, "")
        if failure == "fault":
            raise make_fault(500, "Internal error of the test", method)
        if failure == "busy":
            raise make_fault(500, "Ongoing reload", method)
        if failure == "lost before":
            raise _error(CallTimeout("the call timed out"), None)
        if failure == "refused connection":
            raise _error(ConnectError("the connection was refused"), False)
        if failure == "ignored" and not reads and method in self.replies:
            return self.replies[method]
        if failure == "writer before":
            self._writer()
        reply = self._client.call(method, *params)
        if not reads:
            self.replies.setdefault(method, reply)
        if failure == "writer after":
            self._writer()
        if failure == "lost after":
            raise _error(CallTimeout("the call timed out"), None)
        if failure == "closed after":
            raise _error(ConnectionLost("the server closed the connection"), None)
        if failure == "too large":
            raise make_fault(500, "Internal server error: buffer too small (overflow)", method)
        return reply


def _error(error: BinrpcError, executed: bool | None) -> BinrpcError:
    error.executed = executed
    return error
