# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""One call on many endpoints at once, from blocking code.

>>> report = Fleet({"edge1": "udp:10.0.0.1", "edge2": "udp:10.0.0.2"}).call(
...     "core.uptime")  # doctest: +SKIP
>>> report.replies["edge1"], report.causes()  # doctest: +SKIP

:mod:`async_fleet` has the same for asyncio.
"""

from __future__ import annotations

from time import monotonic

from . import fan_out, wire
from .address import parse_address
from .batches import Batches, DeadlinePassed
from .client import Client
from .errors import BinrpcError, CallTimeout
from .hooks import guarded
from .options import Options, loaded, times_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import (
        Any,
        Callable,
        Dict,
        Iterable,
        Iterator,
        List,
        Mapping,
        Optional,
        Sequence,
        Type,
        TypeVar,
        Union,
    )

    from .address import Address, AnyAddress
    from .batches import Limit, Serial
    from .call_record import OnCall
    from .deadline import Deadline
    from .reply import Reply
    from .retry import OnRetry, RetryPolicy

    E = TypeVar("E", bound="Endpoints")
    Work = Callable[[Client], Any]
    OnResult = Callable[["Result"], None]


PROCESSES = 32
"""Endpoints under way at once where some are reached through ssh or a command."""


class Skipped(BinrpcError):
    """The endpoint was not called, since too many before it had failed."""


class Result:
    """The result of one endpoint.

    :ivar name: its name in the fleet.
    :ivar value: what the call or the function returned; None if it failed.
    :ivar error: the BinrpcError that ended it, or None.
    :ivar seconds: from its start to its end.
    """

    __slots__ = ("error", "name", "seconds", "value")

    def __init__(self, name: str, value: Any, error: Optional[BinrpcError], seconds: float) -> None:
        self.name = name
        self.value = value
        self.error = error
        self.seconds = seconds

    @property
    def ok(self) -> bool:
        """Did it succeed?"""
        return self.error is None

    def __repr__(self) -> str:
        return "<Result %s: %r>" % (self.name, self.value if self.ok else self.error)


class Report:
    """The results of a whole fleet, in the order in which its endpoints were given."""

    def __init__(self, results: Iterable[Result], seconds: float) -> None:
        self.results = {result.name: result for result in results}
        self.seconds = seconds

    @property
    def ok(self) -> bool:
        """Did all succeed?"""
        return not self.errors

    @property
    def replies(self) -> Dict[str, Any]:
        """Name -> value of those that succeeded."""
        return {name: result.value for name, result in self.results.items() if result.ok}

    @property
    def errors(self) -> Dict[str, BinrpcError]:
        """Name -> error of those that failed."""
        return {
            name: result.error for name, result in self.results.items() if result.error is not None
        }

    def causes(self) -> Dict[str, List[str]]:
        """Names of the failed, grouped by the cause; the most frequent cause first."""
        groups: Dict[str, List[str]] = {}
        for name, error in self.errors.items():
            groups.setdefault(_cause(error), []).append(name)
        return dict(sorted(groups.items(), key=lambda item: -len(item[1])))


def _cause(error: BinrpcError) -> str:
    """Name an error without what differs from endpoint to endpoint."""
    code = getattr(error, "code", None)
    kind = type(error).__name__
    if code is not None and hasattr(error, "text"):
        return "%s: %s %s" % (kind, code, error.text.strip())
    cause = getattr(error, "errno", None)
    if cause:
        import os

        return "%s: %s" % (kind, os.strerror(cause))
    # Of a process it is the end of what it said: what is before names hosts and users.
    problem = getattr(error, "problem", "").rpartition(": ")[2]
    return "%s: %s" % (kind, problem) if problem else kind


class Endpoints:
    """Shared base of blocking and asyncio fleets: endpoints, and how to call them.

    The parameters that a :class:`client.Client` has mean the same here.

    :param endpoints: name -> address, or addresses, which are then their own names.
    :param timeout: seconds for one attempt of a call. None for no limit (of less than a year).
    :param total_timeout: seconds for each endpoint's whole call with its retries; None for no such
        limit. The ``deadline`` of a run limits all endpoints together.
    :param connect_wait: seconds after the start of an attempt during which to go on trying while
        no server listens.
    :param limit: endpoints under way at once; each takes one descriptor meanwhile. At most 32 if
        some are reached through ssh or a command.
    :param rate: endpoints started per second at most; None for no such limit.
    :param reply_socket: unix datagram only: folder or ``"@"``; see :mod:`reply_socket`.
    :param max_reply: bytes allowed in one reply's body.
    :param unsigned: give int records as 0..2**32-1 (True) or -2**31..2**31-1 (False); None, the
        default, goes by what is known of the method: counters are never negative.
    :param on_call: gets a :class:`call_record.CallRecord` for each attempt of a call, see there.
        What it raises is logged and changes nothing.
    :param retry: how each call tries again where that is safe, see :mod:`retry`; None never.
    :param on_retry: gets the error and the number of attempts made, before each wait.
    :param paced: space calls that rebuild what SIP workers read, see :mod:`pacing`; the wait counts
        for ``total_timeout`` only.
    :raises AddressError: an address is not one a client can use.
    :raises ValueError: a number is out of range.

    On Linux, one call everywhere without rate, retry and spacing is the fast case: see
    :mod:`fan_out`.
    Everything else runs a client for each endpoint.
    """

    def __init__(
        self,
        endpoints: Union[Mapping[str, AnyAddress], Iterable[AnyAddress]],
        timeout: Optional[float] = 5.0,
        *,
        total_timeout: Optional[float] = None,
        connect_wait: float = 0.0,
        limit: int = 500,
        rate: Optional[float] = None,
        reply_socket: Optional[str] = None,
        max_reply: int = wire.MAX_BODY,
        unsigned: Optional[bool] = None,
        on_call: Optional[OnCall] = None,
        retry: Optional[RetryPolicy] = None,
        on_retry: Optional[OnRetry] = None,
        paced: bool = False,
    ) -> None:
        if not hasattr(endpoints, "items"):
            endpoints = {str(address): address for address in endpoints}
        # Parsed here so that a bad address or time is known before anything is called.
        self._addresses = {name: parse_address(each) for name, each in endpoints.items()}
        self._options: Dict[str, Any] = {
            "timeout": timeout,
            "total_timeout": total_timeout,
            "connect_wait": connect_wait,
            "max_reply": max_reply,
            "unsigned": unsigned,
            "on_call": on_call,
            "retry": retry,
            "on_retry": on_retry,
            "paced": paced,
        }
        self._checked = Options(**self._options)
        self._options["reply_socket"] = reply_socket
        if limit < 1 or (rate is not None and not rate > 0):
            raise ValueError("limit must be at least 1, and rate more than 0")
        # Each takes a process as well, and ssh some work to begin with.
        some = any(address.is_process for address in self._addresses.values())
        self._limit = min(limit, PROCESSES) if some else limit
        self._pause = 1 / rate if rate else 0.0
        # FanOut has none of them.
        self._is_simple = not self._pause and retry is None and reply_socket is None

    @classmethod
    def from_config(cls: Type[E], *names: str, path: Optional[str] = None, **options: Any) -> E:
        """Make a fleet of endpoints and groups of the configuration file.

        :param names: of endpoints and groups; none for all endpoints of the file.
        :param path: the file; None for the one that :func:`config.load_config` finds.
        :param options: of the fleet; those that the file sets count where they are not given.
        :raises ConfigError: there is no such name, or the file cannot be read.
        """
        config = loaded(path)
        chosen = config.select(names or config.endpoints)
        return cls(chosen, **{**times_of(config), **options})

    def __repr__(self) -> str:
        return "<%s of %d endpoints>" % (type(self).__name__, len(self._addresses))

    @property
    def names(self) -> List[str]:
        """The endpoints' names in order."""
        return list(self._addresses)

    def _fan_out(
        self,
        method: str,
        params: Sequence[Any],
        names: Iterable[str],
        limit: Limit,
        repeatable: Optional[bool],
    ) -> Optional[fan_out.FanOut]:
        """Return the fast way to make a call, None if it must go the other way."""
        if not (self._is_simple and fan_out.AVAILABLE) or self._checked.spacing_of(method):
            return None
        endpoints = [(name, self._addresses[name]) for name in names]
        options = self._checked
        return fan_out.FanOut(
            endpoints,
            method,
            params,
            options.timeout,
            options.connect_wait,
            self._limit,
            limit.deadline,
            options.observer,
            options.max_reply,
            options.unsigned,
            options.total_timeout,
            repeatable,
        )


