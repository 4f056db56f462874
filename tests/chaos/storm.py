# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Calls while everything goes wrong, and the judgement on each.

Three things must never happen: an answer that is not the one to its question, a write that ran
twice, a call that outlives its deadline. Besides, what an error says about the method
(``executed``) must be true.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kamailio_binrpc.core.async_client import AsyncClient
from kamailio_binrpc.core.async_fifo_client import AsyncFifoClient
from kamailio_binrpc.core.client import Client
from kamailio_binrpc.core.errors import BinrpcError
from kamailio_binrpc.core.faults import Fault
from kamailio_binrpc.core.fifo_client import FifoClient
from kamailio_binrpc.core.fleet import Fleet
from kamailio_binrpc.core.reply_fifo import reader_of
from kamailio_binrpc.core.retry import RetryPolicy
from tests.chaos.answers import answer, text_answer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from kamailio_binrpc.core.call_record import CallRecord

TRANSPORTS = ("unix", "unixd", "udp", "tcp")
TEXT_TRANSPORTS = ("fifo", "unix", "udp", "tcp")  # of the text protocol
MODES = ("sync", "async", "fan out")
TEXT_MODE = "text"
RUNS = [
    *((transport, mode) for transport in TRANSPORTS for mode in MODES),
    *((transport, TEXT_MODE) for transport in TEXT_TRANSPORTS),
]
RATES = (0.01, 0.1, 0.3)
TIMEOUT = 0.15
SYNC_CLIENTS = 12
ASYNC_CLIENTS = 4
TASKS = 16
BATCH = 20
FLEET = 8
WRITES = 3  # of ten calls
LATE = 0.5
"""Seconds by which a call may miss its deadline, besides twice those by which a mere sleep was late
in this process (other programs, and other threads of this one).
"""

# Parts of the rate; a delay is short, or longer than anybody waits.
FAILURES = (
    *("delay seconds=0.02", "delay seconds=0.4", "drop", "lose", "duplicate"),
    *("reorder seconds=0.02", "truncate", "cookie", "close", "busy", "refuse"),
)
# The text protocol has no lengths: what ends early or comes twice passes for a whole answer.
TEXT_FAILURES = tuple(
    words for words in FAILURES if words not in ("truncate", "duplicate", "cookie", "close")
)
NAP = 0.02
RETRIES = RetryPolicy(retries=2, wait=0.005, max_wait=0.02, busy_wait=0.005)


@dataclass
class Outcome:
    """How one call ended: its reply's values, or the error."""

    method: str
    token: int
    values: list[Any] | None
    error: BinrpcError | None


@dataclass
class Tally:
    """All calls over one transport in one mode."""

    transport: str
    mode: str
    calls: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    twice: list[str] = field(default_factory=list)
    untrue: list[str] = field(default_factory=list)
    latest: float = 0.0
    """By how many seconds the latest attempt missed its deadline."""
    lag: float = 0.0
    """By how many seconds a mere sleep was late meanwhile."""
    retried: int = 0

    @property
    def late(self) -> bool:
        return self.latest > 2 * self.lag + LATE

    def judge(self, outcomes: list[Outcome], executed: Counter[int]) -> None:
        self.calls += len(outcomes)
        for each in outcomes:
            ran = executed[each.token]
            name = f"{self.transport} {self.mode} {each.method} {each.token}"
            self.kinds[_kind(each)] += 1
            expected = text_answer if self.mode == TEXT_MODE else answer
            if each.values is not None and each.values != expected(each.token):
                self.wrong.append(f"{name}: {str(each.values)[:300]}")
            if not each.method.endswith("write"):
                continue
            if ran > 1:
                self.twice.append(f"{name}: ran {ran} times")
            claim = True if each.error is None else each.error.executed
            if isinstance(each.error, Fault):
                claim = False  # the only faults are those that say so
            if claim is not None and ran != claim:
                self.untrue.append(f"{name}: ran {ran} times, but {each.error!r} says {claim}")


def _kind(outcome: Outcome) -> str:
    if outcome.error is None:
        return "answered"
    return type(outcome.error).__name__


