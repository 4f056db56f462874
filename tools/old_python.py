# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

"""Run tests of the SDK on another Python, in an environment made from a lock.

tools/old_python.py 3.8 core38 tests/sdk/core [pytest option...]
"""

from __future__ import annotations

import os
import subprocess
import sys

import pythons
import tree
import venvs


def main() -> int:
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    version, lock, tests, *options = sys.argv[1:]
    python = pythons.find(version)
    if not python:
        sys.exit(f"no Python {version} on this machine")
    bin_dir = venvs.ensure(lock, python, lock)
    options = ["-o", f"cache_dir=build/pytest-{lock}", *options]
    if lock.startswith("core"):
        # Without the fixtures above: those may use what this Python lacks.
        options.append("--confcutdir=tests/sdk/core")
    return subprocess.run(
        [bin_dir / "python", "-m", "pytest", *options, tests],
        cwd=tree.ROOT,
        env={**os.environ, "PYTHONPATH": str(tree.ROOT / "sdk")},
        stdin=subprocess.DEVNULL,
        check=False,
    ).returncode


if __name__ == "__main__":
    sys.exit(main())