class Fleet(Endpoints):
    __doc__ = Endpoints.__doc__

    def call(
        self,
        method: str,
        *params: Any,
        repeatable: Optional[bool] = None,
        deadline: Optional[float] = None,
        serial: Serial = None,
        max_fail_percentage: Optional[float] = None,
        on_result: Optional[OnResult] = None,
    ) -> Report:
        """Call one method everywhere; see :meth:`run` for the options.

        :param repeatable: running it twice does no more than once, so that it may be retried
            after a loss; the catalogue decides unless given.
        """
        progress = Progress(self.names, deadline, serial, max_fail_percentage, on_result)
        for batch in progress:
            fan = self._fan_out(method, params, batch, progress.limit, repeatable)
            if fan is None:

                def work(client: Client) -> Reply:
                    return client.call(method, *params, repeatable=repeatable)

                self._run(work, batch, progress)
                continue
            try:
                for talk in fan:
                    progress.add(result_of(talk))
            finally:
                fan.close()
        return progress.report()

    def run(
        self,
        work: Work,
        *,
        deadline: Optional[float] = None,
        serial: Serial = None,
        max_fail_percentage: Optional[float] = None,
        on_result: Optional[OnResult] = None,
    ) -> Report:
        """Run ``work(client)`` for every endpoint, in threads, and collect the results.

        :param work: gets a Client that connects when first used and is closed after.
        :param deadline: seconds for the whole fleet; what is not done by then fails with a
            CallTimeout. It ends calls, and not what else the function does.
        :param serial: endpoints per batch, as Ansible has it: a number, a percentage such as
            ``"25%"``, or a list of those, whose last one repeats.
        :param max_fail_percentage: stop after a batch if more than this share of it failed; the
            rest is Skipped.
        :param on_result: called with each result as it arrives, in the calling thread.
        """
        progress = Progress(self.names, deadline, serial, max_fail_percentage, on_result)
        for batch in progress:
            self._run(work, batch, progress)
        return progress.report()

    def stream(
        self,
        work: Work,
        names: Optional[Sequence[str]] = None,
        *,
        deadline: Optional[float] = None,
    ) -> Iterator[Result]:
        """Run ``work(client)`` for every endpoint and yield results as they arrive."""
        names = self.names if names is None else names
        yield from self._results(work, names, Batches(names, deadline=deadline).limit)

    def _run(self, work: Work, batch: Sequence[str], progress: Progress) -> None:
        for result in self._results(work, batch, progress.limit):
            progress.add(result)

    def _results(self, work: Work, names: Sequence[str], limit: Limit) -> Iterator[Result]:
        from concurrent.futures import Future, ThreadPoolExecutor
        from queue import Empty, SimpleQueue

        done: SimpleQueue[Future[Result]] = SimpleQueue()
        waiting = list(reversed(names))
        running = 0
        start = monotonic()
        with ThreadPoolExecutor(max(1, min(self._limit, len(waiting)))) as pool:
            try:
                while waiting or running:
                    now = monotonic()
                    while waiting and running < self._limit and start <= now:
                        task = pool.submit(self._one, waiting.pop(), work, limit)
                        task.add_done_callback(done.put)
                        running += 1
                        start = now + self._pause
                    starting = waiting and running < self._limit
                    try:
                        result = done.get(timeout=max(0.0, start - now) if starting else None)
                    except Empty:
                        continue  # the next one may start
                    running -= 1
                    yield result.result()
            except BaseException:
                limit.stop()  # what has not started will not; leaving awaits what has
                raise

    def _one(self, name: str, work: Work, limit: Limit) -> Result:
        start = monotonic()
        address = self._addresses[name]
        value: Any = None
        error: Optional[BinrpcError] = None
        with _Limited(limit, self, address) as client:
            try:
                value = work(client)
            except BinrpcError as problem:
                error = problem
        end = limit.deadline
        if isinstance(error, (CallTimeout, DeadlinePassed)) and end is not None and end.expired():
            error = fan_out.too_late(end, address, error.executed)
        return Result(name, value, error, monotonic() - start)


