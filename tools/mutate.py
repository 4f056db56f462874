# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

"""Change one thing in the sources after another, and see that the tests of the file fail.

The mutants are made by cosmic-ray (tools/mutants.py). A copy of the tree below build/ is changed,
and one process runs the tests in a fork for each mutant, with pytest and Ansible already loaded.

A mutant that no test notices fails the run, unless tools/mutants.yml gives a reason for it.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import IO, Any, cast

import mirror
import tree
import venvs
import yaml

SOURCES = (
    "plugins/module_utils/binrpc/desired/*.py",
    "plugins/module_utils/binrpc/masking.py",
    "plugins/module_utils/_*.py",
    "plugins/plugin_utils/*.py",
    "plugins/filter/*.py",
    "plugins/lookup/*.py",
    "plugins/inventory/*.py",
    "plugins/test/*.py",
)
"""Files that are mutated by default."""

REASONS = tree.ROOT / "tools" / "mutants.yml"
COPY = tree.BUILD / "mutate"
PATIENCE = 5.0
"""How many times longer than without a mutant the tests may take; then the mutant is killed."""

OPTIONS = (
    *("-x", "-q", "-p", "no:xdist", "-m", "not slow and not real"),
    # What is loaded before the forks is not pytest's to rewrite.
    *("-W", "ignore::pytest.PytestAssertRewriteWarning"),
)

Run = Callable[[list[str]], str]


def copy_tree() -> None:
    """Make a copy of the tree as it is now, with its links."""
    shutil.rmtree(COPY, ignore_errors=True)
    for path in tree.tracked_files():
        old, new = tree.ROOT / path, COPY / path
        if old.is_symlink() or old.is_file():
            new.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(old, new, follow_symlinks=False)


def list_mutants(source: str) -> list[dict[str, Any]]:
    """Return the mutants of a source file."""
    bin_dir = venvs.ensure("mutation", venvs.this_python(), "mutation", ("yattag",))
    script = tree.ROOT / "tools" / "mutants.py"
    done = subprocess.run(
        [bin_dir / "python", script, COPY / source],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return [json.loads(line) for line in done.stdout.splitlines()]


class Worker:
    """The process that runs tests in the copy."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, Path(__file__), "--worker"],
            cwd=COPY,
            env={
                **os.environ,
                "PYTHONPATH": os.pathsep.join([str(COPY / "sdk"), str(tree.ROOT / "tools")]),
                "PYTHONDONTWRITEBYTECODE": "1",
            },
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._in = cast("IO[str]", self._process.stdin)
        self._out = cast("IO[str]", self._process.stdout)

    def __enter__(self) -> Worker:
        return self

    def __exit__(self, *_exc_info: object) -> None:
        self._in.close()
        self._process.wait()
        self._out.close()

    def run(self, tests: list[str], limit: float) -> str:
        """Return ``passed``, ``failed`` or ``late``."""
        self._in.write(json.dumps([tests, limit]) + "\n")
        self._in.flush()
        return self._out.readline().strip()


def work() -> None:
    """Be the worker."""
    # What no mutant changes is loaded once.
    import hypothesis  # noqa: F401
    import pytest

    # What is found beside this file is not that of the copy.
    sys.path[:] = [path for path in sys.path if Path(path) != tree.ROOT / "tools"]
    for module in (mirror, tree, venvs):
        del sys.modules[module.__name__]
    out = os.fdopen(os.dup(1), "w")
    null = os.open(os.devnull, os.O_RDWR)
    for line in sys.stdin:
        tests, limit = json.loads(line)
        child = os.fork()
        if not child:
            os.setsid()
            for number in (0, 1, 2):
                os.dup2(null, number)
            os._exit(int(pytest.main([*OPTIONS, *tests])))
        out.write(_wait(child, limit) + "\n")
        out.flush()


def _wait(child: int, limit: float) -> str:
    end = time.monotonic() + limit
    while True:
        found, status = os.waitpid(child, os.WNOHANG)
        if found:
            return "passed" if status == 0 else "failed"
        if time.monotonic() > end:
            with suppress(ProcessLookupError):
                os.killpg(child, signal.SIGKILL)
            os.waitpid(child, 0)
            return "late"
        time.sleep(0.02)


