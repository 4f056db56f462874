# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Retries by tenacity, with the decisions of :mod:`kamailio_binrpc.core.retry`.

>>> import tenacity
>>> from kamailio_binrpc import Client, RetryPolicy
>>> policy = RetryPolicy(tenacity={"stop": tenacity.stop_after_delay(60)})
>>> client = Client("udp:192.0.2.1", retry=policy)

tenacity is imported at the first error that may be retried, so that calls which succeed do not
pay for it.
"""

from __future__ import annotations

from time import monotonic, sleep
from typing import TYPE_CHECKING, Any, TypeVar

from .core import retry
from .core.errors import BinrpcError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from .core.retry import OnRetry, Random

T = TypeVar("T")


class RetryPolicy(retry.RetryPolicy):
    """How many retries there are, and how long to wait before each.

    :param retries: attempts after the first one; 0 never retries.
    :param wait: seconds before the first retry; doubled each time, with full jitter.
    :param max_wait: upper limit of that.
    :param busy_wait: seconds to wait when the server itself asked for patience (a reload
        under way, a command executed too fast).
    :param deadline: seconds after the first failure; a wait that would reach them is not begun.
        None for no such limit.
    :param tenacity: arguments of ``tenacity.Retrying``, which count instead of the numbers above:
        ``stop`` instead of retries and deadline, ``wait`` instead of the waits; also callbacks
        such as ``before``, ``after``, ``before_sleep`` and ``retry_error_callback``. A ``retry``
        can only exclude errors: what is not safe to repeat is never repeated.
    """

    __slots__ = ("tenacity",)

    def __init__(
        self,
        retries: int = 2,
        wait: float = 0.1,
        max_wait: float = 2.0,
        busy_wait: float = 1.0,
        deadline: float | None = None,
        *,
        tenacity: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(retries, wait, max_wait, busy_wait, deadline)
        self.tenacity = dict(tenacity or {})

    def run(
        self,
        attempt: Callable[[], T],
        repeatable: bool,
        on_retry: OnRetry | None = None,
        *,
        clock: Callable[[], float] = monotonic,
        pause: Callable[[float], object] = sleep,
        random: Random | None = None,
        left: Callable[[], float] | None = None,
    ) -> T:
        """Do as :func:`~kamailio_binrpc.with_retries`, by clock, pause and random numbers.

        :param left: returns the seconds in which all must be over.
        """
        first: list[BinrpcError] = []
        doubt = retry.Doubt()
        if not self.tenacity:
            try:
                return attempt()
            except BinrpcError as error:
                doubt.add(error)
                if not self.retries or not retry.may_retry(error, repeatable):
                    raise
                first.append(error)

        def again() -> T:
            # tenacity counts the attempt that was made without it.
            if first:
                raise first.pop()
            try:
                return attempt()
            except BinrpcError as error:
                doubt.add(error)
                raise

        import tenacity

        options = {"sleep": pause, **self._options(repeatable, on_retry, clock, random, left)}
        return tenacity.Retrying(**options)(again)

    async def run_async(
        self,
        attempt: Callable[[], Awaitable[T]],
        repeatable: bool,
        on_retry: OnRetry | None = None,
        *,
        clock: Callable[[], float] = monotonic,
        pause: Callable[[float], Awaitable[object]] | None = None,
        random: Random | None = None,
        left: Callable[[], float] | None = None,
    ) -> T:
        """Do as :meth:`run` for a function that is awaited."""
        first: list[BinrpcError] = []
        doubt = retry.Doubt()
        if not self.tenacity:
            try:
                return await attempt()
            except BinrpcError as error:
                doubt.add(error)
                if not self.retries or not retry.may_retry(error, repeatable):
                    raise
                first.append(error)

        async def again() -> T:
            if first:
                raise first.pop()
            try:
                return await attempt()
            except BinrpcError as error:
                doubt.add(error)
                raise

        import tenacity

        options = self._options(repeatable, on_retry, clock, random, left)
        if pause is not None:
            options.setdefault("sleep", pause)
        return await tenacity.AsyncRetrying(**options)(again)

    def _options(
        self,
        repeatable: bool,
        on_retry: OnRetry | None,
        clock: Callable[[], float],
        random: Random | None,
        left: Callable[[], float] | None,
    ) -> dict[str, Any]:
        given = dict(self.tenacity)
        further_stop = given.pop("stop", None)
        further_retry = given.pop("retry", None)
        further_callback = given.pop("before_sleep", None)
        since: list[float] = []

        def again(state: Any) -> Any:
            error = state.outcome.exception()
            if error is None or not retry.may_retry(error, repeatable):
                return False
            return further_retry is None or further_retry(state)

        def wait(state: Any) -> float:
            error = state.outcome.exception()
            return retry.wait_after(self, state.attempt_number, error, random)

        def stop(state: Any) -> bool:
            if left is not None and state.upcoming_sleep >= left():
                return True
            if further_stop is not None:
                return bool(further_stop(state))
            now = clock()
            since.append(now)
            elapsed = now - since[0]
            return retry.gives_up(self, state.attempt_number, elapsed, state.upcoming_sleep)

        def before_sleep(state: Any) -> Any:
            if on_retry is not None:
                on_retry(state.outcome.exception(), state.attempt_number)
            if further_callback is not None:
                return further_callback(state)
            return None

        return {
            "retry": again,
            "wait": wait,
            "stop": stop,
            "before_sleep": before_sleep,
            "reraise": True,
            **given,
        }
