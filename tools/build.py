# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

"""Build the SDK's wheels and sdist and the collection's artefact, into dist/ by default.

All are built from clean copies of the tree: what git ignores cannot slip in. In the collection's
copy, what modules ship to hosts is without docstrings and comments (tools/strip.py). There is a
wheel without the compiled decoder, for every platform, and one with it for each Python in
--pythons, if there is a compiler. Two builds of one commit are equal to the byte.

Compiled wheels for PyPI come from cibuildwheel (see pyproject.toml), whose images are old enough.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path

import importer
import pythons
import reproducible
import strip
import tree
import venvs

PURE = {"KAMAILIO_BINRPC_PUREPYTHON": "1"}


def newest(path: Path) -> float:
    return path.stat().st_mtime


def clean_copy() -> Path:
    """Copy the tree, with modes that do not depend on who checked it out."""
    copy = tree.copy_collection(tree.BUILD / "collections", links=True)
    reproducible.plain_modes(copy)
    return copy


def build_collection(output: Path, when: int) -> Path:
    """Build the collection's artefact."""
    bin_dir = Path(sys.executable).parent
    environment = {**os.environ, "PATH": os.pathsep.join([str(bin_dir), os.environ["PATH"]])}
    copy = clean_copy()
    # Users of the collection get a page of their own; the repository has more to tell.
    (copy / "README-collection.md").replace(copy / "README.md")
    strip.strip(copy)
    galaxy = [bin_dir / "ansible-galaxy", "collection", "build", "--force", "--output-path"]
    subprocess.run([*galaxy, output, copy], env=environment, check=True)
    artefact = max(output.glob("kamailio-ctl-*.tar.gz"), key=newest)
    reproducible.collection(artefact, when)
    return artefact


def build_package(output: Path, when: int, interpreters: list[Path]) -> None:
    """Build the SDK's sdist, the pure wheel, and one compiled wheel for each interpreter."""
    environment = {**os.environ, "SOURCE_DATE_EPOCH": str(when)}

    def build(python: Path | str, *what: str, **variables: str) -> None:
        # A fresh copy each time: build/ of an earlier wheel would slip into the next.
        command = [python, "-m", "build", "--no-isolation", *what, "--outdir", output, clean_copy()]
        subprocess.run(command, env={**environment, **variables}, check=True)

    build(sys.executable, "--sdist")
    reproducible.sdist(max(output.glob("kamailio_binrpc-*.tar.gz"), key=newest), when)
    build(sys.executable, "--wheel", **PURE)
    for interpreter in interpreters:
        build(interpreter, "--wheel")


def check(output: Path) -> int:
    """Check what was built as PyPI and Galaxy do, and return 0 if they would take it."""
    bin_dir = Path(sys.executable).parent
    wheels = sorted(output.glob("kamailio_binrpc-*.whl"))
    sources = sorted(output.glob("kamailio_binrpc-*.tar.gz"))
    for command in (
        ["twine", "check", "--strict", *wheels, *sources],
        ["check-wheel-contents", *wheels],
    ):
        subprocess.run([bin_dir / str(command[0]), *command[1:]], check=True)
    for wheel in wheels:
        if not wheel.stem.endswith("-none-any"):
            subprocess.run([bin_dir / "auditwheel", "show", wheel], check=True)
    return importer.check(max(output.glob("kamailio-ctl-*.tar.gz"), key=newest))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--output", type=Path, default=tree.ROOT / "dist")
    parser.add_argument("--check", action="store_true", help="check them as PyPI and Galaxy do")
    parser.add_argument("--pythons", nargs="*", help="make compiled wheels for these, such as 3.12")
    options = parser.parse_args()
    output = options.output.resolve()
    output.mkdir(parents=True, exist_ok=True)
    # Archives hold modes, also those of files that builds make.
    os.umask(0o022)

    interpreters = [Path(sys.executable)] if options.pythons is None else []
    for version in options.pythons or []:
        found = pythons.find(version)
        if found is None:
            parser.error(f"there is no Python {version} on this machine")
        interpreters.append(venvs.ensure(f"wheels-{version}", found, "wheels") / "python")
    when = reproducible.epoch()
    build_collection(output, when)
    build_package(output, when, interpreters)
    return check(output) if options.check else 0


if __name__ == "__main__":
    sys.exit(main())
