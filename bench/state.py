# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``kamrpc plan`` on many servers, beside one ``kamrpc fleet`` for each section that it reads.

    .venv/bin/python bench/state.py [--quick]

Endpoints are those of fleet.py. Each command is a new process, all take turns, and times are
those of the whole command, on the clock and of the processor. Memory is the most that one process
had.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

ROOT = Path(__file__).resolve().parents[1]

if __package__ in {None, ""}:  # started as a file
    sys.path[0] = str(ROOT)

from bench.fleet import environment, servers  # noqa: E402
from bench.report import Report, machine  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Sequence

RESULTS = ROOT / "build" / "bench-state.txt"
KAMRPC = str(Path(sys.executable).parent / "kamrpc")
WISH = {
    "version": 1,
    "htable": {"features": {"items": {"recording": 1, "greeting": "hello"}, "absent": ["old"]}},
    "cfg": {"limits": {"max_calls": 250}},
    "pv": {"shv": {"maintenance": 1}},
}
# One call for each section of the wish.
CALLS = {
    "htable": ["htable.dump", "features"],
    "cfg": ["cfg.get", "limits", "max_calls"],
    "pv": ["pv.shvGet", "maintenance"],
}
SIZES = (250, 500, 1000, 2000)
GOAL = 3.0


def timed(command: Sequence[str], expected: int) -> tuple[float, float, int]:
    """Run a command; return seconds on the clock and of the processor, and its KiB."""
    start = time.perf_counter()
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment()
    )
    _process, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != expected:
        sys.exit(f"{command}: status {process.returncode}, not {expected}")
    return seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss


def measure(folder: str, count: int, rounds: int) -> dict[str, tuple[float, float, int]]:
    """Return the medians of each command, and the most memory."""
    config, wish = Path(folder, "config"), Path(folder, "wish.json")
    lines = [f"node{n} = unix:{folder}/{n}\n" for n in range(count)]
    config.write_text("[endpoints]\n" + "".join(lines))
    wish.write_text(json.dumps(WISH))
    where = ["-c", str(config), "--all", "--limit", "1000", "--no-progress"]
    turns = {
        "plan": ([KAMRPC, "plan", *where, str(wish)], 9),
        **{name: ([KAMRPC, "fleet", *where, *call], 0) for name, call in CALLS.items()},
    }
    found: dict[str, list[tuple[float, float, int]]] = {name: [] for name in turns}
    for turn in range(rounds + 1):
        for name, (command, expected) in turns.items():
            measured = timed(command, expected)
            if turn:  # the first one compiles
                found[name].append(measured)
    return {
        name: (
            median(each[0] for each in all_of),
            median(each[1] for each in all_of),
            max(each[2] for each in all_of),
        )
        for name, all_of in found.items()
    }


def run(report: Report, rounds: int, sizes: Sequence[int] = SIZES) -> None:
    """Measure plans."""
    report.heading("kamrpc plan beside one kamrpc fleet for each of the three sections")
    report.line()
    report.line("| endpoints | plan | processor | memory | three calls | processor | ratio |")
    report.line("|---:|---:|---:|---:|---:|---:|---:|")
    ratios = {}
    for count in sizes:
        with servers(count, 0.0) as folder:
            found = measure(folder, count, rounds)
        seconds, processor, memory = found.pop("plan")
        calls = sum(each[0] for each in found.values())
        used = sum(each[1] for each in found.values())
        ratios[count] = seconds / calls
        report.line(
            f"| {count} | {seconds:.2f} s | {processor:.2f} s | {memory / 1024:.0f} MB "
            f"| {calls:.2f} s | {used:.2f} s | {ratios[count]:.2f} |"
        )
    report.line()
    count = max(size for size in sizes if size <= 1000)
    text = f"{count} servers in at most {GOAL:g} times the time of the calls: {ratios[count]:.2f}"
    report.goal(ratios[count] <= GOAL, text)


def main() -> int:
    parser = argparse.ArgumentParser(description="Measure plans of many servers.")
    parser.add_argument("--quick", action="store_true", help="fewer rounds")
    options = parser.parse_args()
    report = Report()
    report.line(machine())
    run(report, 3 if options.quick else 7)
    report.save(RESULTS)
    return 0


if __name__ == "__main__":
    sys.exit(main())
