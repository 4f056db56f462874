# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""One call on many endpoints at once.

>>> report = Fleet({"edge1": "udp:10.0.0.1", "edge2": "udp:10.0.0.2"}).call_sync(
...     "core.uptime")  # doctest: +SKIP
>>> report.replies["edge1"], report.causes()  # doctest: +SKIP
"""

from __future__ import annotations

from time import monotonic

from . import fan_out, retry
from .address import parse_address
from .batches import batches
from .deadline import Deadline
from .errors import BinrpcError

TYPE_CHECKING = False
if TYPE_CHECKING:
    import asyncio
    from typing import (
        Any,
        AsyncGenerator,
        Awaitable,
        Callable,
        Dict,
        Iterable,
        Iterator,
        List,
        Mapping,
        Optional,
        Sequence,
        Union,
    )

    from .async_client import AsyncClient
    from .batches import Batch
    from .call_record import OnCall

    Work = Callable[[AsyncClient], Awaitable[Any]]


class Skipped(BinrpcError):
    """The endpoint was not called, since too many before it had failed."""


class Result:
    """What came of one endpoint.

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
        """Names of the failed, grouped by what they failed of; the most frequent first."""
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
    return kind


class Fleet:
    """Endpoints to call together.

    :param endpoints: name -> address, or addresses, which are then their own names.
    :param timeout: seconds for each call.
    :param connect_wait: further seconds for each endpoint to start listening.
    :param limit: endpoints under way at once; each takes one descriptor meanwhile.
    :param rate: endpoints started per second at most; None for no such limit.
    :param retries: what to do about errors that may be retried; None never retries.
    :param on_call: gets a :class:`record.CallRecord` for each attempt of a call.
    :raises AddressError: an address is not one a client can use.
    :raises ValueError: a number is out of range.

    One call everywhere, without rate and retries, is the fast case on Linux: see :mod:`fan_out`.
    Everything else runs an AsyncClient for each endpoint.
    """

    def __init__(
        self,
        endpoints: Union[Mapping[str, str], Iterable[str]],
        timeout: float = 5.0,
        *,
        connect_wait: float = 0.0,
        limit: int = 500,
        rate: Optional[float] = None,
        retries: Optional[retry.RetryPolicy] = None,
        on_call: Optional[OnCall] = None,
    ) -> None:
        if not hasattr(endpoints, "items"):
            endpoints = {address: address for address in endpoints}
        # Parsed here so that a bad address or time is known before anything is called.
        self._addresses = {name: parse_address(text) for name, text in endpoints.items()}
        Deadline(timeout)
        if not 0 <= connect_wait <= 31_536_000:
            raise ValueError("connect_wait is 0 to 31536000 s, not %r" % connect_wait)
        if limit < 1 or (rate is not None and not rate > 0):
            raise ValueError("limit must be at least 1, and rate more than 0")
        self._timeout = timeout
        self._connect_wait = connect_wait
        self._limit = limit
        self._rate = rate
        self._retries = retries
        self._on_call = on_call

    @property
    def names(self) -> List[str]:
        """The endpoints' names in order."""
        return list(self._addresses)

    async def call(
        self,
        method: str,
        *params: Any,
        repeatable: Optional[bool] = None,
        deadline: Optional[float] = None,
        serial: Union[Batch, Sequence[Batch], None] = None,
        max_fail_percentage: Optional[float] = None,
        on_result: Optional[Callable[[Result], None]] = None,
    ) -> Report:
        """Call one method everywhere; see :meth:`run` for the options.

        :param repeatable: as the catalogue says, unless given.
        """
        progress = _Progress(self.names, deadline, serial, max_fail_percentage, on_result)
        if self._is_simple:
            for batch in progress:
                arrivals = self._fan_out(method, params, batch, progress.deadline).arrivals()
                try:
                    async for talk in arrivals:
                        progress.add(_result(talk))
                finally:
                    await arrivals.aclose()
            return progress.report()
        if repeatable is None:
            repeatable = retry.is_repeatable(method, params)
        return await self._run(_caller(method, params), repeatable, progress)

    def call_sync(
        self,
        method: str,
        *params: Any,
        repeatable: Optional[bool] = None,
        deadline: Optional[float] = None,
        serial: Union[Batch, Sequence[Batch], None] = None,
        max_fail_percentage: Optional[float] = None,
        on_result: Optional[Callable[[Result], None]] = None,
    ) -> Report:
        """Call one method everywhere, from code without an event loop: see :meth:`call`."""
        if self._is_simple:
            progress = _Progress(self.names, deadline, serial, max_fail_percentage, on_result)
            for batch in progress:
                fan = self._fan_out(method, params, batch, progress.deadline)
                try:
                    for talk in fan:
                        progress.add(_result(talk))
                finally:
                    fan.close()
            return progress.report()
        import asyncio

        return asyncio.run(
            self.call(
                method,
                *params,
                repeatable=repeatable,
                deadline=deadline,
                serial=serial,
                max_fail_percentage=max_fail_percentage,
                on_result=on_result,
            )
        )

    def run_sync(self, work: Work, **options: Any) -> Report:
        """Run a function everywhere, from code without an event loop: see :meth:`run`."""
        import asyncio

        return asyncio.run(self.run(work, **options))

    async def run(
        self,
        work: Work,
        *,
        repeatable: bool = False,
        deadline: Optional[float] = None,
        serial: Union[Batch, Sequence[Batch], None] = None,
        max_fail_percentage: Optional[float] = None,
        on_result: Optional[Callable[[Result], None]] = None,
    ) -> Report:
        """Run ``await work(client)`` for every endpoint and collect the results.

        :param work: gets an AsyncClient that is connected when first used and closed after.
        :param repeatable: running ``work`` twice does no more than once, so that it may be
            retried after a loss.
        :param deadline: seconds for the whole fleet; what is not done by then fails with a
            CallTimeout.
        :param serial: endpoints per batch, as Ansible has it: a number, a percentage such as
            ``"25%"``, or a list of those, of which the last one repeats.
        :param max_fail_percentage: stop after a batch of which more than that has failed; the
            rest is Skipped.
        :param on_result: called with each result as it arrives.
        """
        progress = _Progress(self.names, deadline, serial, max_fail_percentage, on_result)
        return await self._run(work, repeatable, progress)

    @property
    def _is_simple(self) -> bool:
        return fan_out.AVAILABLE and self._rate is None and self._retries is None

    def _fan_out(
        self, method: str, params: Sequence[Any], names: Iterable[str], deadline: Optional[Deadline]
    ) -> fan_out.FanOut:
        endpoints = [(name, self._addresses[name]) for name in names]
        return fan_out.FanOut(
            endpoints,
            method,
            params,
            self._timeout,
            self._connect_wait,
            self._limit,
            deadline,
            self._on_call,
        )

    async def _run(self, work: Work, repeatable: bool, progress: _Progress) -> Report:
        for batch in progress:
            results = self.stream(work, batch, repeatable=repeatable, deadline=progress.deadline)
            try:
                async for result in results:
                    progress.add(result)
            finally:
                await results.aclose()
        return progress.report()

    async def stream(
        self,
        work: Work,
        names: Optional[Sequence[str]] = None,
        *,
        repeatable: bool = False,
        deadline: Union[Deadline, float, None] = None,
    ) -> AsyncGenerator[Result, None]:
        """Run ``await work(client)`` for every endpoint and yield results as they arrive."""
        import asyncio

        if deadline is not None and not isinstance(deadline, Deadline):
            deadline = Deadline(deadline)
        waiting = list(reversed(self.names if names is None else list(names)))
        done: asyncio.Queue[asyncio.Future[Result]] = asyncio.Queue()
        total = len(waiting)

        pause = 1 / self._rate if self._rate else 0.0

        tasks: List[asyncio.Future[Any]] = []

        async def start() -> None:
            """Take endpoints one by one; with a rate, one starter paces them all."""
            while waiting:
                task = asyncio.ensure_future(self._one(waiting.pop(), work, repeatable, deadline))
                task.add_done_callback(deliver)
                tasks.append(task)
                await (asyncio.sleep(pause) if pause else task)

        def deliver(task: asyncio.Future[Result]) -> None:
            if not task.cancelled():
                done.put_nowait(task)

        tasks += [asyncio.ensure_future(start()) for _starter in range(1 if pause else self._limit)]
        try:
            for _result in range(total):
                yield (await done.get()).result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _one(
        self, name: str, work: Work, repeatable: bool, deadline: Optional[Deadline]
    ) -> Result:
        from .async_client import AsyncClient

        start = monotonic()
        client = AsyncClient(
            self._addresses[name],
            self._timeout,
            connect_wait=self._connect_wait,
            on_call=self._on_call,
        )
        value, error = None, None
        try:
            value = await self._limited(client, work, repeatable, deadline)
        except BinrpcError as problem:
            error = problem
        finally:
            await client.close()
        return Result(name, value, error, monotonic() - start)

    async def _limited(
        self, client: AsyncClient, work: Work, repeatable: bool, deadline: Optional[Deadline]
    ) -> Any:
        import asyncio

        async def attempt() -> Any:
            if self._retries is None:
                return await work(client)
            return await retry.with_retries_async(lambda: work(client), self._retries, repeatable)

        if deadline is None:
            return await attempt()
        try:
            return await asyncio.wait_for(attempt(), deadline.remaining())
        except asyncio.TimeoutError as error:
            if isinstance(error, BinrpcError):
                raise
            raise fan_out.too_late(deadline, client.address, None) from None


