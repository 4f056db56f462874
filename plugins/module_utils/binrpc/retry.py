# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""When a failed call may be repeated, and the repeating.

The server does not recognise a repeated request, so a write that may have reached it is
never sent again unless the caller says that it may (``repeatable``).

The first attempt costs nothing extra: tenacity is imported at the first error that may be
retried, and only then has to be installed.
"""

from __future__ import annotations

from .errors import BinrpcError, DecodeError, NotBinrpcError, ProtocolError, TransportError
from .faults import Busy, TooFast

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Awaitable, Callable, Dict, Optional, Sequence, TypeVar

    T = TypeVar("T")
    OnRetry = Callable[[BaseException, int], None]


class MissingLibrary(BinrpcError):
    """A retry is due and tenacity is not installed.

    ``library`` names it, ``error`` is the failure that would have been retried.
    """

    def __init__(self, library: str, error: BinrpcError) -> None:
        super().__init__(
            "retrying needs the Python library %s, which is not installed here; the first "
            "attempt failed with: %s" % (library, error)
        )
        self.library = library
        self.error = error
        self.executed = error.executed


class RetryPolicy:
    """How often and how patiently to try again.

    :param retries: attempts after the first one; 0 never retries.
    :param wait: seconds before the first retry; doubled each time, with full jitter.
    :param max_wait: upper limit of that.
    :param busy_wait: seconds to wait when the server itself asked for patience (a reload
        under way, a command executed too fast).
    :param deadline: seconds after the first failure beyond which no wait may reach; None for
        no such limit.
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
    """May the call that failed so be made again without any risk of acting twice?

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
    :raises MissingLibrary: a retry is due and tenacity is missing.
    :raises BinrpcError: the last attempt's error.
    """
    try:
        return attempt()
    except BinrpcError as error:
        if policy.retries == 0 or not may_retry(error, repeatable):
            raise
        captured = error
    tenacity = _tenacity(captured)
    first = [captured]

    def again() -> T:
        # tenacity counts the attempt that was made without it.
        if first:
            raise first.pop()
        return attempt()

    result: T = tenacity.Retrying(**_settings(tenacity, policy, repeatable, on_retry))(again)
    return result


async def with_retries_async(
    attempt: Callable[[], Awaitable[T]],
    policy: RetryPolicy,
    repeatable: bool,
    on_retry: Optional[OnRetry] = None,
) -> T:
    """Do as :func:`with_retries` for a function that is awaited."""
    try:
        return await attempt()
    except BinrpcError as error:
        if policy.retries == 0 or not may_retry(error, repeatable):
            raise
        captured = error
    tenacity = _tenacity(captured)
    first = [captured]

    async def again() -> T:
        if first:
            raise first.pop()
        return await attempt()

    retrying = tenacity.AsyncRetrying(**_settings(tenacity, policy, repeatable, on_retry))
    result: T = await retrying(again)
    return result


def _tenacity(error: BinrpcError) -> Any:
    try:
        import tenacity
    except ImportError:
        raise MissingLibrary("tenacity", error) from error
    return tenacity


def _settings(
    tenacity: Any, policy: RetryPolicy, repeatable: bool, on_retry: Optional[OnRetry]
) -> Dict[str, Any]:
    backoff = tenacity.wait_random_exponential(multiplier=policy.wait, max=policy.max_wait)

    def wait(state: Any) -> float:
        error = state.outcome.exception()
        if isinstance(error, (Busy, TooFast)):
            return policy.busy_wait
        return float(backoff(state))

    def before_sleep(state: Any) -> None:
        if on_retry is not None:
            on_retry(state.outcome.exception(), state.attempt_number)

    stop = tenacity.stop_after_attempt(policy.retries + 1)
    if policy.deadline is not None:
        stop = stop | tenacity.stop_before_delay(policy.deadline)
    return {
        "retry": tenacity.retry_if_exception(lambda error: may_retry(error, repeatable)),
        "stop": stop,
        "wait": wait,
        "before_sleep": before_sleep,
        "reraise": True,
    }
