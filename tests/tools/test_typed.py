# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""The blocking operations are those made of the asynchronous ones."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TOOL = ROOT / "tools" / "typed.py"
SOURCE = Path("sdk/kamailio_binrpc/typed/asynchronous")
MADE = Path("sdk/kamailio_binrpc/typed/blocking")


def typed(root: Path, *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, TOOL, "--root", root, *options],
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for folder in (SOURCE, MADE):
        shutil.copytree(
            ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__")
        )
    return tmp_path


def test_they_are_current() -> None:
    done = typed(ROOT, "--check")
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.slow
def test_a_change_is_noticed_and_followed(repository: Path) -> None:
    source = repository / SOURCE / "pv.py"
    source.write_text(source.read_text().replace("shv_list", "shv_all"))
    (repository / MADE / "ctl.py").write_text("")
    (repository / MADE / "dialog.py").unlink()
    (repository / MADE / "old.py").write_text("")
    before = {path: path.read_bytes() for path in (repository / MADE).iterdir()}
    done = typed(repository, "--check")
    assert done.returncode == 1
    differs = "differs from the asynchronous operations"
    lines = [line.rpartition("/")[2] for line in done.stdout.splitlines()[:-1]]
    assert lines == [
        *[f"ctl.py: {differs}", "dialog.py: missing", "old.py: stale"],
        f"pv.py: {differs}",
    ]
    assert done.stdout.endswith("\nrun make typed\n")
    assert {path: path.read_bytes() for path in (repository / MADE).iterdir()} == before
    assert typed(repository).returncode == 0
    assert typed(repository, "--check").returncode == 0
    assert "def shv_all" in (repository / MADE / "pv.py").read_text()


def test_a_word_for_waiting_that_it_does_not_know_is_an_error(repository: Path) -> None:
    source = repository / SOURCE / "pv.py"
    source.write_text(source.read_text() + "\n\nimport asyncio\n")
    done = typed(repository)
    assert done.returncode != 0
    assert "pv.py: a word for waiting is left over" in done.stderr
