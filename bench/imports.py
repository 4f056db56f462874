# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""What importing costs: `python bench/imports.py [--rounds N]`.

Whole processes, from start to exit, all in turn; what a line adds is the median of its differences
from the bare interpreter of the same round. Bytecode is there already, as after an installation.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

if __package__ in {None, ""}:  # started as a file
    sys.path[0] = str(ROOT)

from bench.measure import Contender, measure  # noqa: E402
from bench.report import Report, duration, machine  # noqa: E402

BARE = "bare interpreter"
USE = "Kamailio('tcp:127.0.0.1:1')"
PROGRAMS = {
    BARE: "pass",
    "import kamailio_binrpc": "import kamailio_binrpc",
    "Client": "from kamailio_binrpc import Client",
    "AsyncClient": "from kamailio_binrpc import AsyncClient",
    "import asyncio": "import asyncio",
    "Kamailio": "from kamailio_binrpc import Kamailio",
    "import pydantic.BaseModel": "from pydantic import BaseModel",
    "Kamailio and its dispatcher": f"from kamailio_binrpc import Kamailio; {USE}.dispatcher",
    "a DispatcherSet built": (
        "from kamailio_binrpc.typed.models.dispatcher import DispatcherSet; DispatcherSet(id=1)"
    ),
    "all models imported": "; ".join(
        f"import kamailio_binrpc.typed.models.{path.stem}"
        for path in sorted((ROOT / "sdk/kamailio_binrpc/typed/models").glob("[a-z]*.py"))
    ),
}


def run(report: Report, rounds: int) -> None:
    report.heading("imports, as whole processes")
    contenders: dict[str, Contender] = {
        name: lambda program=program: subprocess.run(  # type: ignore[misc]
            [sys.executable, "-S", "-c", _with_path(program)], check=True
        )
        for name, program in PROGRAMS.items()
    }
    times = measure(contenders, rounds)
    for name in PROGRAMS:
        more = times.difference(name, BARE)
        added = "" if name == BARE else f"  + {duration(more):>8}"
        report.line(f"  {name:30} {duration(times.median(name)):>9}{added}")


def _with_path(program: str) -> str:
    # Without the site module: what an environment's .pth files do would count as ours.
    return f"import sys; sys.path[:] = {sys.path[1:]!r}; {program}"


def main() -> int:
    parser = argparse.ArgumentParser(description="Measure what importing costs.")
    parser.add_argument("--rounds", type=int, default=21)
    report = Report()
    report.line(machine())
    run(report, parser.parse_args().rounds)
    return 0


if __name__ == "__main__":
    sys.exit(main())
