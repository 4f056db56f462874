# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Three tasks of an operator's day, with kamrpc and with kamcmd: keystrokes and seconds.

    .venv/bin/python bench/day.py

Fifty lab servers: one has an ill gateway, one is flooded by an address, and one does not run. Each
task is the lines that a person types into a shell, whose output has to hold the answer. Keys count
letters and Enter, without completion and history; seconds are those of the programs, not of the
person who reads.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from kamailio_binrpc.lab import Dispatcher, LabServer, Pike  # noqa: E402
from tests.support.kamailio import find_kamcmd  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Iterator

SERVERS = 50
ILL, FLOODED, DEAD = "edge37", "edge12", "edge44"
GATEWAY, FLOODER = "sip:192.0.2.13:5060", "203.0.113.77"
INACTIVE = 1


@dataclass(frozen=True)
class Way:
    """How a task is done with a program.

    :ivar lines: what is typed.
    :ivar answers: what the output of each line has to hold.
    """

    task: str
    program: str
    lines: tuple[str, ...]
    answers: tuple[str, ...]


LOOP = "for s in edge*; do echo $s; "
WAYS = (
    Way(
        "the ill gateway among 50 servers, drained",
        "kamrpc",
        (
            "kamrpc gateways --all --where state~I",
            f"kamrpc drain -s {ILL} 1 {GATEWAY} -y",
        ),
        (ILL, "disabled"),
    ),
    Way(
        "the ill gateway among 50 servers, drained",
        "kamcmd",
        (
            LOOP + "kamcmd -s unix:$s dispatcher.list | grep -B1 'FLAGS: I'; done",
            f"kamcmd -s unix:{ILL} dispatcher.set_state d 1 {GATEWAY}",
            f"kamcmd -s unix:{ILL} dispatcher.list | grep -A1 {GATEWAY}",
        ),
        (GATEWAY, "", "FLAGS: D"),
    ),
    Way(
        "who floods",
        "kamrpc",
        ("kamrpc fleet --all pike.top -o table",),
        (FLOODER,),
    ),
    Way(
        "who floods",
        "kamcmd",
        (LOOP + "kamcmd -s unix:$s pike.top; done | grep -B2 -A4 ip_addr",),
        (FLOODER,),
    ),
    Way(
        "why can I not connect",
        "kamrpc",
        (f"kamrpc doctor {DEAD}",),
        ("start Kamailio",),
    ),
    Way(
        "why can I not connect",
        "kamcmd",
        (
            f"kamcmd -s unix:{DEAD} core.version",
            f"ls -l {DEAD}",
            f"grep {DEAD} /proc/net/unix",
        ),
        ("Connection refused", "srw", ""),
    ),
)


@contextlib.contextmanager
def fleet(folder: Path) -> Iterator[None]:
    """Run the servers, with a configuration that names them."""
    names = [f"edge{number:02}" for number in range(1, SERVERS + 1)]
    endpoints = "".join(f"{name} = unix:{folder}/{name}\n" for name in names)
    (folder / "config.ini").write_text(f"[endpoints]\n{endpoints}")
    gateways = [f"sip:192.0.2.{number}:5060" for number in range(11, 14)]
    flood = {"ip_addr": FLOODER, "leaf_hits_curr": 940, "expires": 120, "status": "HOT"}
    with contextlib.ExitStack() as stack:
        for name in names:
            ill = {"uri": GATEWAY, "flags": INACTIVE if name == ILL else 0}
            modules = [
                Dispatcher({1: [*gateways[:2], ill]}),
                Pike([flood] if name == FLOODED else []),
            ]
            lab = LabServer(f"unix:{folder}/{name}", modules=modules)
            if name == DEAD:
                import socket

                with socket.socket(socket.AF_UNIX) as left:
                    left.bind(f"{folder}/{name}")
            else:
                stack.enter_context(lab.running_in_thread())
        yield


def run(way: Way, folder: Path) -> float:
    """Type the lines; return the seconds.

    :raises SystemExit: an answer is missing.
    """
    environment = {
        **os.environ,
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
        "KAMRPC_CONFIG": str(folder / "config.ini"),
    }
    start = time.perf_counter()
    for line, answer in zip(way.lines, way.answers, strict=True):
        done = subprocess.run(
            ["bash", "-c", line],
            cwd=folder,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        if answer not in done.stdout:
            sys.exit(f"{line}: {answer!r} is not in\n{done.stdout}")
    return time.perf_counter() - start


def keys(way: Way) -> int:
    """Return how many keys are pressed."""
    return sum(len(line) + 1 for line in way.lines)


def main() -> int:
    kamcmd = find_kamcmd()
    print(f"{'task':42} {'program':8} {'lines':>5} {'keys':>5} {'seconds':>8}")
    for way in WAYS:
        if way.program == "kamcmd" and not kamcmd:
            continue
        with tempfile.TemporaryDirectory(prefix="day-") as name, fleet(Path(name)):
            seconds = run(way, Path(name))
        print(f"{way.task:42} {way.program:8} {len(way.lines):5} {keys(way):5} {seconds:8.2f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
