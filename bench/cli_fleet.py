# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""One call on many endpoints: ``kamrpc fleet`` beside ``xargs -P`` over kamcmd.

    .venv/bin/python bench/cli_fleet.py [ENDPOINTS] [ROUNDS]

The endpoints are unix sockets of one lab server in a process of its own, which answers at once
or after 20 ms, as servers a network away do. Wall times of whole commands, medians, in turns.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.support.kamailio import find_kamcmd  # noqa: E402

BIN = Path(sys.executable).parent
DELAYS = (0.0, 0.02)
PARALLEL = (8, 32, 128)

SERVER = """
import asyncio, sys
from kamailio_binrpc.core.lab.server import LabServer

folder, count, delay = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])

async def main():
    # A server serves 128 connections at once, as ctl does: hence one for every 50 sockets.
    labs = []
    for start in range(0, count, 50):
        names = range(start, min(start + 50, count))
        lab = LabServer([f"unix:{folder}/{n}" for n in names])
        if delay:
            lab.registry.method("core.version")(version)
        labs.append(await lab.__aenter__())
    print("ready", flush=True)
    await asyncio.Event().wait()

async def version(ctx):
    await asyncio.sleep(delay)
    return "kamailio 5.6.3 (x86_64/linux) "

asyncio.run(main())
"""


def commands(folder: str, count: int) -> dict[str, str]:
    """Return what is measured: shell commands by name."""
    kamrpc = f"{BIN}/kamrpc fleet -c {folder}/config --all --no-progress core.version"
    found = {"kamrpc fleet": kamrpc}
    if kamcmd := find_kamcmd():
        for parallel in PARALLEL:
            found[f"xargs -P{parallel} kamcmd"] = (
                f"seq 0 {count - 1} | "
                f"xargs -P{parallel} -I@ {kamcmd} -s unix:{folder}/@ core.version"
            )
    return found


def measure(folder: str, count: int, delay: float, rounds: int) -> None:
    environment = {**os.environ, "PYTHONPYCACHEPREFIX": str(ROOT / "build" / "pycache")}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    command = [sys.executable, "-c", SERVER, folder, str(count), str(delay)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as server:
        assert server.stdout is not None
        server.stdout.readline()
        try:
            times: dict[str, list[float]] = {}
            for turn in range(rounds + 1):
                for name, text in commands(folder, count).items():
                    start = time.perf_counter()
                    done = subprocess.run(
                        text, shell=True, capture_output=True, env=environment, check=True
                    )
                    answers = done.stdout.count(b"kamailio 5.6.3")
                    if answers != count:
                        sys.exit(f"{name}: {answers} of {count} answers")
                    if turn:
                        times.setdefault(name, []).append(time.perf_counter() - start)
        finally:
            server.terminate()
    medians = {name: statistics.median(taken) for name, taken in times.items()}
    for name, taken in medians.items():
        ratio = taken / medians["kamrpc fleet"]
        print(f"{delay * 1000:4.0f} ms delay  {name:20} {taken:6.2f} s  {ratio:5.1f} times")


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 5
    print(f"core.version of {count} endpoints, {rounds} rounds, Python {sys.version.split()[0]}")
    for delay in DELAYS:
        with tempfile.TemporaryDirectory() as folder:
            lines = [f"node{n} = unix:{folder}/{n}\n" for n in range(count)]
            Path(folder, "config").write_text("[endpoints]\n" + "".join(lines))
            measure(folder, count, delay, rounds)


if __name__ == "__main__":
    main()
