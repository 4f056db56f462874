# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

"""Build what a Salt minion needs into dist/: the modules with the version of all, and the library.

The library's wheel has no C extension, so it fits any Python: Salt brings its own.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import tree

SOURCE = tree.ROOT / "extensions" / "salt"
GALAXY = tree.ROOT / "galaxy.yml"


def version() -> str:
    found = re.search(r"^version: (\S+)", GALAXY.read_text("utf-8"), re.MULTILINE)
    if found is None:
        sys.exit(f"{GALAXY}: no version")
    return found.group(1)


def make(folder: Path) -> Path:
    """Make the package's source tree, complete, below a folder."""
    target = folder / "kamailio-salt"
    shutil.rmtree(target, ignore_errors=True)
    ignored = shutil.ignore_patterns("__pycache__", "*.egg-info", "build")
    shutil.copytree(SOURCE, target, ignore=ignored)
    project = target / "pyproject.toml"
    project.write_text(project.read_text("utf-8").replace("0.0.0", version()), "utf-8")
    return target


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--output", type=Path, default=tree.ROOT / "dist")
    output = parser.parse_args().output.resolve()
    sources = [make(tree.BUILD / "salt"), tree.copy_collection(tree.BUILD / "salt", links=True)]
    command = [sys.executable, "-m", "build", "--no-isolation", "--wheel", "--outdir", output]
    environment = {**os.environ, "KAMAILIO_BINRPC_PUREPYTHON": "1"}
    for source in sources:
        subprocess.run([*command, source], env=environment, check=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
