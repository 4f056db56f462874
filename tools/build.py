# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

"""Build the SDK's wheel and sdist and the collection's artefact, into dist/ by default.

All are built from clean copies of the tree: what git ignores cannot slip in. In the collection's
copy, what modules ship to hosts is without docstrings and comments (tools/strip.py).
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path

import importer
import strip
import tree


def newest(path: Path) -> float:
    return path.stat().st_mtime


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--output", type=Path, default=tree.ROOT / "dist")
    parser.add_argument("--check", action="store_true", help="check the artefact as Galaxy does")
    options = parser.parse_args()
    output = options.output.resolve()
    output.mkdir(parents=True, exist_ok=True)

    bin_dir = Path(sys.executable).parent
    environment = {**os.environ, "PATH": os.pathsep.join([str(bin_dir), os.environ["PATH"]])}
    collection = tree.copy_collection(tree.BUILD / "collections", links=True)
    strip.strip(collection)
    galaxy = [bin_dir / "ansible-galaxy", "collection", "build", "--force", "--output-path"]
    subprocess.run([*galaxy, output, collection], env=environment, check=True)
    copy = tree.copy_collection(tree.BUILD / "collections", links=True)
    package = [sys.executable, "-m", "build", "--no-isolation", "--outdir", output, copy]
    subprocess.run(package, env=environment, check=True)
    if options.check:
        return importer.check(max(output.glob("kamailio-ctl-*.tar.gz"), key=newest))
    return 0


if __name__ == "__main__":
    sys.exit(main())
