# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Calls to a real Kamailio: one by one on each transport, many at once, a process per call."""

from __future__ import annotations

import asyncio
import contextlib
import subprocess
import sys
from pathlib import Path
from time import process_time
from typing import TYPE_CHECKING

from bench.measure import Rounds, measure
from bench.report import Report, duration
from kamailio_binrpc import Client
from kamailio_binrpc.core.async_client import AsyncClient
from kamailio_binrpc.core.connection import Request
from tests.real.wire import Wire
from tests.support.kamailio import Kamailio, find_kamailio, find_kamcmd

if TYPE_CHECKING:
    from bench.measure import Contender

TRANSPORTS = ("unix", "unixd", "udp", "tcp")
WINDOWS = (1, 2, 4, 8, 16, 64, 256)
METHOD = "core.version"
KAMRPC = Path(sys.executable).with_name("kamrpc")


def run(report: Report, rounds: Rounds, calls: int) -> None:
    if find_kamailio() is None:
        report.heading("round trips: skipped, kamailio is not installed")
        return
    with Kamailio(full=False) as server:
        _round_trips(report, server, rounds)
        _pipelines(report, server, rounds, calls)
        _whole_processes(report, server, rounds)


def _round_trips(report: Report, server: Kamailio, rounds: Rounds) -> None:
    report.heading(f"round trip of {METHOD} on an open connection")
    report.line(f"{'':35}{'asyncio':>11}{'Client,':>14}{'processor time':>17}")
    report.line(
        f"{'':8}{'bare socket':>13}{'Client':>13}{'client':>12}{'connect too':>14}"
        f"{'bare':>12}{'Client':>11}"
    )
    with contextlib.ExitStack() as stack:
        loop = stack.enter_context(contextlib.closing(asyncio.new_event_loop()))
        contenders: dict[str, Contender] = {}
        clients = []
        for via in TRANSPORTS:
            endpoint = server.endpoints[via]
            wire = stack.enter_context(Wire(endpoint))
            client = stack.enter_context(Client(endpoint))
            async_client = AsyncClient(endpoint)
            clients.append(async_client)
            contenders[f"{via} floor"] = _bare(wire)
            contenders[f"{via} call"] = lambda client=client: client.call(METHOD)
            contenders[f"{via} asyncio"] = _in_loop(loop, async_client)
            contenders[f"{via} once"] = lambda endpoint=endpoint: _once(endpoint)
        times = measure(contenders, rounds)
        busy = {name: call for name, call in contenders.items() if name.endswith(("floor", "call"))}
        work = measure(busy, rounds, clock=process_time)
        for via in TRANSPORTS:
            columns = [
                *((13, times.median(f"{via} floor")), (13, times.median(f"{via} call"))),
                *((12, times.median(f"{via} asyncio") / _BATCH), (14, times.median(f"{via} once"))),
                *((12, work.median(f"{via} floor")), (11, work.median(f"{via} call"))),
            ]
            line = "".join(f"{duration(seconds):>{width}}" for width, seconds in columns)
            report.line(f"{via:8}{line}")
        for async_client in clients:
            loop.run_until_complete(async_client.close())


def _bare(wire: Wire) -> Contender:
    """Send the same bytes and receive the answer, knowing that it comes in one piece."""
    packet = Request(METHOD, (), 0x12345678).packet
    sock = wire.sock
    sock.settimeout(None)

    def ask() -> bytes:
        sock.send(packet)
        return sock.recv(4096)

    return ask


_BATCH = 50  # so that starting the loop does not count


def _in_loop(loop: asyncio.AbstractEventLoop, client: AsyncClient) -> Contender:
    async def several() -> None:
        for _other in range(_BATCH):
            await client.call(METHOD)

    return lambda: loop.run_until_complete(several())


def _once(endpoint: str) -> object:
    with Client(endpoint) as client:
        return client.call(METHOD)


def _pipelines(report: Report, server: Kamailio, rounds: Rounds, calls: int) -> None:
    report.heading(f"{calls} calls of core.echo over one connection, time per call by window")
    report.line(f"{'':8}" + "".join(f"{window:>10}" for window in WINDOWS))
    batch = [("core.echo", str(number)) for number in range(calls)]
    with contextlib.ExitStack() as stack:
        contenders: dict[str, Contender] = {}
        for via in ("unix", "tcp"):
            client = stack.enter_context(Client(server.endpoints[via]))
            for window in WINDOWS:
                contenders[f"{via} {window}"] = lambda client=client, window=window: (
                    client.call_many(batch, window=window)
                )
        times = measure(contenders, rounds, at_least=0)
        for via in ("unix", "tcp"):
            each = [times.median(f"{via} {window}") / calls for window in WINDOWS]
            report.line(f"{via:8}" + "".join(f"{duration(one):>10}" for one in each))
            report.line(f"{'calls/s':8}" + "".join(f"{1 / one:10.0f}" for one in each))


def _whole_processes(report: Report, server: Kamailio, rounds: Rounds) -> None:
    endpoint = server.endpoints["unix"]
    commands = {
        "python -c pass": [sys.executable, "-c", "pass"],
        f"python, one {METHOD}": [
            *(sys.executable, "-c"),
            f"from kamailio_binrpc import Client; Client({endpoint!r}).call({METHOD!r})",
        ],
    }
    if KAMRPC.exists():
        commands[f"kamrpc call {METHOD}"] = [str(KAMRPC), "call", "-s", endpoint, METHOD]
    kamcmd = find_kamcmd()
    if kamcmd is not None:
        commands[f"kamcmd {METHOD}"] = [kamcmd, "-s", endpoint, METHOD]
    report.heading("a whole process, from start to end")
    times = measure({name: _process(command) for name, command in commands.items()}, rounds, 0.1)
    for name in commands:
        report.line(f"  {name:28}{duration(times.median(name)):>11}")


def _process(command: list[str]) -> Contender:
    return lambda: subprocess.run(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True
    )