class _Limited(Client):
    """A client whose calls end with the fleet's deadline at the latest."""

    def __init__(self, limit: Limit, fleet: Fleet, address: Address) -> None:
        super().__init__(address, **fleet._options)
        self._limit = limit

    def _latest(self, total_timeout: Optional[float]) -> Optional[float]:
        self._limit.at_most(0.0)
        latest = super()._latest(total_timeout)
        end = self._limit.deadline
        if end is None:
            return latest
        moment = self._clock() + end.remaining()
        return moment if latest is None else min(latest, moment)

    def _deadline(self, timeout: Optional[float], latest: Optional[float]) -> Deadline:
        self._limit.at_most(0.0)
        return super()._deadline(timeout, latest)


class Progress(Batches):
    """The batches of a run, and the results so far."""

    def __init__(
        self,
        names: List[str],
        deadline: Optional[float],
        serial: Serial,
        max_fail_percentage: Optional[float],
        on_result: Optional[OnResult],
    ) -> None:
        super().__init__(names, serial, max_fail_percentage, deadline)
        self._start = monotonic()
        self._names = names
        self._on_result = guarded(on_result, "on_result")
        self._results: Dict[str, Result] = {}

    def add(self, result: Result) -> None:
        """Take a result of the current batch."""
        self._results[result.name] = result
        self.count(failed=not result.ok)
        if self._on_result is not None:
            self._on_result(result)

    def report(self) -> Report:
        """Return the report; the endpoints of batches that were not begun are skipped."""
        for name in self.skipped:
            error = Skipped("too many others failed")
            self._results[name] = Result(name, None, error, 0.0)
        ordered = [self._results[name] for name in self._names]
        return Report(ordered, monotonic() - self._start)


def result_of(talk: fan_out.Talk) -> Result:
    """Return what a fan-out knows of one endpoint."""
    return Result(talk.name, talk.value, talk.error, talk.seconds)
