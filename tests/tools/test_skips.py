# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

"""In continuous integration, a skip that is not stated fails."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.skips import STATED

ROOT = Path(__file__).resolve().parents[2]
STATED_FILE = "tests/checks/test_old_pythons.py"
TESTS = """
import pytest

def test_passes_on():
    pytest.skip("no such Python")

@pytest.mark.skip(reason="no such thing")
def test_other():
    pass

def test_too():
    pytest.importorskip("no_such_module")

@pytest.mark.xfail(reason="known")
def test_expected():
    assert False
"""


def run(folder: Path, text: str, *options: str) -> str:
    """Run tests in a file that bears the name of one of ours."""
    path = folder / STATED_FILE
    path.parent.mkdir(parents=True)
    path.write_text(text)
    (folder / "pytest.ini").write_text("[pytest]\n")
    command = [sys.executable, "-m", "pytest", "-p", "tests.support.skips", *options, STATED_FILE]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "NO_COLOR": "1"}
    environment |= {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    environment.pop("PYTEST_ADDOPTS", None)
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    return done.stdout + done.stderr


@pytest.mark.parametrize("options", [(), ("-p", "xdist", "-n", "1")], ids=["alone", "workers"])
def test_only_stated_skips_are_skips(tmp_path, options):
    output = run(tmp_path, TESTS, *options)
    last = output.splitlines()[-1]
    assert "1 failed, 1 skipped, 1 xfailed, 1 error" in last
    assert "no such thing" in output
    assert "does not name this test" in output


def test_a_file_that_is_skipped_as_a_whole(tmp_path):
    output = run(tmp_path, "import pytest\npytest.importorskip('no_such_module')\n")
    assert "1 error" in output.splitlines()[-1]
    assert "no_such_module" in output


@pytest.mark.parametrize("start", STATED)
def test_each_stated_test_exists(start):
    """Otherwise the list keeps what has gone."""
    path, _colons, name = start.partition("::")
    text = (ROOT / path).read_text("utf-8")
    assert f"def {name.partition('[')[0]}" in text
