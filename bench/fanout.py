# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""The same change on many servers with Ansible: `make bench-fanout`, or

    .venv/bin/python bench/fanout.py [--endpoints N ...] [--rounds N] [--forks N] [--skip WAY ...]

Each server is a lab server with a tcp endpoint of its own, all of them in a few processes beside
this one. Each is also a host of the inventory, with the connection `local`, so that no time is
spent on ssh. Every way sets an item of a hash table to another number, and what the servers then
hold is read back. Times are those of whole commands, the start of ansible-playbook included: by
the clock, and of the processor, which other work on the machine disturbs less.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "build" / "bench-fanout.txt"

if __package__ in {None, ""}:  # started as a file
    sys.path[0] = str(ROOT)

from bench.plays import run_play  # noqa: E402
from bench.report import Report, machine  # noqa: E402
from kamailio_binrpc.core.fleet import Fleet  # noqa: E402
from tests.support.kamailio import find_kamcmd  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Iterator

PROCESSES = 4

SERVERS = """
import asyncio, gc, sys
from kamailio_binrpc.lab import HashTables
from kamailio_binrpc.lab import LabServer

async def main():
    for _server in range(int(sys.argv[1])):
        lab = LabServer(["tcp:127.0.0.1:0"], modules=[HashTables({"t": {}})])
        await lab.__aenter__()
        print(lab.addresses[0], flush=True)
    gc.freeze()
    # Until the benchmark is over, however that ends.
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)

asyncio.run(main())
"""

WAYS = {
    "command": "1. ansible.builtin.command: kamcmd, each host",
    "module": "2. kamailio_htable_item, each host, run_on: host",
    "action": "3. kamailio_htable_item, each host",
    "group": "4. kamailio_htable_item, one task, endpoints: a group",
    "hostvars": "   the same, endpoints from the inventory's hosts",
    "debug": "   ansible.builtin.debug, each host, for comparison",
}
SHORT = ("group", "hostvars")
GOALS = {"action": 8, "group": 100}


