# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""The JSON Schema and the page about keys are those of the table; the page's example is right."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest

from kamailio_binrpc.core.state.schema import json_schema
from kamailio_binrpc.state.loader import load_text
from tests.sdk.core.state.documents import EVERYTHING, WRONG

ROOT = Path(__file__).resolve().parents[2]
TOOL = ROOT / "tools" / "state_schema.py"
FILES = ("docs/desired-state.schema.json", "docs/desired-state-keys.md")


def run(root: Path, *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, TOOL, "--root", root, *options],
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_files_are_current():
    done = run(ROOT, "--check")
    assert (done.returncode, done.stdout) == (0, ""), done.stdout + done.stderr


def test_files_that_differ_are_named_and_written(tmp_path):
    (tmp_path / "docs").mkdir()
    for name in FILES:
        text = (ROOT / name).read_text().replace("auth_ha1", "auth_ha2")
        (tmp_path / name).write_text(text)
    done = run(tmp_path, "--check")
    assert done.returncode == 1
    assert done.stdout.count("differs from the table of sections") == 2
    run(tmp_path)
    for name in FILES:
        assert (tmp_path / name).read_text() == (ROOT / name).read_text()
    shutil.rmtree(tmp_path / "docs")


def test_the_example_is_a_wish(monkeypatch):
    monkeypatch.setenv("TRUNK1", "sesame")
    page = (ROOT / FILES[1]).read_text()
    (example,) = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    wish = load_text(example)
    assert len(wish.resources) == 7
    assert len(wish.stages[0].checks) == 1


@pytest.fixture(scope="module")
def validator():
    jsonschema.Draft202012Validator.check_schema(json_schema())
    return jsonschema.Draft202012Validator(json_schema())


def test_the_schema_accepts_what_the_table_accepts(validator):
    assert list(validator.iter_errors(EVERYTHING)) == []


@pytest.mark.parametrize("name", WRONG)
def test_the_schema_refuses_what_the_table_refuses(validator, name):
    assert not validator.is_valid(WRONG[name])
