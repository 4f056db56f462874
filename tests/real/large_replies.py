# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Large dumps of many servers at once: `python -m tests.real.large_replies [--rounds 50]`.

ctl drops what a client does not read within 10 ms. Every reply has to be whole nevertheless, over
every transport, with a fleet in threads, epoll and asyncio.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from kamailio_binrpc import AsyncFleet, CallRecord, Client, Fleet, Report, Struct
from tests.support.kamailio import Kamailio

TABLE = "big"
WIDTH = 200
TRANSPORTS = ("unix", "unixd", "tcp", "udp")
WAYS = ("fan out", "threads", "asyncio")


@dataclass
class Tally:
    """The fate of the replies over one transport in one way."""

    replies: int = 0
    again: int = 0
    """Calls that were made a second time, since the first reply was cut."""
    short: list[str] = field(default_factory=list)
    errors: Counter[str] = field(default_factory=Counter)

    @property
    def good(self) -> bool:
        return not (self.short or self.errors)


def fill(server: Kamailio, items: int) -> None:
    with Client(server.endpoints["unix"], 60) as client:
        calls = [("htable.sets", TABLE, f"key{n}", "v" * WIDTH) for n in range(items)]
        for outcome in client.call_many(calls):
            if isinstance(outcome, Exception):
                raise outcome


@contextlib.contextmanager
def running(count: int, items: int) -> Iterator[list[Kamailio]]:
    """Start a number of servers, each with a table of this number of items."""
    with contextlib.ExitStack() as stack:
        servers = [stack.enter_context(Kamailio(full=False)) for _server in range(count)]
        for server in servers:
            fill(server, items)
        yield servers


def call(way: str, addresses: dict[str, str], on_call: Callable[[CallRecord], None]) -> Report:
    """Dump the table of all servers at once."""
    if way == "asyncio":
        fleet = AsyncFleet(addresses, 20, on_call=on_call)
        return asyncio.run(fleet.run(lambda client: client.call("htable.dump", TABLE)))
    blocking = Fleet(addresses, 20, on_call=on_call)
    if way == "threads":
        return blocking.run(lambda client: client.call("htable.dump", TABLE))
    return blocking.call("htable.dump", TABLE)


def count_items(reply: list[Struct]) -> int:
    """Return the number of items in a dump."""
    return sum(len(slot["slot"].values()) for slot in reply)


def rounds(
    servers: list[Kamailio], items: int, number: int, transport: str, way: str
) -> tuple[Tally, float]:
    tally = Tally()

    def note(record: CallRecord) -> None:
        tally.again += record.attempt > 1

    addresses = {f"s{n}": server.endpoints[transport] for n, server in enumerate(servers)}
    start = time.monotonic()
    for _round in range(number):
        report = call(way, addresses, note)
        for name, result in report.results.items():
            tally.replies += 1
            if result.error is not None:
                tally.errors[str(result.error)] += 1
            elif count_items(result.value) != items:
                tally.short.append(f"{name}: {count_items(result.value)} of {items}")
    return tally, time.monotonic() - start


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition(":")[0])
    parser.add_argument("--servers", type=int, default=8)
    parser.add_argument("--rounds", type=int, default=50)
    parser.add_argument("--items", type=int, default=4000, help="of some 250 bytes each")
    parser.add_argument("--ways", nargs="+", default=WAYS, choices=WAYS)
    options = parser.parse_args()
    bad = 0
    with running(options.servers, options.items) as servers:
        print("| transport | way | replies | whole | asked again | seconds a round |")
        print("|---|---|---:|---:|---:|---:|")
        for transport in TRANSPORTS:
            for way in options.ways:
                tally, seconds = rounds(servers, options.items, options.rounds, transport, way)
                failed = len(tally.short) + sum(tally.errors.values())
                bad += failed
                print(
                    f"| {transport} | {way} | {tally.replies} | {tally.replies - failed} | "
                    f"{tally.again} | {seconds / options.rounds:.2f} |",
                    flush=True,
                )
                for text, times in tally.errors.most_common(3):
                    print(f"PROBLEM {times} times: {text}")
    print(f"{os.cpu_count()} CPUs, load {os.getloadavg()[0]:.1f}")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
