# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""One read-only call on many endpoints: a Fleet beside ``xargs -P`` over kamcmd.

    .venv/bin/python bench/fleet.py [--quick] [--endpoints N]

Endpoints are unix sockets of lab servers in processes of their own (see fleet_servers.py), which
answer at once or after 20 ms, as servers a network away do. Wall times of whole commands, and the
processor time of the callers (not of the servers), which the machine's other work hardly touches:
medians, in turns. New processes start without the site module, as in imports.py, and find their
compiled modules. Memory is the most that was resident; for xargs it is that of one kamcmd, and
-P of them run at a time.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

ROOT = Path(__file__).resolve().parents[1]

if __package__ in {None, ""}:  # started as a file
    sys.path[0] = str(ROOT)

from bench.report import Report, machine  # noqa: E402
from tests.support.kamailio import find_kamcmd  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Measured = tuple[float, float, int]  # seconds on the clock and of the processor; KiB or 0

RESULTS = ROOT / "build" / "bench-fleet.txt"
BENCH = ROOT / "bench"
PARALLEL = {0.0: (2, 8, 32, 128), 0.02: (32, 128, 256)}  # by the delay
PROCESSES = 2
GROWTH = (100, 1000, 10_000)
GOAL = 10.0

BLOCKING = "Fleet, new process"
ASYNCIO = "AsyncFleet, new process"
WARM = "Fleet, in a running program"
WARM_ASYNCIO = "AsyncFleet, in a running program"
TASK_EACH = "AsyncFleet.run with a function, in a running program"
KAMRPC = "`kamrpc fleet`"

MODES = {WARM: "blocking", WARM_ASYNCIO: "asyncio", TASK_EACH: "task-each"}


class Outcome:
    """Seconds on the clock and of the processor in each round, and the most memory in KiB."""

    def __init__(self) -> None:
        self.seconds: list[float] = []
        self.processor: list[float] = []
        self.memory = 0

    def add(self, seconds: float, processor: float, memory: int) -> None:
        self.seconds.append(seconds)
        self.processor.append(processor)
        self.memory = max(self.memory, memory)

    @property
    def median(self) -> float:
        return median(self.seconds)


def environment() -> dict[str, str]:
    found = {**os.environ, "PYTHONPYCACHEPREFIX": str(ROOT / "build" / "pycache")}
    found.pop("PYTHONDONTWRITEBYTECODE", None)
    found["PYTHONPATH"] = str(ROOT / "sdk")
    return found


