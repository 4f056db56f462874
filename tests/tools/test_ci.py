# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

"""Continuous integration runs a test that fails once more, and names it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TESTS = """
import pathlib

SEEN = pathlib.Path(__file__).with_name("seen")

def test_at_the_second_try():
    first, _ = not SEEN.exists(), SEEN.touch()
    assert not first, "a busy machine"

def test_never():
    assert False, "a fault"

def test_good():
    pass
"""


@pytest.mark.parametrize("workers", [(), ("-p", "xdist", "-n", "1")], ids=["alone", "workers"])
def test_one_more_try(tmp_path, workers):
    script = (ROOT / ".ci" / "run").read_text("utf-8").replace("\\\n", " ")
    options = re.search(r'ARGS="([^"]*)"', script)[1].split()
    (tmp_path / "test_it.py").write_text(TESTS)
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "NO_COLOR": "1"}
    environment |= {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    environment.pop("PYTEST_ADDOPTS", None)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "pytest_rerunfailures", *workers, *options],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    *_lines, last = done.stdout.splitlines()
    assert "1 failed, 2 passed" in last and "2 rerun" in last, done.stdout + done.stderr
    closing = done.stdout.partition("rerun test summary")[2]
    for line in ("RERUN test_it.py::test_at_the_second_try", "AssertionError: a busy machine"):
        assert line in closing
    assert "PASSED test_it.py::test_at_the_second_try" in closing
