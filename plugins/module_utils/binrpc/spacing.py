# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""How clients with ``paced=True`` make calls that rebuild what SIP workers read: see :mod:`pacing`.

No module of Ansible has such a client, so no host gets this file.
"""

from __future__ import annotations

import errno

from .catalogue.rebuilding import is_rebuilding
from .errors import BinrpcError, CallTimeout
from .pacing import SPACING, Taking, in_turn

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Awaitable, Callable, Iterator, List, Optional, TypeVar

    from .address import Address
    from .connection import Request
    from .deadline import Clock

    T = TypeVar("T")


def spaced(
    address: Address,
    method: str,
    run: Callable[[], T],
    clock: Clock,
    latest: Optional[float],
    sleep: Callable[[float], object],
    request: Optional[Request] = None,
) -> T:
    """Run something that makes a call when it is the call's turn.

    :param latest: the moment at which the call ends; None for none.
    :param request: has the outcome, where errors are not raised by ``run``.
    :raises CallTimeout: the turn comes too late; nothing was sent.
    :raises BinrpcError: the call ended with it.
    """

    def make() -> T:
        result = run()
        _raise_outcome(request)
        return result

    return in_turn(address, make, lambda wait: sleep(_in_time(wait, method, clock, latest)))


async def spaced_async(
    address: Address,
    method: str,
    run: Callable[[], Awaitable[T]],
    clock: Clock,
    latest: Optional[float],
    request: Optional[Request] = None,
) -> T:
    """Do as :func:`spaced` in an event loop, whose clock it is."""

    async def make() -> T:
        result = await run()
        _raise_outcome(request)
        return result

    from asyncio import sleep

    async def pause(seconds: float) -> None:
        await sleep(_in_time(seconds, method, clock, latest))

    return await in_turn_async(address, make, pause)


def _raise_outcome(request: Optional[Request]) -> None:
    # In the turn, since a refused call is none that the next one has to wait for.
    if request is not None and isinstance(request.outcome, BinrpcError):
        raise request.outcome


def _in_time(seconds: float, method: str, clock: Clock, latest: Optional[float]) -> float:
    if latest is not None and clock() + seconds > latest:
        raise CallTimeout(
            "%s: the time ended before its turn came; it has not run. Calls that rebuild what SIP "
            "workers read are %g s apart; allow a longer total_timeout or deadline"
            % (method, SPACING),
            errno.ETIMEDOUT,
            False,
        )
    return seconds


async def in_turn_async(
    address: object,
    call: Callable[[], Awaitable[T]],
    pause: Optional[Callable[[float], Awaitable[object]]] = None,
) -> T:
    """Do as :func:`in_turn` in an event loop.

    :param call: makes the call.
    :param pause: sleeps for some seconds; asyncio's by default.
    """
    if pause is None:
        from asyncio import sleep

        pause = sleep
    with Taking(address) as taking:
        for seconds in taking.waits():
            await pause(seconds)
        taking.begin()
        return await call()


def split(requests: List[Request]) -> Iterator[List[Request]]:
    """Yield requests in order, those that rebuild data alone and the others together."""
    together: List[Request] = []
    for request in requests:
        if is_rebuilding(request.method):
            if together:
                yield together
            yield [request]
            together = []
        else:
            together.append(request)
    if together:
        yield together
