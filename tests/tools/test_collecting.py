# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

"""Each worker of a parallel run collects the same tests in the same order."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.slow
def test_the_order_of_tests_does_not_depend_on_hashes() -> None:
    """A set among the parameters would: its order differs from one process to the next."""
    options = ["-q", "-p", "no:cacheprovider", "-W", "ignore"]
    options += ["-o", "addopts=--import-mode=importlib -p no:randomly"]
    runs = [
        subprocess.Popen(
            [sys.executable, "-m", "pytest", "--collect-only", *options, "tests"],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": seed},
            stdout=subprocess.PIPE,
            text=True,
        )
        for seed in ("1", "2")
    ]
    outputs = [run.communicate()[0].splitlines() for run in runs]
    first, second = ([line for line in lines if "::" in line] for lines in outputs)
    assert len(first) > 1000
    assert first == second
