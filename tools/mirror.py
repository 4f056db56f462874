# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

"""Find the tests of a source file: the tree of tests mirrors the tree of sources."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import PurePosixPath

import tree

FOLDERS = {
    "plugins/module_utils/binrpc/lab": "tests/sdk/lab",
    "plugins/module_utils/binrpc": "tests/sdk/core",
    "plugins": "tests/unit/plugins",
    "sdk/kamailio_binrpc": "tests/sdk",
    "tools": "tests/tools",
}
"""Where the tests of a folder's files are, the more precise folder first."""


@dataclass(frozen=True)
class Shared:
    """Source files that have no test file of their own, what tests them, and why."""

    sources: str
    tests: tuple[str, ...]
    why: str


SHARED: list[Shared] = []


def sources() -> list[str]:
    """List the files that have to be tested."""
    found = (path.as_posix() for path in tree.tracked_files())
    return [path for path in found if path.endswith(".py") and folder_of(path)]


def folder_of(source: str) -> str | None:
    """Return the longest folder of the table that holds the file."""
    return next((folder for folder in FOLDERS if source.startswith(folder + "/")), None)


def own_test(source: str) -> str | None:
    """Return where the file's own tests have to be: plugins/a/_b.py has a/test_b.py."""
    folder = folder_of(source)
    if folder is None:
        return None
    inner = PurePosixPath(source).relative_to(folder)
    name = f"test_{inner.stem.lstrip('_')}.py"
    return str(PurePosixPath(FOLDERS[folder]) / inner.parent / name)


def shared_by(source: str) -> list[Shared]:
    """Return the entries of the table that excuse the file."""
    return [each for each in SHARED if fnmatch(source, each.sources)]


def find_tests(source: str) -> list[str]:
    """Return the test files of a source file that exist."""
    own = own_test(source)
    found = [own] if own else []
    for each in shared_by(source):
        found += each.tests
    return [test for test in dict.fromkeys(found) if (tree.ROOT / test).exists()]
