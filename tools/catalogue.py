# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

"""Make the catalogue's tables from its entries, or check them: `tools/catalogue.py [--check]`.

An entry in catalogue/modules/*.py has all that is known of a method. What a managed host or every
call needs is derived from them, so that the entries need not be loaded.
"""

from __future__ import annotations

import argparse
import importlib
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

FOLDER = Path("plugins/module_utils/binrpc/catalogue")
MAKE = "run make catalogue"
_TABLE = re.compile(r'(\n_TABLE = """\n)(.*?)"""', re.DOTALL)


class Catalogue:
    """The entries of a work tree.

    :raises ValueError: one is not in the notation.
    """

    def __init__(self, root: Path) -> None:
        sys.path.insert(0, str(root / "sdk"))
        package = "kamailio_binrpc.core.catalogue"
        self.notation: Any = importlib.import_module(f"{package}.notation")
        self.entries: dict[str, dict[str, list[str]]] = {}
        self.methods: list[Any] = []
        self.sources: dict[str, str] = {}
        for source in sorted(path.stem for path in (root / FOLDER / "modules").glob("[!_]*.py")):
            text = importlib.import_module(f"{package}.modules.{source}").TEXT
            place = f"catalogue/modules/{source}.py"
            try:
                entries = self.notation.parse(text)
            except ValueError as error:
                raise ValueError(f"{place}: {error}") from None
            self.entries[source] = entries
            for name in filter(None, entries):
                prefix = name.partition(".")[0]
                if self.sources.setdefault(prefix, source) != source:
                    raise ValueError(f"{place}: {name}: see {self.sources[prefix]}.py")
                if not name.endswith(".*"):
                    self.methods.append(self.notation.build(name, entries, place))

    def lookup(self) -> Iterator[str]:
        """Yield one line: :mod:`.lookup` has the files in its order."""
        yield " ".join(
            prefix if prefix == source else f"{prefix}={source}"
            for prefix, source in self.sources.items()
        )

    def names(self) -> Iterator[str]:
        yield from by_module(method.name for method in self.methods)

    def reading(self) -> Iterator[str]:
        marks = {
            method.name: "" if method.reads == self.notation.ALWAYS else f"({method.reads})"
            for method in self.methods
            if method.reads is not None
        }
        yield from by_module(name + mark for name, mark in marks.items())

    def repeating(self) -> Iterator[str]:
        yield from by_module(method.name for method in self.methods if method.again)

    def counters(self) -> Iterator[str]:
        yield from by_module(method.name for method in self.methods if method.counts)

    def rebuilding(self) -> Iterator[str]:
        yield from by_module(method.name for method in self.methods if method.rebuilds)

    def arrays(self) -> Iterator[str]:
        for method in self.methods:
            paths = sorted(self.notation.arrays_in(method.reply))
            if paths:
                yield " ".join([method.name, *paths])

    def secrets(self) -> Iterator[str]:
        for method in self.methods:
            names = [param.name for param in method.params]
            words = []
            for place, param in enumerate(method.params):
                if param.secret:
                    words.append(str(place))
                elif param.secret_if:
                    words.append(f"{place}?{names.index(param.secret_if)}")
            for secret in sorted(method.secrets):
                # What decides is a member beside it; a parameter of that name does as well.
                what, decides, name = secret.replace(" ", "+").partition("?")
                words.append(what + decides + name)
                if name in names:
                    words.append(f"{what}?{names.index(name)}")
            if words:
                yield " ".join([method.name, *words])

    def meanings(self) -> Iterator[str]:
        groups: dict[str, list[str]] = {}
        for source, entries in self.entries.items():
            for name in filter(None, entries):
                try:
                    rules = self.notation.faults_of(name, entries)
                except ValueError as error:
                    raise ValueError(f"catalogue/modules/{source}.py: {error}") from None
                if rules:
                    text = "|".join(f"{meaning}={part}" for meaning, part in rules)
                    groups.setdefault(text, []).append(name)
        for text, names in groups.items():
            yield " ".join(names) + "|" + text


TABLES = (
    "arrays",
    "counters",
    "lookup",
    "meanings",
    "names",
    "reading",
    "rebuilding",
    "repeating",
    "secrets",
)


def by_module(names: Iterable[str]) -> Iterator[str]:
    """Gather names of methods: a line for each module."""
    found: dict[str, list[str]] = {}
    for name in names:
        module, _dot, rest = name.partition(".")
        found.setdefault(module, []).append(rest)
    for module, each in sorted(found.items()):
        yield " ".join([module, *sorted(each)])


def wrapped(line: str) -> Iterator[str]:
    """Yield a line of a table as lines of a source file."""
    while len(line) > 100:
        cut = max(line.rfind(" ", 0, 98) + 1, line.rfind("|", 0, 99))
        yield line[:cut] + "\\"
        line = line[cut:]
    yield line


def expected_files(root: Path) -> dict[Path, str]:
    """Map each file with a table to its text."""
    catalogue = Catalogue(root)
    files = {}
    for name in TABLES:
        path = FOLDER / f"{name}.py"
        lines = [part for line in getattr(catalogue, name)() for part in wrapped(line)]
        table = "".join(line + "\n" for line in lines)
        text = (root / path).read_text(encoding="utf-8")
        before, start, _table, after = _TABLE.split(text)
        files[path] = before + start + table + '"""' + after
    return files


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition(":")[0])
    parser.add_argument("--check", action="store_true", help="change nothing, fail if it would")
    parser.add_argument("--root", type=Path, default=Path(__file__).resolve().parents[1])
    options = parser.parse_args()
    try:
        files = expected_files(options.root)
    except ValueError as error:
        sys.exit(str(error))
    stale = [
        path
        for path, text in files.items()
        if (options.root / path).read_text(encoding="utf-8") != text
    ]
    for path in stale:
        if options.check:
            print(f"{path}: differs from the entries")
        else:
            (options.root / path).write_text(files[path], encoding="utf-8")
    if options.check and stale:
        print(MAKE)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