class Tally:
    """The outcome of the mutants of a file.

    :ivar survivors: those that no test noticed and that have no reason.
    :ivar stale: those that have a reason and do not survive, or do not exist.
    """

    def __init__(self, source: str) -> None:
        self.source = source
        self.killed = 0
        self.excused = 0
        self.survivors: list[str] = []
        self.stale: list[str] = []

    @property
    def total(self) -> int:
        return self.killed + self.excused + len(self.survivors)

    def __str__(self) -> str:
        excused = f", {self.excused} excused" if self.excused else ""
        return f"{self.source}: {self.killed} of {self.total} killed{excused}"


def try_mutants(
    source: str,
    mutants: Iterable[dict[str, Any]],
    run: Callable[[str], str],
    reasons: dict[str, str],
) -> Tally:
    """Try mutants of a file.

    :param run: gets the text of a mutant, and says how the tests ended.
    :param reasons: names of mutants that may survive.
    """
    tally = Tally(source)
    unused = dict(reasons)
    for mutant in mutants:
        name = mutant["name"]
        if run(mutant["text"]) != "passed":
            tally.killed += 1
        elif name in reasons:
            tally.excused += 1
            del unused[name]
        else:
            tally.survivors.append(name)
            print(f"  survived: {source}:{mutant['line']}: {name}", flush=True)
    tally.stale = list(unused)
    return tally


def load_reasons(path: Path = REASONS) -> dict[str, dict[str, str]]:
    """Return file -> mutant -> reason."""
    return yaml.safe_load(path.read_text(encoding="utf-8")) or {}


def chosen(paths: list[str]) -> list[str]:
    """Return the source files that are meant, those of SOURCES without a path."""
    known = [path for path in mirror.sources() if not path.endswith("__init__.py")]
    patterns = paths or SOURCES
    found = [
        path
        for path in known
        if any(Path(path).match(pattern) or path.startswith(f"{pattern}/") for pattern in patterns)
    ]
    if not found:
        sys.exit(f"no source file: {' '.join(paths)}")
    return found


def mutate(source: str, worker: Worker, end: float, every: int, reasons: dict[str, str]) -> Tally:
    """Try the mutants of a file until a moment of the monotonic clock."""
    tests = mirror.find_tests(source)
    start = time.monotonic()
    if worker.run(tests, 600.0) != "passed":
        sys.exit(f"{source}: {' '.join(tests)} fails without a mutant")
    limit = (time.monotonic() - start) * PATIENCE + 10
    original = (COPY / source).read_text(encoding="utf-8")
    (COPY / source).write_text("raise AssertionError\n", encoding="utf-8")
    if worker.run(tests, limit) == "passed":
        sys.exit(f"{source}: {' '.join(tests)} does not run what is mutated")
    (COPY / source).write_text(original, encoding="utf-8")

    def run(text: str) -> str:
        (COPY / source).write_text(text, encoding="utf-8")
        return worker.run(tests, limit)

    def in_time() -> Iterable[dict[str, Any]]:
        for mutant in mutants[::every]:
            if time.monotonic() > end:
                print(f"{source}: the time is up", flush=True)
                return
            yield mutant

    mutants = list_mutants(source)
    try:
        tally = try_mutants(source, in_time(), run, reasons)
    finally:
        (COPY / source).write_text(original, encoding="utf-8")
    if tally.total < len(mutants):
        tally.stale = [name for name in tally.stale if name not in {m["name"] for m in mutants}]
    return tally


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument(
        "paths", nargs="*", metavar="PATH", help="source files, folders or patterns"
    )
    parser.add_argument("--minutes", type=float, default=600.0, help="stop after so long")
    parser.add_argument("--every", type=int, default=1, metavar="N", help="try each Nth mutant")
    parser.add_argument("--worker", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.worker:
        work()
        return 0
    end = time.monotonic() + options.minutes * 60
    reasons = load_reasons()
    tallies = []
    sources = chosen(options.paths)
    copy_tree()
    with Worker() as worker:
        for source in sources:
            if not mirror.find_tests(source) or time.monotonic() > end:
                print(f"{source}: not tried", flush=True)
                continue
            tallies.append(mutate(source, worker, end, options.every, reasons.get(source, {})))
            print(tallies[-1], flush=True)
    killed, total = sum(each.killed for each in tallies), sum(each.total for each in tallies)
    excused = sum(each.excused for each in tallies)
    print(f"in all: {killed} of {total} killed, {excused} excused")
    bad = [f"{each.source}: survived: {name}" for each in tallies for name in each.survivors]
    bad += [f"{each.source}: stale reason: {name}" for each in tallies for name in each.stale]
    print("\n".join(bad))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
