# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""One client used by many at once: threads, forked processes, event loops, tasks that go away.

Nothing may be wrong, nothing may fail, and nothing may be left: no descriptor and no file.
"""

from __future__ import annotations

import asyncio
import os
import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from kamailio_binrpc import AsyncClient, BinrpcError, Client

TIMEOUT = 120.0  # the wait for its turn counts


@dataclass
class Trial:
    """The number of tries, and everything that was not as it should be."""

    name: str
    calls: int = 0
    problems: list[str] = field(default_factory=list)
    seconds: float = 0.0

    def check(self, asked: str, got: object) -> None:
        self.calls += 1
        if got != [asked]:
            self.problems.append(f"{self.name}: {asked!r} was answered with {got!r}")


def _descriptors() -> int:
    return len(os.listdir("/proc/self/fd"))


@contextmanager
def _clean(trial: Trial, folder: Path) -> Iterator[None]:
    """Look for what is left behind."""
    before = _descriptors(), sorted(os.listdir(folder))
    start = time.monotonic()
    yield
    trial.seconds = time.monotonic() - start
    # The server, in a thread of this process, sees a little later that its ends are closed.
    for _look in range(200):
        after = _descriptors(), sorted(os.listdir(folder))
        if after <= before:
            break
        time.sleep(0.05)
    if after[0] > before[0] or after[1] != before[1]:
        trial.problems.append(f"{trial.name}: left behind: {before} became {after}")


def threads_and_a_fork(address: str, folder: Path, threads: int, calls: int) -> Trial:
    """Threads share a Client; in the middle the process forks, and the child calls as well."""
    trial = Trial(f"{threads} threads, a fork")
    lock = threading.Lock()
    half = threading.Barrier(threads + 1)

    def work(number: int) -> None:
        for count in range(calls):
            if count == calls // 2:
                half.wait()
            asked = f"{number}.{count}"
            try:
                got: object = client.call("core.echo", asked)
            except BinrpcError as error:
                got = error
            with lock:
                trial.check(asked, got)

    with _clean(trial, folder):
        with Client(address, TIMEOUT, reply_socket=str(folder)) as client:
            workers = [threading.Thread(target=work, args=(n,)) for n in range(threads)]
            for worker in workers:
                worker.start()
            half.wait()
            for problem in _in_children(client, 3):
                trial.problems.append(f"{trial.name}: {problem}")
            for worker in workers:
                worker.join()
    return trial


def _in_children(client: Client, count: int) -> Iterator[str]:
    """Fork while other threads are in the middle of calls; yield what went wrong there."""
    for number in range(count):
        reader, writer = os.pipe()
        pid = os.fork()
        if not pid:
            try:
                wrong = [n for n in range(50) if client.call("core.echo", f"c{n}") != [f"c{n}"]]
                client.close()
                os.write(writer, b"wrong" if wrong else b"right")
            except BaseException as error:  # noqa: BLE001 - told to the parent
                os.write(writer, repr(error).encode()[:500])
            finally:
                os._exit(0)
        os.close(writer)
        with os.fdopen(reader) as file:
            answer = file.read()
        os.waitpid(pid, 0)
        if answer != "right":
            yield f"child {number}: {answer or 'died'}"


def loops(address: str, folder: Path, count: int, calls: int) -> Trial:
    """Event loops in threads of their own share an AsyncClient."""
    trial = Trial(f"{count} event loops")
    lock = threading.Lock()

    async def many(client: AsyncClient, number: int) -> None:
        async def one(asked: str) -> None:
            try:
                got: object = await client.call("core.echo", asked)
            except BinrpcError as error:
                got = error
            with lock:
                trial.check(asked, got)

        for start in range(0, calls, 10):
            await asyncio.gather(*(one(f"{number}.{start + n}") for n in range(10)))

    with _clean(trial, folder):
        client = AsyncClient(address, TIMEOUT, reply_socket=str(folder))
        workers = [
            threading.Thread(target=_run, args=(lambda n=n: many(client, n),)) for n in range(count)
        ]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        asyncio.run(client.close())
    return trial


def _run(main: Callable[[], object]) -> None:
    asyncio.run(main())  # type: ignore[arg-type]


def cancellations(address: str, folder: Path, count: int, seed: int) -> Trial:
    """Tasks go away at any moment, and the calls of the others are not disturbed."""
    trial = Trial(f"{count} cancellations")
    moments = random.Random(seed)

    async def main() -> None:
        async with AsyncClient(address, TIMEOUT, reply_socket=str(folder)) as client:
            for start in range(0, count, 10):
                leaving = [
                    asyncio.ensure_future(client.call("core.echo", "x" * 200)) for _n in range(10)
                ]
                asked = str(start)
                staying = asyncio.ensure_future(client.call("core.echo", asked))
                for task in leaving:
                    for _step in range(moments.randrange(3)):
                        await asyncio.sleep(0)
                    task.cancel()
                for outcome in await asyncio.gather(*leaving, return_exceptions=True):
                    if isinstance(outcome, Exception):
                        trial.problems.append(f"{trial.name}: {outcome!r}")
                try:
                    got: object = await staying
                except BinrpcError as error:
                    got = error
                trial.check(asked, got)
            others = asyncio.all_tasks() - {asyncio.current_task()}
            if others:
                trial.problems.append(f"{trial.name}: tasks are left: {others}")

    with _clean(trial, folder):
        asyncio.run(main())
    return trial


def trials(
    address: str, folder: Path, seed: int, *, calls: int = 5000, leaving: int = 10_000
) -> Iterator[Trial]:
    """Try everything over one address.

    :param calls: of each of 16 threads.
    :param leaving: cancelled calls.
    """
    yield threads_and_a_fork(address, folder, 16, calls)
    yield loops(address, folder, 3, calls)
    yield cancellations(address, folder, leaving, seed)