class Server:
    """The lab server in a process of its own."""

    def __init__(self, seed: int, folder: str) -> None:
        command = [sys.executable, "-m", "tests.chaos.answers", str(seed), folder]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        addresses = json.loads(self._process.stdout.readline())
        self.addresses = {
            **{(name, ""): address for name, address in zip(TRANSPORTS, addresses, strict=False)},
            **{
                (name, TEXT_MODE): address
                for name, address in zip(TEXT_TRANSPORTS, addresses[4:], strict=True)
            },
        }
        # Datagrams to lab.* are spared, while any stream connection may be refused.
        self._control = self.addresses["unixd", ""]

    def stop(self) -> None:
        self._process.terminate()
        self._process.communicate(timeout=20)

    def set_rate(self, rate: float, failures: tuple[str, ...] = FAILURES) -> None:
        """Spoil that part of the calls, every kind equally often."""
        with Client(self._control) as client:
            client.call("lab.clear_failures")
            left = 1.0
            for words in failures if rate else ():
                share = rate / len(failures) / left
                left -= rate / len(failures)
                method = "*" if words == "refuse" else "chaos.*"
                client.call(
                    "lab.set_failure", *words.split(), f"method={method}", f"probability={share}"
                )

    def executed(self) -> Counter[int]:
        """How often each write ran since the last time."""
        self.set_rate(0)
        with tempfile.NamedTemporaryFile() as file:
            with Client(self._control) as client:
                client.call("harness.executed", file.name)
            return Counter(json.loads(Path(file.name).read_text()))


@contextlib.contextmanager
def public_folder() -> Iterator[str]:
    """A folder like /tmp, for reply sockets and reply fifos."""
    with tempfile.TemporaryDirectory(prefix="chaos-replies-") as folder:
        os.chmod(folder, 0o1777)
        yield folder