@contextlib.contextmanager
def servers(count: int, delay: float) -> Iterator[str]:
    """Serve ``count`` endpoints; gives the folder of their sockets."""
    with tempfile.TemporaryDirectory() as folder:
        share = -(-count // PROCESSES)
        started = []
        try:
            for first in range(0, count, share):
                last = min(first + share, count)
                program = [sys.executable, str(BENCH / "fleet_servers.py")]
                process = subprocess.Popen(
                    [*program, folder, str(first), str(last), str(delay)],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    env=environment(),
                )
                started.append(process)
            for process in started:
                assert process.stdout is not None
                if process.stdout.readline() != b"ready\n":
                    sys.exit("the lab servers did not start")
            yield folder
        finally:
            for process in started:
                process.communicate()  # the end of its input ends it


class Warm:
    """A program that has called the fleet before, and does so again when told."""

    def __init__(self, folder: str, count: int, mode: str) -> None:
        self._process = subprocess.Popen(
            [*client(folder, count, mode), "warm"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment(),
            text=True,
        )
        self._read()

    def _read(self) -> str:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            sys.exit("a measured program has ended")
        return line

    def call(self) -> Measured:
        assert self._process.stdin is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        seconds, processor = self._read().split()
        return float(seconds), float(processor), 0

    def end(self) -> int:
        """Return the most memory it had, in KiB."""
        return int(self._process.communicate()[0])


def client(folder: str, count: int, mode: str) -> list[str]:
    return [sys.executable, "-S", str(BENCH / "fleet_client.py"), folder, str(count), mode]


def timed(command: list[str] | str, answers: int | None = None) -> Measured:
    """Run a command; return its wall and processor time, and the KiB that it tells if it does."""
    with tempfile.TemporaryFile() as output:
        start = time.perf_counter()
        process = subprocess.Popen(
            command, shell=isinstance(command, str), stdout=output, stderr=output, env=environment()
        )
        _process, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        text = output.read()
    found = text.count(b"kamailio 5.6.3")
    if process.returncode or (answers is not None and found != answers):
        sys.exit(f"{command}: status {process.returncode}, {found} answers")
    memory = int(text) if answers is None else 0
    return seconds, usage.ru_utime + usage.ru_stime, memory


def xargs(kamcmd: str, folder: str, count: int, parallel: int) -> str:
    return f"seq 0 {count - 1} | xargs -P{parallel} -I@ {kamcmd} -s unix:{folder}/@ core.version"


def kamcmd_memory(kamcmd: str, folder: str) -> int:
    """Return the most memory of one kamcmd, in KiB, looked at while it waits for an answer."""
    most = 0
    command = [kamcmd, "-s", f"unix:{folder}/0", "core.version"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    with contextlib.suppress(OSError):
        while process.poll() is None:
            status = Path(f"/proc/{process.pid}/status").read_text()
            name, size = status.split(None, 2)[1], status.partition("VmHWM:")[2].split()
            if name == "kamcmd" and size:
                most = max(most, int(size[0]))
    process.wait()
    return most


def measure(
    folder: str, count: int, rounds: int, names: list[str], parallel: tuple[int, ...]
) -> dict[str, Outcome]:
    """Let everything take its turn, ``rounds`` times."""
    config = Path(folder, "config")
    lines = [f"node{n} = unix:{folder}/{n}\n" for n in range(count)]
    config.write_text("[endpoints]\n" + "".join(lines))
    kamrpc = [str(Path(sys.executable).parent / "kamrpc"), "fleet", "-c", str(config)]
    kamrpc += ["--all", "--limit", "1000", "--no-progress", "core.version"]
    once = {
        BLOCKING: lambda: timed([*client(folder, count, "blocking"), "once"]),
        ASYNCIO: lambda: timed([*client(folder, count, "asyncio"), "once"]),
        KAMRPC: lambda: timed(kamrpc, count),
    }
    warm = {name: Warm(folder, count, MODES[name]) for name in names if name in MODES}
    turns: dict[str, Callable[[], Measured]] = {
        name: warm[name].call if name in warm else once[name] for name in names
    }
    if kamcmd := find_kamcmd():
        for number in parallel:
            command = xargs(kamcmd, folder, count, number)
            turns[xargs_name(number)] = lambda command=command: timed(command, count)
    outcomes = {name: Outcome() for name in turns}
    for turn in range(rounds + 1):
        for name, work in turns.items():
            if turn or name == BLOCKING:  # its first one compiles
                measured = work()
                if turn:
                    outcomes[name].add(*measured)
    for name, program in warm.items():
        outcomes[name].memory = program.end()
    return outcomes


def xargs_name(parallel: int) -> str:
    return f"`xargs -P{parallel} kamcmd`"


def best_xargs(outcomes: dict[str, Outcome]) -> str | None:
    found = [name for name in outcomes if name.startswith("`xargs")]
    return min(found, key=lambda name: outcomes[name].median, default=None)


def ratio(outcomes: dict[str, Outcome], name: str, base: str) -> float:
    """How many times as long as ``base`` does ``name`` take: the median of the rounds' own."""
    pairs = zip(outcomes[name].seconds, outcomes[base].seconds, strict=True)
    return median(one / other for one, other in pairs)


def processor_ratio(outcomes: dict[str, Outcome], name: str, base: str) -> float:
    """How much more of the processor does ``name`` take than ``base``?"""
    pairs = zip(outcomes[name].processor, outcomes[base].processor, strict=True)
    return median(one / other for one, other in pairs)


def compare(report: Report, count: int, rounds: int) -> dict[float, str | None]:
    """Measure one size with all contenders; return the best xargs of each delay."""
    best = {}
    for delay, parallel in PARALLEL.items():
        with servers(count, delay) as folder:
            names = [BLOCKING, ASYNCIO, KAMRPC, WARM, WARM_ASYNCIO, TASK_EACH]
            outcomes = measure(folder, count, rounds, names, parallel)
            kamcmd = find_kamcmd()
            own = kamcmd_memory(kamcmd, folder) if kamcmd and delay else 0
        base = best[delay] = best_xargs(outcomes)
        report.heading(f"{count} endpoints, reply after {delay * 1000:.0f} ms")
        report.line()
        report.line("| | seconds | processor | memory | best xargs takes | processor |")
        report.line("|---|---:|---:|---:|---:|---:|")
        for name, outcome in outcomes.items():
            memory = outcome.memory or (own if name.startswith("`xargs") else 0)
            size = f"{memory / 1024:.0f} MB" if memory else ""
            if memory and name.startswith("`xargs"):
                size += " each"
            columns = [name, f"{outcome.median:.3f}", f"{median(outcome.processor):.3f}", size]
            if base:
                columns.append(f"{ratio(outcomes, name=base, base=name):.1f} times")
                columns.append(f"{processor_ratio(outcomes, name=base, base=name):.1f} times")
            report.line("| " + " | ".join(columns) + " |")
        if base:
            report.line()
            for name in (BLOCKING, WARM, WARM_ASYNCIO):
                faster = ratio(outcomes, name=base, base=name)
                report.goal(faster >= GOAL, f"{GOAL:g} times faster: {name}, {faster:.1f} times")
    return best


def grow(report: Report, best: dict[float, str | None], rounds: int) -> None:
    report.heading("Growth")
    report.line()
    report.line(
        "| endpoints | reply after | new process | memory | running program | memory | xargs |"
    )
    report.line("|---:|---:|---:|---:|---:|---:|---:|")
    for delay in PARALLEL:
        for count in GROWTH:
            name = best[delay]
            parallel = [int(name.split()[1][2:])] if name else []
            few = rounds if count < 10_000 else min(rounds, 2)
            with servers(count, delay) as folder:
                outcomes = measure(folder, count, few, [BLOCKING, WARM], tuple(parallel))
            columns = [f"{count}", f"{delay * 1000:.0f} ms"]
            for each in (BLOCKING, WARM):
                outcome = outcomes[each]
                columns += [f"{outcome.median:.3f} s", f"{outcome.memory / 1024:.0f} MB"]
            columns.append(f"{outcomes[name].median:.2f} s" if name else "")
            report.line("| " + " | ".join(columns) + " |")


def run(report: Report, rounds: int, count: int = 1000) -> None:
    """Measure the fleet."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))  # for the programs that it starts
    if not find_kamcmd():
        report.line("kamcmd is not installed: nothing to compare with")
    best = compare(report, count, rounds)
    grow(report, best, rounds)


def main() -> int:
    parser = argparse.ArgumentParser(description="Measure the fleet.")
    parser.add_argument("--quick", action="store_true", help="fewer rounds")
    parser.add_argument("--endpoints", type=int, default=1000, help="default: %(default)s")
    options = parser.parse_args()
    rounds = 3 if options.quick else 7
    report = Report()
    report.line(f"{machine()}; medians of {rounds} rounds (2 with 10,000) in which all take turns")
    run(report, rounds, options.endpoints)
    report.line()
    report.line(f"at the end: {machine()}")
    report.save(RESULTS)
    print(f"written to {RESULTS.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