@contextlib.contextmanager
def servers(count: int) -> Iterator[list[str]]:
    """Start ``count`` servers and return their addresses."""
    shares = [count // PROCESSES + (number < count % PROCESSES) for number in range(PROCESSES)]
    with contextlib.ExitStack() as stack:
        started: list[Any] = []
        for share in shares:
            command = [sys.executable, "-c", SERVERS, str(share)]
            pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
            started.append(stack.enter_context(subprocess.Popen(command, **pipes)))
        yield [
            process.stdout.readline().decode().strip()
            for process, share in zip(started, shares, strict=True)
            for _server in range(share)
        ]


def task(way: str, kamcmd: str, value: int) -> dict[str, Any]:
    """Return a play of one task."""
    item: dict[str, Any] = {"table": "t", "key": "k", "value": value, "warn_lost": False}
    call = [kamcmd, "-s", "{{ endpoint }}", "htable.seti", "t", "k", str(value)]
    pairs = "{{ dict(groups.all | zip(groups.all | map('extract', hostvars, 'endpoint'))) }}"
    tasks: dict[str, dict[str, Any]] = {
        "command": {"ansible.builtin.command": {"argv": call}},
        "module": {"kamailio.ctl.kamailio_htable_item": item | {"run_on": "host"}},
        "action": {"kamailio.ctl.kamailio_htable_item": item},
        "group": {"kamailio.ctl.kamailio_htable_item": item | {"endpoints": "everyone"}},
        "hostvars": {
            "kamailio.ctl.kamailio_htable_item": item | {"endpoints": pairs},
            "run_once": True,
        },
        "debug": {"ansible.builtin.debug": {"msg": "{{ endpoint }}"}},
    }
    return {
        "hosts": "localhost" if way == "group" else "all",
        "connection": "local",
        "gather_facts": False,
        "module_defaults": {"group/kamailio.ctl.kamailio": {"endpoint": "{{ endpoint }}"}}
        if way in ("module", "action")
        else {},
        "tasks": [tasks[way]],
    }


class Bench:
    """Servers, an inventory of them, and the time that a way of changing them takes."""

    def __init__(self, folder: Path, addresses: list[str], forks: int) -> None:
        self._folder = folder
        self._names = {f"node{number}": each for number, each in enumerate(addresses)}
        self._forks = forks
        self._value = 0
        self._kamcmd = find_kamcmd() or ""
        hosts = {name: {"endpoint": each} for name, each in self._names.items()}
        (folder / "hosts.json").write_text(json.dumps({"all": {"hosts": hosts}}))
        lines = [f"{name} = {each}\n" for name, each in self._names.items()]
        config = ["[endpoints]\n", *lines, "[groups]\n", f"everyone = {' '.join(self._names)}\n"]
        (folder / "config.ini").write_text("".join(config))
        above = folder / "ansible_collections" / "kamailio"
        above.mkdir(parents=True)
        (above / "ctl").symlink_to(ROOT)

    def measure(self, way: str) -> tuple[float, float]:
        """Run a way once, and return seconds by the clock and of the processor.

        All servers have to hold the new value afterwards.
        """
        self._value += 1
        play = task(way, self._kamcmd, self._value)
        inventory = "localhost," if way == "group" else "hosts.json"
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        start = time.perf_counter()
        run_play(
            self._folder,
            play,
            self._forks,
            inventory,
            ANSIBLE_PYTHON_INTERPRETER=sys.executable,
            KAMRPC_CONFIG=str(self._folder / "config.ini"),
        )
        clock = time.perf_counter() - start
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        if way != "debug":
            self._verify(way)
        return clock, processor

    def _verify(self, way: str) -> None:
        report = Fleet(self._names, limit=50).call("htable.get", "t", "k")
        values = [reply[0]["item"]["value"] for reply in report.replies.values()]
        if values != [self._value] * len(self._names):
            sys.exit(f"{way}: {values.count(self._value)} of {len(self._names)} were changed")


def run(report: Report, count: int, options: argparse.Namespace) -> None:
    ways = [way for way in WAYS if way not in options.skip]
    with servers(count) as addresses, tempfile.TemporaryDirectory(prefix="fanout-") as folder:
        bench = Bench(Path(folder), addresses, options.forks)
        bench.measure("group")  # compiles what is not yet
        times: dict[str, list[tuple[float, float]]] = {way: [] for way in ways}
        for _round in range(options.rounds):
            for way in ways:
                # What takes seconds is disturbed most by other work, and is quickly repeated.
                repeats = 5 if way in SHORT else 1
                taken = [bench.measure(way) for _repeat in range(repeats)]
                times[way].append(
                    (median(each[0] for each in taken), median(each[1] for each in taken))
                )
    report.heading(f"{count} servers, forks: {options.forks}, {machine()}")
    report.line(f"{'':52}{'clock':>9}{'per server':>12}{'faster':>9}{'processor':>12}{'less':>8}")
    for way in ways:
        clock, processor = (median(taken[part] for taken in times[way]) for part in (0, 1))
        line = f"{WAYS[way]:52}{clock:7.2f} s{clock / count * 1000:9.2f} ms"
        ratios = [_ratio(times, way, part) if "command" in ways else 0.0 for part in (0, 1)]
        report.line(f"{line}{ratios[0]:7.1f} x{processor:10.2f} s{ratios[1]:6.1f} x")
        # 100 servers take little more than the start of ansible-playbook.
        if way in GOALS and "command" in ways and count >= 1000:
            report.goal(ratios[0] >= GOALS[way], f"at least {GOALS[way]} times faster than 1")


def _ratio(times: dict[str, list[tuple[float, float]]], way: str, part: int) -> float:
    """How many times as long the first way takes as this one, in the same round."""
    pairs = zip(times["command"], times[way], strict=True)
    return median(one[part] / other[part] for one, other in pairs)


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--endpoints", type=int, nargs="+", default=[100, 1000], metavar="N")
    parser.add_argument("--rounds", type=int, default=1, metavar="N")
    parser.add_argument("--forks", type=int, default=10, metavar="N")
    parser.add_argument("--skip", nargs="+", choices=WAYS, default=[], metavar="WAY")
    options = parser.parse_args()
    if find_kamcmd() is None and "command" not in options.skip:
        print("kamcmd is not installed: --skip command", file=sys.stderr)
        return 1
    report = Report()
    report.line(f"wall time of whole commands, medians of {options.rounds}")
    for count in options.endpoints:
        run(report, count, options)
    report.save(RESULTS)
    print(f"written to {RESULTS.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
