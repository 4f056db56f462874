# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

"""Run tests of the SDK on another Python, in an environment made from a lock.

tools/old_python.py 3.8 core38 tests/sdk/core [--cover=MODULE] [pytest option...]

With --cover it says how many of a package's branches the tests take.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pythons
import tree
import venvs

if TYPE_CHECKING:
    from pathlib import Path


def branches(python: Path, folder: Path, environment: dict[str, str]) -> str:
    """Return how many branches were taken in a run that left its data in a folder."""
    for command in (["combine", "-q", folder], ["json", "-q", "-o", folder / "found.json"]):
        subprocess.run(
            [python, "-m", "coverage", *command], cwd=tree.ROOT, env=environment, check=True
        )
    totals = json.loads((folder / "found.json").read_text("utf-8"))["totals"]
    percent = 100 * totals["covered_branches"] / totals["num_branches"]
    return f"{percent:.1f} % of {totals['num_branches']} branches"


def main() -> int:
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    version, lock, tests, *options = sys.argv[1:]
    python = pythons.find(version)
    if not python:
        sys.exit(f"no Python {version} on this machine")
    inner = venvs.ensure(lock, python, lock) / "python"
    covered = [each.partition("=")[2] for each in options if each.startswith("--cover=")]
    options = [each for each in options if not each.startswith("--cover=")]
    options = ["-o", f"cache_dir=build/pytest-{lock}", *options]
    if lock.startswith("core"):
        # Without the fixtures above: those may use what this Python lacks.
        options.append("--confcutdir=tests/sdk/core")
    environment = {**os.environ, "PYTHONPATH": str(tree.ROOT / "sdk")}
    folder = tree.BUILD / "coverage" / lock
    command: list[str | Path] = [inner]
    if covered:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        environment["COVERAGE_FILE"] = str(folder / "data")
        command += ["-m", "coverage", "run", f"--source={','.join(covered)}"]
    done = subprocess.run(
        [*command, "-m", "pytest", *options, tests],
        cwd=tree.ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        check=False,
    ).returncode
    if covered and not done:
        print(f"{', '.join(covered)}: {branches(inner, folder, environment)}")
    return done


if __name__ == "__main__":
    sys.exit(main())
