# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Workflows of the forge call targets of the Makefile, and those alone do the work."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
TARGETS = set(re.findall(r"^([a-z-]+):.*##", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))


def jobs(path):
    return yaml.safe_load(path.read_text("utf-8"))["jobs"]


def targets(job):
    """The targets that a job calls; those of a matrix stand in its list."""
    matrix = job.get("strategy", {}).get("matrix", {})
    for step in job["steps"]:
        for words in re.findall(r"(?:^|\s)make ([^&|;]*)", step.get("run", "")):
            for word in words.split():
                if word == '"$TARGET"':
                    yield from matrix["target"]
                elif "=" not in word:
                    yield word


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_targets_exist(path):
    called = [target for job in jobs(path).values() for target in targets(job)]
    assert called
    assert set(called) <= TARGETS


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_every_job_ends_and_may_do_little(path):
    for name, job in jobs(path).items():
        assert job["timeout-minutes"] <= 360, name
        assert set(job["permissions"]) <= {"contents", "id-token"}, name
