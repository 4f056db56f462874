# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Measure what importing costs: `python bench/imports.py [ROUNDS]`.

Whole processes, from start to exit, in turns. Wall time, and the processor time of the process,
which the neighbours' load hardly touches: medians, and the median of the differences from the bare
interpreter of the same round. Compiled modules are kept in build/, as an installation would have
them; the site module is left out, since what an environment's .pth files do would count as ours.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parents[1]
MODELS = ROOT / "sdk" / "kamailio_binrpc" / "typed" / "models"

BARE = "bare interpreter"
OPEN = "from kamailio_binrpc import Kamailio; kamailio = Kamailio('tcp:127.0.0.1:1')"
PROGRAMS = {
    BARE: "pass",
    "import kamailio_binrpc": "import kamailio_binrpc",
    "Client": "from kamailio_binrpc import Client",
    "Kamailio": OPEN,
    "import asyncio": "import asyncio",
    "AsyncClient": "from kamailio_binrpc import AsyncClient",
    "pydantic's BaseModel": "from pydantic import BaseModel",
    "Kamailio, .dispatcher": f"{OPEN}; kamailio.dispatcher",
    "the same, models built": (
        f"{OPEN}; kamailio.dispatcher\n"
        "from kamailio_binrpc.typed.models.dispatcher import DispatcherSet; DispatcherSet(id=1)"
    ),
    "all models imported": "\n".join(
        f"import kamailio_binrpc.typed.models.{path.stem}"
        for path in sorted(MODELS.glob("[a-z]*.py"))
    ),
}


def run_once(program: str) -> tuple[float, float]:
    """Return wall and processor time of a process, in milliseconds."""
    environment = {**os.environ, "PYTHONPYCACHEPREFIX": str(ROOT / "build" / "pycache")}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    paths = [str(ROOT / "sdk"), *(path for path in sys.path[1:] if path)]
    environment["PYTHONPATH"] = os.pathsep.join(paths)
    start = time.perf_counter()
    process = subprocess.Popen([sys.executable, "-S", "-c", program], env=environment)
    _other, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{program!r} ended with status {process.returncode}")
    return wall * 1000, (usage.ru_utime + usage.ru_stime) * 1000


def main() -> int:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 21
    times: dict[str, list[tuple[float, float]]] = {name: [] for name in PROGRAMS}
    for turn in range(rounds + 1):
        for name, program in PROGRAMS.items():
            taken = run_once(program)
            if turn:  # the first one compiles
                times[name].append(taken)
    print(f"Python {sys.version.split()[0]}, {rounds} rounds, load {os.getloadavg()[0]:.1f}; ms")
    print(f"{'':26}{'wall':>8}{'more':>8}{'processor':>11}{'more':>8}")
    for name, taken in times.items():
        line = f"{name:26}"
        for column, width in ((0, 8), (1, 11)):
            more = [
                one[column] - bare[column] for one, bare in zip(taken, times[BARE], strict=True)
            ]
            line += f"{median(one[column] for one in taken):{width}.1f}{median(more):8.1f}"
        print(line)
    return 0


if __name__ == "__main__":
    sys.exit(main())
