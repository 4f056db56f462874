# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Processes that tests start keep what they compile, in one place."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile

from tests.checks.tool import ROOT
from tests.support import bytecode

PROGRAM = """
import subprocess, sys
from tests.support import bytecode
bytecode.keep()
sys.path.insert(0, sys.argv[1])
import first
subprocess.run([sys.executable, "-c", "import second"], cwd=sys.argv[1], check=True)
"""


def test_what_is_compiled_is_kept_elsewhere(tmp_path):
    sources, kept = tmp_path / "sources", tmp_path / "kept"
    sources.mkdir()
    for name in ("first", "second"):
        (sources / f"{name}.py").write_text("")
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONPYCACHEPREFIX": str(kept)}
    command = [sys.executable, "-c", PROGRAM, sources]
    subprocess.run(command, cwd=ROOT, env=environment, check=True)
    assert {path.name.partition(".")[0] for path in kept.rglob("*.pyc")} >= {"first", "second"}
    assert {path.name for path in sources.iterdir()} == {"first.py", "second.py"}


def test_this_run_keeps_it():
    assert not sys.dont_write_bytecode
    assert sys.pycache_prefix == os.environ["PYTHONPYCACHEPREFIX"]


def test_temporary_files_of_earlier_runs_are_forgotten(tmp_path, monkeypatch):
    kept, temporary = tmp_path / "kept", tmp_path / "temporary"
    inner = kept.joinpath(*temporary.parts[1:])
    for name in ("pytest-of-carol/pytest-1", "tree"):
        (inner / name).mkdir(parents=True)
    monkeypatch.setattr(bytecode, "FOLDER", kept)
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    bytecode.forget_temporary()
    assert [path.name for path in inner.iterdir()] == ["tree"]
