# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Start to end of one call as a whole process: pykamcmd, kamcmd, and the interpreter alone.

    .venv/bin/python bench/cli_start.py [ROUNDS]

Programs run in turns, so that a busy moment hits all of them. Wall time, and the processor time
of the process, which the neighbours' load hardly touches; the ratio of the medians to those of
``python3 -c pass`` with the same interpreter. Compiled modules are kept in build/, as an
installation would have them.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.support.kamailio import Kamailio, find_kamcmd  # noqa: E402

BIN = Path(sys.executable).parent
FLOOR = "python3 -c pass"


def programs(address: str) -> dict[str, list[str]]:
    """Return what is measured, by name."""
    call = ["-s", address, "core.version"]
    found = {
        FLOOR: [sys.executable, "-c", "pass"],
        "python3 -c 'import re'": [sys.executable, "-c", "import re"],
        "pykamcmd": [str(BIN / "pykamcmd"), *call],
        "kamrpc call": [str(BIN / "kamrpc"), "call", *call],
    }
    if kamcmd := find_kamcmd():
        found["kamcmd"] = [kamcmd, *call]
    return found


def measure(commands: dict[str, list[str]], rounds: int) -> dict[str, list[tuple[float, float]]]:
    """Run every command once per round; return wall and processor times in milliseconds."""
    environment = {**os.environ, "PYTHONPYCACHEPREFIX": str(ROOT / "build" / "pycache")}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    times: dict[str, list[tuple[float, float]]] = {name: [] for name in commands}
    for turn in range(rounds + 1):
        for name, command in commands.items():
            start = time.perf_counter()
            process = subprocess.Popen(command, stdout=subprocess.DEVNULL, env=environment)
            _other, status, usage = os.wait4(process.pid, 0)
            wall = time.perf_counter() - start
            process.returncode = os.waitstatus_to_exitcode(status)
            if process.returncode:
                sys.exit(f"{name} ended with status {process.returncode}")
            if turn:  # the first one compiles
                times[name].append((wall * 1000, (usage.ru_utime + usage.ru_stime) * 1000))
    return times


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    with Kamailio(full=False) as server:
        times = measure(programs(server.endpoints["unix"]), rounds)
    print(f"{rounds} rounds, Python {sys.version.split()[0]}, core.version over a unix stream")
    print(f"{'':24} {'wall ms':>8} {'ratio':>6} {'cpu ms':>8} {'ratio':>6}   medians")
    floor = [statistics.median(column) for column in zip(*times[FLOOR], strict=True)]
    for name, taken in times.items():
        wall, cpu = (statistics.median(column) for column in zip(*taken, strict=True))
        print(f"{name:24} {wall:8.2f} {wall / floor[0]:6.2f} {cpu:8.2f} {cpu / floor[1]:6.2f}")


if __name__ == "__main__":
    main()
