# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""One call on many endpoints at once, from an asyncio program: as :mod:`fleet`, but awaited."""

from __future__ import annotations

import asyncio
from time import monotonic

from . import fan_out
from .async_client import AsyncClient
from .batches import Batches
from .errors import BinrpcError
from .fleet import Endpoints, Progress, Result, result_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, AsyncGenerator, Awaitable, Callable, List, Optional, Sequence

    from .batches import Limit, Serial
    from .fleet import OnResult, Report
    from .reply import Reply

    Work = Callable[[AsyncClient], Awaitable[Any]]


class AsyncFleet(Endpoints):
    __doc__ = Endpoints.__doc__

    async def call(
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

                async def work(client: AsyncClient) -> Reply:
                    return await client.call(method, *params, repeatable=repeatable)

                await self._run(work, batch, progress)
                continue
            arrivals = fan.arrivals()
            try:
                async for talk in arrivals:
                    progress.add(result_of(talk))
            finally:
                await arrivals.aclose()
        return progress.report()

    async def run(
        self,
        work: Work,
        *,
        deadline: Optional[float] = None,
        serial: Serial = None,
        max_fail_percentage: Optional[float] = None,
        on_result: Optional[OnResult] = None,
    ) -> Report:
        """Run ``await work(client)`` for every endpoint and collect the results.

        :param work: gets an AsyncClient that connects when first used and is closed after.
        :param deadline: seconds for the whole fleet; what is not done by then fails with a
            CallTimeout.
        :param serial: endpoints per batch, as Ansible has it: a number, a percentage such as
            ``"25%"``, or a list of those, whose last one repeats.
        :param max_fail_percentage: stop after a batch if more than this share of it failed; the
            rest is Skipped.
        :param on_result: called with each result as it arrives.
        """
        progress = Progress(self.names, deadline, serial, max_fail_percentage, on_result)
        for batch in progress:
            await self._run(work, batch, progress)
        return progress.report()

    async def stream(
        self,
        work: Work,
        names: Optional[Sequence[str]] = None,
        *,
        deadline: Optional[float] = None,
    ) -> AsyncGenerator[Result, None]:
        """Run ``await work(client)`` for every endpoint and yield results as they arrive."""
        names = self.names if names is None else names
        results = self._results(work, names, Batches(names, deadline=deadline).limit)
        try:
            async for result in results:
                yield result
        finally:
            await results.aclose()

    async def _run(self, work: Work, batch: Sequence[str], progress: Progress) -> None:
        results = self._results(work, batch, progress.limit)
        try:
            async for result in results:
                progress.add(result)
        finally:
            await results.aclose()

    async def _results(
        self, work: Work, names: Sequence[str], limit: Limit
    ) -> AsyncGenerator[Result, None]:
        waiting = list(reversed(names))
        done: asyncio.Queue[asyncio.Future[Result]] = asyncio.Queue()
        total = len(waiting)
        tasks: List[asyncio.Future[Any]] = []

        async def start() -> None:
            """Take endpoints one by one; with a rate, one starter paces them all."""
            while waiting:
                task = asyncio.ensure_future(self._one(waiting.pop(), work, limit))
                task.add_done_callback(deliver)
                tasks.append(task)
                await (asyncio.sleep(self._pause) if self._pause else task)

        def deliver(task: asyncio.Future[Result]) -> None:
            if not task.cancelled():
                done.put_nowait(task)

        starters = 1 if self._pause else self._limit
        tasks += [asyncio.ensure_future(start()) for _starter in range(starters)]
        try:
            for _result in range(total):
                yield (await done.get()).result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _one(self, name: str, work: Work, limit: Limit) -> Result:
        start = monotonic()
        client = AsyncClient(self._addresses[name], **self._options)
        value, error = None, None
        try:
            value = await self._limited(client, work, limit)
        except BinrpcError as problem:
            error = problem
        finally:
            await client.close()
        return Result(name, value, error, monotonic() - start)

    async def _limited(self, client: AsyncClient, work: Work, limit: Limit) -> Any:
        if limit.deadline is None:
            return await work(client)
        try:
            return await asyncio.wait_for(work(client), limit.deadline.remaining())
        except asyncio.TimeoutError as error:
            if isinstance(error, BinrpcError):
                raise
            raise fan_out.too_late(limit.deadline, client.address, None) from None
