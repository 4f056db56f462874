# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""A blocking client whose calls go through a relay, each in a trip of its own."""

from __future__ import annotations

from time import monotonic, sleep

from .. import wire
from ..address import parse_address
from ..connection import Request, unwrap
from ..conversation import Patience
from ..deadline import Deadline
from ..errors import ConnectError
from ..turns import TRIES
from .programs import INTERPRETERS, able, command, search
from .trip import CUT, Trip

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Iterable, List, Optional, Sequence, Tuple

    from ..address import AnyAddress
    from ..reply import Reply

    Call = Tuple[str, Tuple[Any, ...]]
    Run = Callable[[str, str, bool], Tuple[str, str]]

SOON = 16
"""Requests that share a trip at most."""


class NoRelay(ConnectError):
    """The host has no interpreter that can reach the address; nothing was sent."""


class TooMany(ConnectError):
    """The calls to come are too many for a trip each; none of them was sent."""


class RelayClient:
    """Calls RPCs of one ctl endpoint through a relay on the endpoint's host.

    :param address: of the endpoint, as the host sees it.
    :param run: gets a shell command, its input and whether that may change something. It has the
        host run it, and returns what it printed and, if that may have been cut off, why. What may
        change something must not be run again.
    :param interpreter: the one that was found on the host before; "" to look for one.
    :param most: calls that may follow one after another, where there is another way to make them.
    :ivar interpreter: the one that was found.
    :ivar missing: it was found that the host has none.
    :ivar declined: there were too many calls.
    :raises AddressError: the address is not one that a client can use.
    """

    # Tests replace both, so that time passes without waiting.
    _clock = staticmethod(monotonic)
    _sleep = staticmethod(sleep)

    def __init__(
        self,
        address: AnyAddress,
        run: Run,
        timeout: float = 5.0,
        *,
        connect_wait: float = 0.0,
        interpreter: str = "",
        most: Optional[int] = None,
        max_reply: int = wire.MAX_BODY,
    ) -> None:
        self.address = parse_address(address)
        self.timeout = timeout
        self.connect_wait = connect_wait
        self.interpreter = interpreter
        self._run = run
        self._max_reply = max_reply
        self.missing = False
        self.declined = False
        self._most = most
        self._many = False
        self._soon: List[Call] = []
        self._kept: List[Request] = []

    def close(self) -> None:
        """Forget answers that have not been asked for; a trip leaves nothing open."""
        self.forget()

    def soon(self, calls: Iterable[Call] = (), count: Optional[int] = None) -> None:
        """Take note of what follows, as of a :class:`..desired.drive.Soon`.

        :param calls: the next trip makes them as well. Their answers are for the calls right after
            it. They are not sent if the first one gets no whole answer.
        :param count: calls that follow one after another. If they are too many, the next one raises
            :exc:`TooMany`.
        """
        self._soon = list(calls)[: SOON - 1]
        if count is not None and self._most is not None:
            self._many = count > self._most

    def forget(self) -> None:
        """Drop answers that have not been asked for, since they get old."""
        self._kept = []

    def found(self) -> None:
        """Take note of a new value of ``interpreter`` or ``missing``; for subclasses."""

    def call(
        self,
        method: str,
        *params: Any,
        timeout: Optional[float] = None,
        repeatable: Optional[bool] = None,
    ) -> Reply:
        """Call one method and return the values of its reply, as :meth:`client.Client.call`.

        The way to the host and back does not count as time of the call.

        :raises NoRelay: the host has no interpreter for it; nothing was sent.
        """
        request = self._answered(method, params) if repeatable else None
        if request is None:
            soon, self._soon = self._soon, []
            self._kept = []
            seconds = self.timeout if timeout is None else timeout
            request = Request(method, params, reads=repeatable or None)
            further = [Request(*each, reads=True) for each in soon]
            self._make(request, further, seconds)
            self._kept = [each for each in further if _is_usable(each)]
        try:
            return unwrap(request)
        finally:
            del request

    def _answered(self, method: str, params: Sequence[Any]) -> Optional[Request]:
        if not self._kept:
            return None
        first = self._kept.pop(0)
        if (first.method, tuple(first.params)) == (method, tuple(params)):
            return first
        self._kept = []
        return None

    def _make(self, request: Request, further: List[Request], seconds: float) -> None:
        if not self.interpreter and (self._many or not request.reads):
            # A change is sent only to where a relay has answered.
            cut = self._travel([], seconds)
            if cut:
                raise ConnectError("no relay answers for %s: %s" % (self.address, cut))
        if self._many:
            # Only Python can take over.
            self.declined = "python" in self.interpreter
        deadline = Deadline(seconds, self._clock)
        patience = Patience(self.connect_wait, deadline)
        tries = TRIES
        while True:
            self._travel([request, *further], max(deadline.remaining(), 0.001))
            problem = request.outcome
            if isinstance(problem, ConnectError):
                moment = patience.next_attempt(problem)
                self._sleep(max(0.0, moment - self._clock()))
                deadline.renew()
            elif request.was_cut and request.reads and tries and not deadline.expired():
                tries -= 1
            else:
                return

    def _travel(self, requests: List[Request], seconds: float) -> str:
        """Send requests, and return why their answers may be cut off."""
        if self.declined:
            raise TooMany("%s: too many calls for a relay" % self.address)
        names = able(
            self.address.protocol, [self.interpreter] if self.interpreter else INTERPRETERS
        )
        if self.missing or not names:
            raise self._no_relay()
        trip = Trip(self.address, requests, seconds, self._max_reply)
        known = self.interpreter
        changes = not all(each.reads for each in requests)
        order = command(names[0]) if known else search(names)
        output, cut = self._run(order, trip.text, changes)
        report = trip.settle(output, cut or CUT)
        if not cut and (not report.interpreter or report.interpreter != known):
            self.interpreter = report.interpreter
            self.missing = not known and not report.interpreter
            self.found()
            if self.missing:
                raise self._no_relay()
        return cut

    def _no_relay(self) -> NoRelay:
        return NoRelay(
            "the host has none of these programs, with which a relay could reach %s: %s"
            % (self.address, ", ".join(able(self.address.protocol)))
        )


def _is_usable(request: Request) -> bool:
    from ..faults import Fault
    from ..reply import Reply

    return isinstance(request.outcome, (Fault, Reply))
