# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""`make releases`: what it makes of reports, and the core of the tests on another release."""

from __future__ import annotations

import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))

import kamailio_packages  # noqa: E402
import releases  # noqa: E402
from releases import CORE, Result, read_conformance, read_report  # noqa: E402

from tests.support import releases as facts  # noqa: E402

REPORT = """\
<testsuites><testsuite>
<testcase classname="tests.real.test_a" name="test_one" />
<testcase classname="tests.real.test_a" name="test_two"><failure message="no" /></testcase>
<testcase classname="tests.real.test_a" name="test_three"><error message="no" /></testcase>
<testcase classname="tests.real.test_a" name="test_four"><skipped message="no tmux" /></testcase>
<testcase classname="tests.real.test_a" name="test_five"><skipped message="no tmux" /></testcase>
</testsuite></testsuites>
"""


def test_a_report_is_counted(tmp_path):
    (tmp_path / "report.xml").write_text(REPORT)
    result = Result("forky", "6.1.9")
    read_report(tmp_path / "report.xml", result)
    assert (result.passed, result.good) == (1, False)
    assert result.row().split() == ["forky", "6.1.9", "1", "2", "2", "-"]
    assert list(result.notes()) == [
        "forky: FAILED tests.real.test_a::test_two",
        "forky: FAILED tests.real.test_a::test_three",
        "forky: 2 not run: no tmux",
    ]


def test_answers_without_a_documented_reason_are_counted():
    output = (
        "unix      1   2  x 1\nall                        7504   8051  545\nrequests: clock 8\n"
    )
    assert read_conformance(output) == (7504, 8051, 545, 2)
    assert read_conformance("Traceback") is None
    result = Result("forky", "6.1.9", conformance=(7504, 8051, 545, 2))
    assert not result.good
    assert result.row().endswith("7504 of 8051, documented 545, others 2")
    assert Result("forky", conformance=(7504, 8051, 547, 0)).good


def test_a_release_that_cannot_be_had_is_said_and_counts(monkeypatch, capsys):
    def bring(_name):
        raise kamailio_packages.Unavailable("E: no route")

    monkeypatch.setattr(kamailio_packages, "bring", bring)
    monkeypatch.setattr(sys, "argv", ["releases.py", "--core", "trixie"])
    assert releases.main() == 1
    assert "trixie     cannot be had: E: no route" in capsys.readouterr().out


def test_what_pytest_printed_is_kept(tmp_path, monkeypatch):
    found = kamailio_packages.Installation("trixie", "6.0.9", tmp_path)
    (tmp_path / "usr/lib/some-triplet/kamailio/modules").mkdir(parents=True)
    monkeypatch.setattr(kamailio_packages, "bring", lambda _name: found)
    monkeypatch.setattr(releases, "LOGS", tmp_path / "build" / "releases")
    text = "E   assert 1 == 2\n"

    def run(*_args, stdout, **_options):
        stdout.write(text)
        return SimpleNamespace(returncode=1)

    monkeypatch.setattr(releases.subprocess, "run", run)
    result = releases.run("trixie", ("tests",), False, ())
    assert "pytest ended with 1" in result.trouble  # it has left no report
    assert (tmp_path / "build/releases/trixie.log").read_text() == text


def test_an_unknown_release_is_refused(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["releases.py", "sid"])
    with pytest.raises(SystemExit, match="2"):
        releases.main()
    assert "no release sid; there are bookworm, trixie, forky" in capsys.readouterr().err


def test_the_core_names_tests_that_exist():
    for each in CORE:
        file, _colons, name = each.partition("::")
        assert f"def {name}" in (ROOT / file).read_text(), each


def test_the_page_of_differences_is_current():
    assert facts.PAGE.read_text() == facts.page(), "run python -m tests.support.releases"


@pytest.mark.parametrize(
    "release, expected", [("6.0.1", False), ("kamailio 6.1.0 (x)", False), ("6.1.1", True)]
)
def test_a_difference_holds_from_its_release_on(release, expected):
    assert facts.holds("cfg.help is a struct", release) is expected


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_the_core_passes_on_the_newest_release() -> None:
    """With the release at hand, some 30 seconds; it is fetched where apt knows Debian."""
    result = releases.run("forky", CORE, False, ("-p", "no:randomly"))
    if result.missing:
        pytest.skip(f"NOT TESTED: Kamailio of forky cannot be had: {result.missing}")
    assert result.good, "\n".join([result.row(), *result.notes()])
    assert result.passed > 90
