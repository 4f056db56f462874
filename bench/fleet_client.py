# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""A program with a Fleet, to be measured.

    python bench/fleet_client.py FOLDER COUNT blocking|asyncio|task-each once|warm

It calls core.version of the unix sockets FOLDER/0 to FOLDER/(COUNT - 1). Warm, it does so for each
line that it reads, and answers with the seconds on the clock and of the processor; the end of its
input ends it. Its last line is the most memory that it had, in KiB.
"""

from __future__ import annotations

import sys
from time import perf_counter, process_time

from kamailio_binrpc import Fleet

METHOD = "core.version"
LIMIT = 1000  # as xargs gets the best of several


def call(addresses: list[str], mode: str) -> tuple[float, float]:
    """Call them all and return the seconds that it took, on the clock and of the processor."""
    start, used = perf_counter(), process_time()
    if mode == "blocking":
        report = Fleet(addresses, limit=LIMIT).call(METHOD)
    else:
        import asyncio

        from kamailio_binrpc import AsyncFleet

        fleet = AsyncFleet(addresses, limit=LIMIT)
        if mode == "asyncio":
            report = asyncio.run(fleet.call(METHOD))
        else:  # what a function of a client goes through
            report = asyncio.run(fleet.run(lambda client: client.call(METHOD)))
    taken = perf_counter() - start, process_time() - used
    if not report.ok or len(report.replies) != len(addresses):
        sys.exit(f"not all answered: {report.causes()}")
    return taken


def main() -> None:
    folder, count, mode, times = sys.argv[1:]
    addresses = [f"unix:{folder}/{n}" for n in range(int(count))]
    if times == "once":
        call(addresses, mode)
    else:
        call(addresses, mode)
        print("ready", flush=True)
        for _line in sys.stdin:
            print(*call(addresses, mode), flush=True)
    # Not by way of pathlib, whose import would be measured.
    with open("/proc/self/status") as status:  # noqa: PTH123
        print(status.read().partition("VmHWM:")[2].split()[0])


if __name__ == "__main__":
    main()