class _Progress:
    """The batches of a run, as long as there are any and not too many fail; and its results.

    :ivar deadline: of the run, or None.
    """

    def __init__(
        self,
        names: List[str],
        seconds: Optional[float],
        serial: Union[Batch, Sequence[Batch], None],
        max_fail_percentage: Optional[float],
        on_result: Optional[Callable[[Result], None]],
    ) -> None:
        self.deadline = None if seconds is None else Deadline(seconds)
        self._start = monotonic()
        self._names = names
        self._batches = batches(names, serial)
        self._most = 100.0 if max_fail_percentage is None else max_fail_percentage
        self._on_result = on_result
        self._results: Dict[str, Result] = {}
        self._failed = 0

    def __iter__(self) -> Iterator[Sequence[str]]:
        for batch in self._batches:
            self._failed = 0
            yield batch
            if self._failed * 100 > self._most * len(batch):
                return

    def add(self, result: Result) -> None:
        """Take a result of the current batch."""
        self._results[result.name] = result
        self._failed += not result.ok
        if self._on_result is not None:
            self._on_result(result)

    def report(self) -> Report:
        """Return the report; what was in no batch has been skipped."""
        for name in self._names:
            if name not in self._results:
                error = Skipped("too many others failed")
                self._results[name] = Result(name, None, error, 0.0)
        ordered = [self._results[name] for name in self._names]
        return Report(ordered, monotonic() - self._start)


def _result(talk: fan_out.Talk) -> Result:
    return Result(talk.name, talk.value, talk.error, talk.seconds)


def _caller(method: str, params: Sequence[Any]) -> Work:
    async def work(client: AsyncClient) -> Any:
        return await client.call(method, *params)

    return work
