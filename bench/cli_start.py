# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Start to end of one call as a whole process: pykamcmd, kamcmd, and the interpreter alone.

    .venv/bin/python bench/cli_start.py [ROUNDS]

Programs run in turns, so that a busy moment hits all of them. Medians and minima of wall time,
and the ratio of the medians to that of ``python3 -c pass`` with the same interpreter. Compiled
modules are kept in build/, as an installation would have them.
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

from tests.support.kamailio import Kamailio, find_kamcmd

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


def measure(commands: dict[str, list[str]], rounds: int) -> dict[str, list[float]]:
    """Run every command once per round; return the times in milliseconds."""
    environment = {**os.environ, "PYTHONPYCACHEPREFIX": str(ROOT / "build" / "pycache")}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    times: dict[str, list[float]] = {name: [] for name in commands}
    for turn in range(rounds + 1):
        for name, command in commands.items():
            start = time.perf_counter()
            subprocess.run(command, stdout=subprocess.DEVNULL, env=environment, check=True)
            if turn:  # the first one compiles
                times[name].append((time.perf_counter() - start) * 1000)
    return times


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    with Kamailio(full=False) as server:
        times = measure(programs(server.endpoints["unix"]), rounds)
    medians = {name: statistics.median(taken) for name, taken in times.items()}
    print(f"{rounds} rounds, Python {sys.version.split()[0]}, core.version over a unix stream")
    for name, taken in times.items():
        ratio = medians[name] / medians[FLOOR]
        print(f"{name:24} median {medians[name]:7.2f} ms  min {min(taken):7.2f}  x{ratio:.2f}")


if __name__ == "__main__":
    main()
