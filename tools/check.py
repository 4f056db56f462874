# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

"""Check what is about to be committed, in less than a minute.

Compares the work tree with the commit that it left the main branch at, and runs: lint, types,
generated files, the changelog fragment, the documentation of modules, the unit tests of the
collection, and the tests beside each changed file that are not slow.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import mirror
import tree

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

ALWAYS = ["tests/tools", "tests/unit"]
"""Test folders that are run whatever has changed."""

FRAGMENTS = "changelogs/fragments/"
NOTICED = ("plugins/", "roles/")
"""Where a change is one that users of the collection may notice."""

GENERATORS = [
    "tools/typed.py",
    "tools/catalogue.py",
    "tools/empty_values.py",
    "tools/state_schema.py",
    "tools/returns.py",
    "tools/architecture.py",
]
"""Tools that make files which are committed, and check them with --check."""

Outcome = str
"""Description of a problem; an empty text if there is none."""


def git(*words: str, root: Path = tree.ROOT) -> str | None:
    """Return what git prints, or None where it fails."""
    done = subprocess.run(["git", *words], cwd=root, capture_output=True, text=True, check=False)
    return done.stdout if done.returncode == 0 else None


def base_commit(root: Path = tree.ROOT) -> str | None:
    """Return the commit that the work began at; None without history."""
    for main in ("origin/main", "main"):
        found = git("merge-base", "HEAD", main, root=root)
        if found:
            return found.strip()
    return (git("rev-parse", "HEAD", root=root) or "").strip() or None


def changed_files(base: str, root: Path = tree.ROOT) -> list[str]:
    """List the files that differ from a commit: changed, new and deleted ones."""
    known = git("diff", "--name-only", "--no-renames", "-z", base, root=root) or ""
    new = git("ls-files", "--others", "--exclude-standard", "-z", root=root) or ""
    return sorted({*known.split("\0"), *new.split("\0")} - {""})


def missing_fragment(changed: Sequence[str]) -> Outcome:
    """Say what is wrong where a change has no changelog fragment."""
    noticed = [path for path in changed if path.startswith(NOTICED)]
    if not noticed or any(path.startswith(FRAGMENTS) for path in changed):
        return ""
    more = f" and {len(noticed) - 1} more" if noticed[1:] else ""
    return (
        f"{noticed[0]}{more} changed, but nothing in {FRAGMENTS}.\n"
        f"Add {FRAGMENTS}<topic>.yml with a section such as minor_changes or bugfixes; use the\n"
        "section trivial for what users do not notice."
    )


def near(changed: Sequence[str]) -> list[str]:
    """List the test files of changed sources, and the test files that changed themselves."""
    found = []
    for path in changed:
        found += mirror.find_tests(path)
        if Path(path).name.startswith("test_") and (tree.ROOT / path).is_file():
            found.append(path)
    always = tuple(folder + "/" for folder in ALWAYS)
    return [path for path in dict.fromkeys(found) if not path.startswith(always)]


def run(*command: str) -> Outcome:
    """Run a program of the environment; its output says what is wrong."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    done = subprocess.run(
        command,
        cwd=tree.ROOT,
        env={**os.environ, "PATH": path},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return f"{done.stdout}\n({' '.join(command)} exited {done.returncode})" * bool(done.returncode)


def steps(changed: Sequence[str]) -> dict[str, Callable[[], Outcome]]:
    """Map each check to a function that says what is wrong."""
    tests = [*ALWAYS, *near(changed)]
    python = sys.executable
    return {
        "tests": lambda: run(python, "-m", "pytest", "-q", "-m", "not slow", *tests),
        "types": lambda: run("mypy"),
        "lint": lambda: run("ruff", "check", ".") or run("ruff", "format", "--check", "."),
        "generated files": lambda: "".join(run(python, tool, "--check") for tool in GENERATORS),
        "licences": lambda: run("reuse", "lint"),
        "changelog fragment": lambda: missing_fragment(changed),
        "changelog syntax": lambda: run("antsibull-changelog", "lint"),
    }


def timed(check: Callable[[], Outcome]) -> tuple[float, Outcome]:
    """Return how long a check took, and what it says."""
    start = time.monotonic()
    outcome = check()
    return time.monotonic() - start, outcome


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--base", help="commit to compare with (default: where main was left)")
    options = parser.parse_args()
    base = options.base or base_commit()
    changed = changed_files(base) if base else []
    if base:
        print(f"{len(changed)} files differ from {base[:10]}", flush=True)
    else:
        print("no git history: nothing to compare with, so no changelog fragment is demanded")
    failed = []
    # Two at a time: the tests take as long as all the others.
    with ThreadPoolExecutor(2) as threads:
        checks = steps(changed)
        for name, (seconds, outcome) in zip(checks, threads.map(timed, checks.values())):
            print(f"{'FAILED' if outcome else 'ok':7}{seconds:5.1f} s  {name}", flush=True)
            if outcome:
                failed.append(name)
                print(outcome, flush=True)
    if failed:
        print(f"failed: {', '.join(failed)}")
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main())
