# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

"""Fuzz every parser of bytes and texts from outside, a minute each: fuzz/targets.py has them.

With Atheris, where it can be installed, else without coverage, as with --plain. What a run learns
stays in build/fuzz, so the next one goes on from there. An input that breaks something is written
there too. --only takes several names, separated by commas; --jobs runs that many at once.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import tree
import venvs

_PLAIN = re.compile(r": (\d+) inputs, seed")
_GUIDED = re.compile(r"stat::number_of_executed_units: +(\d+)")


def names() -> list[str]:
    """Return the names of all targets, as fuzz/targets.py has them."""
    text = (tree.ROOT / "fuzz" / "targets.py").read_text(encoding="utf-8")
    return re.findall(r'^    "(\w+)": Target\(', text, re.MULTILINE)


def count_of(text: str) -> int:
    """Return how many inputs a run tried, as it says itself."""
    found = _PLAIN.search(text) or _GUIDED.search(text)
    return int(found.group(1)) if found else 0


def python(*, plain: bool) -> Path:
    """Return an interpreter with Atheris, or this one where it cannot be installed."""
    if not plain:
        try:
            return venvs.ensure("fuzz", venvs.this_python(), "fuzz") / "python"
        except (OSError, subprocess.CalledProcessError) as error:
            print(f"Atheris cannot be installed ({error}): fuzzing without coverage")
    return Path(sys.executable)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=60, help="for each target (default: 60)")
    parser.add_argument("--only", metavar="NAMES", help="these targets")
    parser.add_argument("--seed", type=int, help="repeat a run")
    parser.add_argument("--jobs", type=int, default=1, help="targets at once (default: 1)")
    parser.add_argument("--plain", action="store_true", help="random changes, without coverage")
    options = parser.parse_args()
    known = names()
    wanted = options.only.split(",") if options.only else known
    if unknown := set(wanted) - set(known):
        parser.error(f"no target {', '.join(sorted(unknown))}; there are {', '.join(known)}")
    interpreter = python(plain=options.plain)

    def run(name: str) -> tuple[int, str]:
        command = [interpreter, tree.ROOT / "fuzz" / "run.py", name]
        command += ["--folder", tree.BUILD / "fuzz" / name, "--seconds", str(options.seconds)]
        command += ["--plain"] if options.plain else []
        command += ["--seed", str(options.seed)] if options.seed is not None else []
        done = subprocess.run(
            command,
            cwd=tree.ROOT,
            env={**os.environ, "PYTHONPATH": str(tree.ROOT / "sdk")},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            check=False,
        )
        print(f"{name:14}{count_of(done.stdout):12,} inputs", flush=True)
        if done.returncode:
            print(done.stdout, flush=True)
        return done.returncode, done.stdout

    with ThreadPoolExecutor(options.jobs) as pool:
        results = list(pool.map(run, wanted))
    print(f"{'in all':14}{sum(count_of(text) for _status, text in results):12,} inputs")
    broken = [name for name, (status, _text) in zip(wanted, results, strict=True) if status]
    if broken:
        print(f"broken: {', '.join(broken)}")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