def storm(seed: int, calls: int) -> tuple[list[Tally], str]:
    """Make this number of calls; the seed decides what goes wrong on the server's side.

    Returns the tallies, and what another user of the host achieved.
    """
    tallies = []
    tokens = count(1)
    with public_folder() as folder, contextlib.closing(_Stopping(Server(seed, folder))) as stopping:
        server = stopping.server
        share = -(-calls // (len(RUNS) * len(RATES)))
        # On a busy machine it takes longer than these clients wait; then it is remembered.
        reader_of(server.addresses["fifo", TEXT_MODE].partition(":")[2], 60)
        with _spoofed(folder) as spoofs:
            for transport, mode in RUNS:
                tally = Tally(transport, mode)
                address = server.addresses[transport, mode if mode == TEXT_MODE else ""]
                for rate in RATES:
                    server.set_rate(rate, TEXT_FAILURES if mode == TEXT_MODE else FAILURES)
                    with _clock_watched(tally):
                        outcomes = _WAYS[mode](address, share, tokens, tally, folder)
                    tally.judge(outcomes, server.executed())
                tallies.append(tally)
        left = [name for name in os.listdir(folder) if name.startswith("kamailio_binrpc_")]
        if left:
            tallies[-1].wrong.append(f"files are left behind: {left}")
    return tallies, spoofs[0]


@contextlib.contextmanager
def _spoofed(folder: str) -> Iterator[list[str]]:
    """Let another user attack meanwhile; the list gets the results."""
    found: list[str] = []
    if os.geteuid() != 0:
        yield found
        found.append("no spoofing user: only root can start one")
        return
    command = [sys.executable, "-m", "tests.chaos.spoofer", folder]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    if process.stdout.readline() != "ready\n":
        raise RuntimeError("the spoofing user did not start")
    try:
        yield found
    finally:
        process.terminate()
        output, _errors = process.communicate(timeout=20)
    tried, let_through = output.split()
    found.append(f"a spoofing user tried {tried} times; the kernel let {let_through} through")


@contextlib.contextmanager
def _clock_watched(tally: Tally) -> Iterator[None]:
    over = threading.Event()

    def watch() -> None:
        while not over.is_set():
            start = time.monotonic()
            over.wait(NAP)
            tally.lag = max(tally.lag, time.monotonic() - start - NAP)

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield
    finally:
        over.set()
        watcher.join()


class _Stopping:
    def __init__(self, server: Server) -> None:
        self.server = server

    def close(self) -> None:
        self.server.stop()


def _calls(tokens: Iterator[int], number: int) -> list[tuple[str, int]]:
    return [
        ("chaos.write" if token % 10 < WRITES else "chaos.read", token)
        for token in (next(tokens) for _other in range(number))
    ]


def _shares(calls: int, parts: int) -> list[int]:
    return [calls // parts + (index < calls % parts) for index in range(parts)]


class _Watch:
    """Notes how late each attempt ended."""

    def __init__(self, tally: Tally, waits: int = 1) -> None:
        self._tally = tally
        self._allowed = TIMEOUT * waits

    def __call__(self, record: CallRecord) -> None:
        self._tally.latest = max(self._tally.latest, record.seconds - self._allowed)


def _note(tally: Tally) -> Any:
    def retried(_error: BaseException, _attempts: int) -> None:
        tally.retried += 1

    return retried


def _sync(
    address: str, calls: int, tokens: Iterator[int], tally: Tally, folder: str
) -> list[Outcome]:
    """Threads with a client each: single calls, with and without retries, and batches."""

    def work(index: int, plan: list[tuple[str, int]]) -> list[Outcome]:
        kind = index % 3
        options: dict[str, Any] = {"on_call": _Watch(tally, BATCH if kind == 2 else 1)}
        if kind == 1:
            options |= {"retry": RETRIES, "on_retry": _note(tally)}
        with Client(address, TIMEOUT, reply_socket=folder, **options) as client:
            return _batches(client, plan) if kind == 2 else _singly(client, plan)

    return _in_threads(work, calls, tokens)


def _fan_out(
    address: str, calls: int, tokens: Iterator[int], tally: Tally, folder: str
) -> list[Outcome]:
    """Threads with a fleet each: reads everywhere at once, and writes on one endpoint."""

    def work(index: int, plan: list[tuple[str, int]]) -> list[Outcome]:
        outcomes: list[Outcome] = []
        everywhere = {f"n{number}": address for number in range(FLEET)}
        # Half of them in threads, the others by epoll.
        options: dict[str, Any] = {"rate": 1e6} if index % 2 else {}
        options["on_call"] = _Watch(tally)
        reads = Fleet(everywhere, TIMEOUT, **options)
        writes = Fleet({"n": address}, TIMEOUT, **options)
        while plan:
            method, token = plan.pop()
            fleet = writes if method == "chaos.write" else reads
            del plan[: len(fleet.names) - 1]
            report = fleet.call(method, token)
            outcomes += [
                _outcome((method, token), result.value if result.ok else result.error)
                for result in report.results.values()
            ]
        return outcomes

    return _in_threads(work, calls, tokens)


def _text(
    address: str, calls: int, tokens: Iterator[int], tally: Tally, folder: str
) -> list[Outcome]:
    """Threads with a client of the text protocol each, half of them with an event loop."""

    def work(index: int, plan: list[tuple[str, int]]) -> list[Outcome]:
        outcomes = []
        options: dict[str, Any] = {"on_call": _Watch(tally), "reply_directory": folder}
        if index % 3 == 1:
            options |= {"retry": RETRIES, "on_retry": _note(tally)}
        if index % 2:
            waiting = AsyncFifoClient(address, TIMEOUT, **options)
        client = FifoClient(address, TIMEOUT, **options)
        for method, token in plan:
            name = method.replace("chaos.", "chaos.text")
            again = {"repeatable": name == "chaos.textread"}
            try:
                if index % 2:
                    values = asyncio.run(waiting.call(name, str(token), **again))
                else:
                    values = client.call(name, str(token), **again)
            except BinrpcError as error:
                outcomes.append(Outcome(name, token, None, error))
            else:
                outcomes.append(Outcome(name, token, list(values), None))
        return outcomes

    return _in_threads(work, calls, tokens)


def _in_threads(
    work: Callable[[int, list[tuple[str, int]]], list[Outcome]], calls: int, tokens: Iterator[int]
) -> list[Outcome]:
    outcomes: list[Outcome] = []
    lock = threading.Lock()
    failures: list[BaseException] = []

    def run(index: int, plan: list[tuple[str, int]]) -> None:
        try:
            found = work(index, plan)
            with lock:
                outcomes.extend(found)
        except BaseException as error:  # noqa: BLE001 - raised by the caller
            failures.append(error)

    shares = _shares(calls, SYNC_CLIENTS)
    plans = [_calls(tokens, number) for number in shares]
    threads = [threading.Thread(target=run, args=item) for item in enumerate(plans)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
    return outcomes


def _singly(client: Client, plan: list[tuple[str, int]]) -> list[Outcome]:
    outcomes = []
    for method, token in plan:
        repeatable = method == "chaos.read"
        try:
            values = list(client.call(method, token, repeatable=repeatable))
        except BinrpcError as error:
            outcomes.append(Outcome(method, token, None, error))
        else:
            outcomes.append(Outcome(method, token, values, None))
    return outcomes


def _batches(client: Client, plan: list[tuple[str, int]]) -> list[Outcome]:
    outcomes: list[Outcome] = []
    for start in range(0, len(plan), BATCH):
        batch = plan[start : start + BATCH]
        try:
            results: list[Any] = client.call_many(batch)
        except BinrpcError as error:
            results = [error] * len(batch)
        outcomes += [_outcome(*item) for item in zip(batch, results, strict=True)]
    return outcomes


def _outcome(asked: tuple[str, int], result: Any) -> Outcome:
    if isinstance(result, BinrpcError):
        return Outcome(*asked, None, result)
    return Outcome(*asked, list(result), None)


def _async(
    address: str, calls: int, tokens: Iterator[int], tally: Tally, folder: str
) -> list[Outcome]:
    """Tasks that share a few clients, some of them with retries."""
    return asyncio.run(_tasks(address, calls, tokens, tally, folder))


async def _tasks(
    address: str, calls: int, tokens: Iterator[int], tally: Tally, folder: str
) -> list[Outcome]:
    watch = _Watch(tally)
    clients = [
        AsyncClient(
            address,
            # On a datagram socket one call at a time is under way: the others' wait counts.
            TIMEOUT,
            on_call=watch,
            reply_socket=folder,
            retry=RETRIES if index % 2 else None,
            on_retry=_note(tally),
        )
        for index in range(ASYNC_CLIENTS)
    ]
    outcomes: list[Outcome] = []
    datagram = address.startswith(("udp", "unixd"))
    tasks_each = 2 if datagram else TASKS

    async def work(client: AsyncClient, plan: list[tuple[str, int]]) -> None:
        for method, token in plan:
            try:
                values = await client.call(method, token, repeatable=method == "chaos.read")
            except BinrpcError as error:
                outcomes.append(Outcome(method, token, None, error))
            else:
                outcomes.append(Outcome(method, token, list(values), None))

    async def watch_loop() -> None:
        while True:
            start = time.monotonic()
            await asyncio.sleep(NAP)
            tally.lag = max(tally.lag, time.monotonic() - start - NAP)

    watcher = asyncio.create_task(watch_loop())
    try:
        shares = _shares(calls, ASYNC_CLIENTS * tasks_each)
        await asyncio.gather(
            *(
                work(clients[index % ASYNC_CLIENTS], _calls(tokens, number))
                for index, number in enumerate(shares)
            )
        )
    finally:
        watcher.cancel()
        for client in clients:
            await client.close()
    return outcomes


_WAYS = {"sync": _sync, "async": _async, "fan out": _fan_out, TEXT_MODE: _text}


# --- the table

COLUMNS = {
    "answered": ("answered",),
    "busy": ("Busy",),
    "timeout": ("CallTimeout",),
    "lost": ("ConnectionLost",),
    "not connected": ("ConnectError",),
    "truncated": ("TruncatedReply",),
    "refused": ("BadRequest", "Fault", "MethodNotFound", "InvalidParams"),
    "out of step": ("FramingLost", "NotBinrpcError", "DecodeError", "LengthLimit", "ProtocolError"),
}


def table(tallies: list[Tally]) -> Iterator[str]:
    """Markdown, one row for each transport and mode."""
    heads = ["transport", "client", "calls", *COLUMNS, "retries", "wrong", "twice", "untrue"]
    yield "| " + " | ".join(heads) + " |"
    yield "|---|---|" + "---:|" * (len(heads) - 2)
    for each in tallies:
        yield _row(each.transport, each.mode, [each])
    yield _row("all", "", tallies)


def _row(transport: str, mode: str, tallies: list[Tally]) -> str:
    kinds: Counter[str] = sum((each.kinds for each in tallies), Counter())
    cells: list[Any] = [transport, mode, sum(each.calls for each in tallies)]
    cells += [sum(kinds.pop(name, 0) for name in names) for names in COLUMNS.values()]
    if kinds:
        raise ValueError(f"outcomes without a column: {dict(kinds)}")
    cells.append(sum(each.retried for each in tallies))
    for name in ("wrong", "twice", "untrue"):
        cells += [sum(len(getattr(each, name)) for each in tallies)]
    return "| " + " | ".join(map(str, cells)) + " |"


def problems(tallies: list[Tally]) -> list[str]:
    found = []
    for each in tallies:
        found += each.wrong + each.twice + each.untrue
        if each.late:
            found.append(f"{each.transport} {each.mode}: a call ended {each.latest:.3f} s late")
    return found


def machine() -> str:
    return f"{os.cpu_count()} CPUs, load {os.getloadavg()[0]:.1f}"
