# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

"""List what each module ships to a managed host: `tools/payload.py [--files] [MODULE ...]`.

Ansible puts a module and every file that an import in it names, wherever the import stands, into
one zip file. These are this collection's files in it, found by Ansible's own search for imports.
The last column is for the built artefact, which has neither docstrings nor comments there.
"""

from __future__ import annotations

import argparse
import io
import sys
import zipfile
from functools import cache
from pathlib import Path

import strip
from ansible.executor.module_common import ModuleDepFinder

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ("ansible_collections", "kamailio", "ctl")
MODULES = ROOT / "plugins" / "modules"


@cache
def imports(path: Path) -> frozenset[tuple[str, ...]]:
    """Return what a file imports, as parts of dotted names, each a module or a member of one."""
    is_package = path.name == "__init__.py"
    name = (*PACKAGE, *path.relative_to(ROOT).with_suffix("").parts)
    if is_package:
        name = name[:-1]
    finder = ModuleDepFinder(".".join(name), path.read_bytes(), is_pkg_init=is_package)
    return frozenset(found[3:] for found in finder.submodules if found[:3] == PACKAGE)


def find(parts: tuple[str, ...]) -> Path | None:
    """Return the file of a module or package below the collection's root."""
    path = ROOT.joinpath(*parts)
    for candidate in (path / "__init__.py", path.with_suffix(".py")):
        if candidate.is_file():
            return candidate
    return None


def files(module: str) -> list[Path]:
    """Return this collection's files in the payload of a module, itself included."""
    found: set[Path] = set()
    waiting = [MODULES / f"{module}.py"]
    while waiting:
        path = waiting.pop()
        if path in found:
            continue
        found.add(path)
        parents = path.relative_to(ROOT).parents
        waiting += [ROOT / each / "__init__.py" for each in parents]
        for parts in imports(path):
            waiting += [each for each in (find(parts), find(parts[:-1])) if each is not None]
        waiting = [each for each in waiting if each.is_file()]
    return sorted(found)


def zipped(paths: list[Path], *, built: bool = False) -> int:
    """Return what these files take in a zip file, its list of names aside.

    :param built: as they are in the built artefact.
    """
    with zipfile.ZipFile(io.BytesIO(), "w", zipfile.ZIP_DEFLATED) as archive:
        for path in paths:
            text = path.read_text("utf-8")
            if built and path.parent != MODULES:
                text = strip.stripped(text)
            archive.writestr(path.relative_to(ROOT).as_posix(), text)
        return sum(each.compress_size for each in archive.infolist())


def names() -> list[str]:
    """Return the names of all modules."""
    return sorted(path.stem for path in MODULES.glob("kamailio_*.py"))


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("modules", nargs="*", metavar="MODULE")
    parser.add_argument("--files", action="store_true", help="list the files, too")
    options = parser.parse_args()
    print(f"{'module':34}{'files':>6}{'bytes':>9}{'zipped':>9}{'built':>9}")
    for module in options.modules or names():
        paths = files(module)
        size = sum(path.stat().st_size for path in paths)
        sizes = f"{size:9}{zipped(paths):9}{zipped(paths, built=True):9}"
        print(f"{module:34}{len(paths):6}{sizes}")
        if options.files:
            for path in paths:
                sizes = f"{zipped([path]):8}{zipped([path], built=True):9}"
                print(f"    {path.relative_to(ROOT).as_posix():62}{sizes}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
