# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

"""Run all tests that start a real Kamailio on its releases in use, and print a table.

    tools/releases.py [--core] [--no-conformance] [RELEASE...] [-- PYTEST-OPTION...]

Per release: the tests marked real (with kamcmd of that release beside pykamcmd), and the comparison
of a lab server of that release with it. The exit status is 1 if a test fails, an answer differs
without a documented reason, or a release cannot be had. --core runs a small choice of the tests.
What pytest printed is in build/releases/RELEASE.log.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import kamailio_packages
from kamailio_packages import RELEASES, Unavailable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

ROOT = Path(__file__).resolve().parent.parent
LOGS = ROOT / "build" / "releases"

# State modules, typed replies on two transports, the catalogue, views, what pykamcmd sends.
CORE = (
    "tests/sdk/core/desired/test_real_server.py::test_a_change_of_a_set_leaves_probing_as_it_is",
    "tests/sdk/core/desired/test_real_server.py::test_variables_that_cannot_be_read",
    "tests/real/test_typed.py",
    "tests/real/test_views.py::test_to_json_has_the_structure_of_jsonrpcs",
    "tests/real/test_catalogue.py::test_every_listed_method_is_known",
    "tests/real/test_catalogue.py::test_no_listed_method_is_said_to_have_come_later",
    "tests/real/test_pykamcmd.py::test_the_request_has_the_same_bytes",
    "tests/real/test_replies.py",
)


@dataclass
class Result:
    """The outcome of one release.

    :ivar missing: why the release cannot be had, or "".
    :ivar failures: names of tests that failed.
    :ivar skips: reasons of tests that did not run, with their numbers.
    :ivar conformance: answers that are the same, in all, with a documented difference, without one.
    """

    name: str
    version: str = ""
    missing: str = ""
    passed: int = 0
    failures: list[str] = field(default_factory=list)
    skips: Counter[str] = field(default_factory=Counter)
    conformance: tuple[int, int, int, int] | None = None
    trouble: str = ""

    @property
    def good(self) -> bool:
        undocumented = self.conformance[3] if self.conformance else 0
        return not (self.missing or self.failures or undocumented or self.trouble)

    def row(self) -> str:
        if self.missing:
            return f"{self.name:10} cannot be had: {self.missing}"
        counts = f"{self.passed:7} {len(self.failures):7} {self.skips.total():8}"
        compared = "-"
        if self.conformance:
            same, total, documented, undocumented = self.conformance
            compared = f"{same} of {total}, documented {documented}, others {undocumented}"
        return f"{self.name:10} {self.version:8} {counts}  {compared}"

    def notes(self) -> Iterator[str]:
        if self.trouble:
            yield f"{self.name}: {self.trouble}"
        yield from (f"{self.name}: FAILED {each}" for each in self.failures)
        for reason, count in sorted(self.skips.items()):
            yield f"{self.name}: {count} not run: {reason}"


def read_report(report: Path, result: Result) -> None:
    """Add what a JUnit report of pytest says."""
    for case in ET.parse(report).iter("testcase"):  # noqa: S314 - written by our own pytest
        name = f"{case.get('classname')}::{case.get('name')}"
        skipped = case.find("skipped")
        if case.find("failure") is not None or case.find("error") is not None:
            result.failures.append(name)
        elif skipped is not None:
            result.skips[skipped.get("message") or "no reason"] += 1
        else:
            result.passed += 1


def read_conformance(output: str) -> tuple[int, int, int, int] | None:
    """Read the last row of the table that ``make conformance`` prints, None if there is none."""
    match = re.search(r"^all +(\d+) +(\d+) +(\d+)$", output, re.MULTILINE)
    if match is None:
        return None
    same, total, documented = map(int, match.groups())
    return same, total, documented, total - same - documented


def run(name: str, tests: Sequence[str], conformance: bool, options: Sequence[str]) -> Result:
    """Bring a release and try it."""
    result = Result(name)
    try:
        found = kamailio_packages.bring(name)
    except Unavailable as error:
        result.missing = str(error)
        return result
    result.version = found.version
    environment = {**os.environ, **found.environment(), "KAMAILIO_REQUIRED": "1"}
    # The cache is another session's where several run at the same time.
    environment.pop("PYTEST_XDIST_WORKER", None)
    with tempfile.TemporaryDirectory(prefix="releases-") as folder:
        report = Path(folder) / "report.xml"
        command = [sys.executable, "-m", "pytest", "-q", "-m", "real", "--basetemp"]
        command += [f"{folder}/t", f"--junitxml={report}", "-o", f"cache_dir={folder}/cache"]
        # The other form has no place for what tests tell at the end.
        command += ["-o", "junit_family=xunit1"]
        log = LOGS / f"{name}.log"
        log.parent.mkdir(parents=True, exist_ok=True)
        # Into the file at once: it takes hours, and shows how far it is.
        with log.open("w") as output:
            done = subprocess.run(
                [*command, *options, *tests],
                cwd=ROOT,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                check=False,
            )
        shown = log.read_text(errors="replace")
        if report.exists():
            read_report(report, result)
        if not report.exists() or (done.returncode and not result.failures):
            result.trouble = f"pytest ended with {done.returncode}: {shown[-2000:]}"
        for line in shown.splitlines():
            if line.startswith("E  "):
                print(f"{name}: {line}", file=sys.stderr)
    if conformance:
        done = subprocess.run(
            [sys.executable, "-m", "tests.conformance"],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        result.conformance = read_conformance(done.stdout)
        if done.returncode:
            result.trouble += f"conformance: {done.stdout[-2000:]}{done.stderr[-2000:]}"
    return result


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("release", nargs="*", metavar="RELEASE", help=", ".join(RELEASES))
    parser.add_argument("--core", action="store_true", help="a small choice of the tests")
    parser.add_argument("--no-conformance", action="store_true", help="without the comparison")
    own, _, options = _split(sys.argv[1:])
    chosen = parser.parse_args(own)
    unknown = set(chosen.release) - set(RELEASES)
    if unknown:
        parser.error(f"no release {', '.join(sorted(unknown))}; there are {', '.join(RELEASES)}")
    tests = CORE if chosen.core else ("tests",)
    conformance = not (chosen.core or chosen.no_conformance)
    results = []
    for name in chosen.release or RELEASES:
        results.append(run(name, tests, conformance, options))
        print(results[-1].row(), flush=True)
    for each in results:
        print("".join(f"{line}\n" for line in each.notes()), end="")
    print(
        f"\n{'release':10} {'Kamailio':8} {'passed':>7} {'failed':>7} {'not run':>8}  conformance"
    )
    print("\n".join(each.row() for each in results))
    return 0 if all(each.good for each in results) else 1


def _split(words: list[str]) -> tuple[list[str], str, list[str]]:
    place = words.index("--") if "--" in words else len(words)
    return words[:place], "--", words[place + 1 :]


if __name__ == "__main__":
    sys.exit(main())
