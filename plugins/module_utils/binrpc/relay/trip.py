# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""One run of a relay: requests there, outcomes back.

Bytes that have come are read by the same code as those of a socket, so errors and ``executed`` are
the same. In addition a relay can be cut off. What it did not report may have happened, so a request
counts as not sent only if a line says so, or if the relay had no order to send it.
"""

from __future__ import annotations

import errno

from .. import explain, wire
from ..connection import Connection
from ..errors import ConnectError, ConnectionLost
from ..exchange import Exchange
from .orders import Report, asking, new_tag, opening

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Optional, Sequence

    from ..address import Address
    from ..connection import Request
    from .orders import Answer

CUT = "the relay on the host ended before it had told the answer"


class Trip:
    """The input of a relay for some requests, and their outcomes from its output.

    :param requests: sent one after another over one connection; after one without a whole answer
        the rest is not sent. None at all finds an interpreter.
    :param seconds: for the connect and the first request, and for each further one.
    """

    def __init__(
        self,
        address: Address,
        requests: Sequence[Request],
        seconds: float,
        max_reply: int = wire.MAX_BODY,
        unsigned: Optional[bool] = None,
    ) -> None:
        self._address = address
        self._requests = list(requests)
        self._seconds = seconds
        self._max_reply = max_reply
        self._unsigned = unsigned
        self._tag = new_tag()

    @property
    def text(self) -> str:
        """The input."""
        lines = [self._tag]
        if self._requests:
            lines.append(opening(self._address, self._seconds))
        for request in self._requests:
            # Only what can be asked for again is given up before its time.
            still = {} if request.reads else {"standstill": self._seconds}
            lines.append(asking(request.packet, self._seconds, max_reply=self._max_reply, **still))
        return "\n".join(lines) + "\n"

    def settle(self, output: str, cut: str = CUT) -> Report:
        """Give each request an outcome.

        :param output: of the relay, as far as it came.
        :param cut: why it may have been cut off, for the error's text.
        """
        report = Report(self._tag, len(self._requests))
        report.feed(output)
        sending = True
        for request, answer in zip(self._requests, report.answers):
            if answer.opened is False and not answer.sent:
                request.outcome = self._not_connected(answer.problem)
                continue
            if answer.skipped or not sending:
                request.outcome = ConnectionLost(
                    "%s: not sent, since the call before it got no answer" % request.method
                )
                continue
            self._settle(request, answer, cut)
            # A relay that reported the end of one packet without a whole answer sends no other.
            sending = answer.end in ("", "whole", "eof")
        return report

    def _settle(self, request: Request, answer: Answer, cut: str) -> None:
        connection = Connection(self._address.is_datagram, self._max_reply, self._unsigned)
        exchange = Exchange(self._address, connection, 1)
        request.limit = self._seconds
        exchange.add(request)
        size = len(exchange.outgoing)
        exchange.sent(size if answer.sent is None else min(answer.sent, size))
        for data in answer.reads:
            exchange.received(data)
        if exchange.idle:
            return
        if answer.end == "eof":
            exchange.ended()
        elif answer.end in ("late", "still", "whole"):
            exchange.timed_out(self._seconds)
        elif answer.end:
            error = OSError(number_of(answer.end), answer.end)
            if exchange.never_left(error):
                request.outcome = self._not_connected(answer.end)
            else:
                exchange.failed(error)
        else:
            exchange.failed(OSError(cut))

    def _not_connected(self, problem: str) -> ConnectError:
        if problem == "late":
            return explain.connect_timeout(self._address, self._seconds)
        if problem == "resolve":
            return explain.resolve_error(self._address, "the name is unknown on the host")
        return explain.connect_error(self._address, number_of(problem), elsewhere=True)


def number_of(name: str) -> int:
    """Return the number of this system for the name of an errno."""
    return int(getattr(errno, name, errno.EIO)) if name.startswith("E") else errno.EIO
