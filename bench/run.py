# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Measure the codec, the client, fleets, plans and the relay: `make bench`, or
`bench/run.py [--quick]`.

Compare ratios, not seconds: those belong to the machine and its load. Values are texts, numbers
and structs; a member's name counts with its value.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "build" / "bench.txt"

if __package__ in {None, ""}:  # started as a file
    sys.path[0] = str(ROOT)

from bench import codec, compiled, fleet, latency, relay, state, state_task  # noqa: E402
from bench.measure import Rounds  # noqa: E402
from bench.report import Report, machine  # noqa: E402

PARTS = ("codec", "compiled", "latency", "fleet", "state", "relay")


def main() -> int:
    parser = argparse.ArgumentParser(description="Measure codec, client, fleet, plans and relay.")
    parser.add_argument("--quick", action="store_true", help="fewer rounds")
    parser.add_argument("--only", choices=PARTS, help="one part of it")
    options = parser.parse_args()
    # Small parts get more rounds; on a busy machine none gets more than it must.
    rounds = Rounds(5, 5, 0) if options.quick else Rounds(7, 31, 3)
    report = Report()
    start = time.monotonic()
    report.line(machine())
    report.line(f"medians of {rounds.least} or more rounds in which all take turns")
    parts = PARTS if options.only is None else (options.only,)
    if "codec" in parts:
        codec.run(report, rounds)
    if "compiled" in parts:
        compiled.run(report, rounds)
    if "latency" in parts:
        latency.run(report, rounds, calls=1000)
    if "fleet" in parts:
        fleet.run(report, 3 if options.quick else 7)
    if "state" in parts:
        state.run(report, 3 if options.quick else 7)
        state_task.run(report, 2 if options.quick else 7)
    if "relay" in parts:
        relay.run(report, 2 if options.quick else 9, short=options.quick)
    report.line()
    report.line(f"{time.monotonic() - start:.0f} s, load at the end: {machine()}")
    report.save(RESULTS)
    print(f"written to {RESULTS.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
