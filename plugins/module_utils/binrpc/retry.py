# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""When a failed call may be repeated, and the repeating.

The server does not recognise a repeated request, so a write that may have reached it is
never sent again unless the caller says that it may (``repeatable``).

A policy decides with functions of its numbers alone: :func:`may_retry`, :func:`wait_after` and
:func:`gives_up`. Here a loop follows them, so that retries work where only Python is; the policy
of the SDK lets tenacity follow the same ones.
"""

from __future__ import annotations

from time import monotonic, sleep

from .errors import BinrpcError, DecodeError, NotBinrpcError, ProtocolError, TransportError
from .faults import Busy, TooFast

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Awaitable, Callable, Optional, Sequence, TypeVar

    T = TypeVar("T")
    OnRetry = Callable[[BaseException, int], None]
    Random = Callable[[], float]


class RetryPolicy:
    """How many retries there are, and how long to wait before each.

    :param retries: attempts after the first one; 0 never retries.
    :param wait: seconds before the first retry; doubled each time, with full jitter.
    :param max_wait: upper limit of that.
    :param busy_wait: seconds to wait when the server itself asked for patience (a reload
        under way, a command executed too fast).
    :param deadline: seconds after the first failure; a wait that would reach them is not begun.
        None for no such limit.
    """

    __slots__ = ("busy_wait", "deadline", "max_wait", "retries", "wait")

    def __init__(
        self,
        retries: int = 2,
        wait: float = 0.1,
        max_wait: float = 2.0,
        busy_wait: float = 1.0,
        deadline: Optional[float] = None,
    ) -> None:
        if retries < 0:
            raise ValueError("retries is 0 or more, not %r" % retries)
        self.retries = retries
        self.wait = wait
        self.max_wait = max_wait
        self.busy_wait = busy_wait
        self.deadline = deadline

    def run(
        self,
        attempt: Callable[[], T],
        repeatable: bool,
        on_retry: Optional[OnRetry] = None,
        *,
        clock: Callable[[], float] = monotonic,
        pause: Callable[[float], object] = sleep,
        random: Optional[Random] = None,
        left: Optional[Callable[[], float]] = None,
    ) -> T:
        """Do as :func:`with_retries`, by a clock, a pause and random numbers of the caller.

        :param left: returns the seconds in which all must be over.
        """
        attempts = _Attempts(self, repeatable, on_retry, clock, random, left)
        while True:
            try:
                return attempt()
            except BinrpcError as error:
                seconds = attempts.failed(error)
                if seconds is None:
                    raise
            pause(seconds)

    async def run_async(
        self,
        attempt: Callable[[], Awaitable[T]],
        repeatable: bool,
        on_retry: Optional[OnRetry] = None,
        *,
        clock: Callable[[], float] = monotonic,
        pause: Optional[Callable[[float], Awaitable[object]]] = None,
        random: Optional[Random] = None,
        left: Optional[Callable[[], float]] = None,
    ) -> T:
        """Do as :meth:`run` for a function that is awaited."""
        attempts = _Attempts(self, repeatable, on_retry, clock, random, left)
        while True:
            try:
                return await attempt()
            except BinrpcError as error:
                seconds = attempts.failed(error)
                if seconds is None:
                    raise
            if pause is None:
                import asyncio

                pause = asyncio.sleep
            await pause(seconds)


class _Attempts:
    """The attempts of one call, as far as they have failed."""

    def __init__(
        self,
        policy: RetryPolicy,
        repeatable: bool,
        on_retry: Optional[OnRetry],
        clock: Callable[[], float],
        random: Optional[Random],
        left: Optional[Callable[[], float]],
    ) -> None:
        self._policy = policy
        self._repeatable = repeatable
        self._on_retry = on_retry
        self._clock = clock
        self._random = random
        self._left = left
        self._doubt = Doubt()
        self._made = 0
        self._since: Optional[float] = None

    def failed(self, error: BinrpcError) -> Optional[float]:
        """Count a failed attempt; return the seconds before the next, None to give up."""
        self._made += 1
        self._doubt.add(error)
        if not may_retry(error, self._repeatable):
            return None
        now = self._clock()
        if self._since is None:
            self._since = now
        seconds = wait_after(self._policy, self._made, error, self._random)
        if gives_up(self._policy, self._made, now - self._since, seconds):
            return None
        if self._left is not None and seconds >= self._left():
            return None
        if self._on_retry is not None:
            self._on_retry(error, self._made)
        return seconds


class Doubt:
    """Whether an attempt before the last one may have run."""

    __slots__ = ("_any",)

    def __init__(self) -> None:
        self._any = False

    def add(self, error: BinrpcError) -> None:
        """Take the error of the next attempt, and correct what it says of the whole call."""
        if error.executed is False and self._any:
            error.executed = None
        elif error.executed is not False and not isinstance(error, (Busy, TooFast)):
            self._any = True


def wait_after(
    policy: RetryPolicy,
    attempts: int,
    error: BaseException,
    random: Optional[Random] = None,
) -> float:
    """Return the seconds to wait after a failed attempt.

    :param attempts: those made so far, 1 or more.
    :param random: returns a number from 0 to 1.

    >>> [wait_after(RetryPolicy(), made, OSError(), lambda: 1.0) for made in range(1, 8)]
    [0.1, 0.2, 0.4, 0.8, 1.6, 2.0, 2.0]
    """
    if isinstance(error, (Busy, TooFast)):
        return policy.busy_wait
    if random is None:
        import random as numbers

        random = numbers.random
    # 2.0**1024 is an OverflowError, and sixty doublings exceed any limit that makes sense.
    return random() * min(policy.max_wait, policy.wait * 2.0 ** min(attempts - 1, 60))


def gives_up(policy: RetryPolicy, attempts: int, elapsed: float, wait: float) -> bool:
    """Is the policy exhausted?

    :param attempts: those made so far.
    :param elapsed: seconds since the first failure.
    :param wait: seconds before the next attempt.
    """
    if attempts > policy.retries:
        return True
    return policy.deadline is not None and elapsed + wait >= policy.deadline


def is_repeatable(method: str, params: Sequence[object] = ()) -> bool:
    """Does the catalogue say that running this call twice does no more than running it once?

    So it is for what only reads, and for writes that set something to a value; False where
    nothing is known.
    """
    # Not a statement: Ansible would ship the table with every module, and none asks it.
    from importlib import import_module

    table = import_module(__name__.rpartition(".")[0] + ".catalogue.repeating")
    return bool(table.is_repeatable(method, params))


def may_retry(error: BaseException, repeatable: bool) -> bool:
    """Is it safe to repeat a call that failed with this error?

    :param repeatable: running the method twice does no more than running it once.
    """
    if isinstance(error, (Busy, TooFast)):
        return True
    if isinstance(error, TransportError):
        return error.executed is False or repeatable
    if isinstance(error, ProtocolError):
        # Neither a wrong port nor a reply that is too large gets better by asking again.
        return repeatable and not isinstance(error, (NotBinrpcError, DecodeError))
    return False


def with_retries(
    attempt: Callable[[], T],
    policy: RetryPolicy,
    repeatable: bool,
    on_retry: Optional[OnRetry] = None,
) -> T:
    """Run ``attempt`` until it succeeds, must not be repeated, or the policy is exhausted.

    :param on_retry: called before each wait with the error and the number of attempts made.
    :raises BinrpcError: the last attempt's error.
    """
    return policy.run(attempt, repeatable, on_retry)


async def with_retries_async(
    attempt: Callable[[], Awaitable[T]],
    policy: RetryPolicy,
    repeatable: bool,
    on_retry: Optional[OnRetry] = None,
) -> T:
    """Do as :func:`with_retries` for a function that is awaited."""
    return await policy.run_async(attempt, repeatable, on_retry)
