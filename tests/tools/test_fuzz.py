# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

"""A short run of each fuzzer, the same each time, and the tool that runs them."""

from __future__ import annotations

import importlib.util
import random
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent


def load(path):
    """Import a file under a name that no other module has: there are two called fuzz."""
    spec = importlib.util.spec_from_file_location(f"loaded_{path.parent.name}_{path.stem}", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


sys.path.insert(0, str(ROOT / "tools"))
tool = load(ROOT / "tools" / "fuzz.py")
targets = load(ROOT / "fuzz" / "targets.py")

INPUTS = 150


COMPILED = ("compare", "cut_replies")  # the first of them has to be compiled


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=pytest.mark.slow) if name in COMPILED else name
        for name in targets.TARGETS
    ],
)
def test_a_short_run_finds_nothing(name):
    target = targets.TARGETS[name]
    pick = random.Random(name)
    for seed in target.seeds:
        target.check(seed)
    for _turn in range(INPUTS):
        target.check(targets.mutated(pick, target.seeds))


def test_a_run_counts_its_inputs(tmp_path):
    command = [sys.executable, ROOT / "fuzz" / "run.py", "escapes", "--plain"]
    command += ["--seconds", "0.01", "--seed", "1", "--folder", tmp_path]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert tool.count_of(done.stdout) >= 200
    assert list(tmp_path.iterdir()) == [tmp_path / "corpus"]


def test_the_tool_knows_all_targets():
    assert tool.names() == list(targets.TARGETS)
    assert tool.count_of("stat::number_of_executed_units: 1234\n") == 1234
    assert tool.count_of("nothing") == 0
