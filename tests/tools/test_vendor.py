# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
VENDOR = ROOT / "tools" / "vendor.py"

SOURCE = "sdk/kamailio_binrpc/core"
COPY = "plugins/module_utils/binrpc"


def vendor(root, *options):
    return subprocess.run(
        [sys.executable, VENDOR, "--root", root, *options],
        capture_output=True,
        text=True,
        check=False,
    )


# REUSE-IgnoreStart
@pytest.fixture
def repository(tmp_path):
    inner = tmp_path / SOURCE / "inner"
    inner.mkdir(parents=True)
    (tmp_path / SOURCE / "__init__.py").write_text('"""Not wanted in the copy."""\n')
    (tmp_path / SOURCE / "codec.py").write_text(
        '# SPDX-FileCopyrightText: Someone\n# SPDX-License-Identifier: MIT\n"""Codec."""\n'
    )
    (inner / "__init__.py").touch()
    (inner / "plain.py").write_text("VALUE = 1\n")
    assert vendor(tmp_path).returncode == 0
    return tmp_path


def test_the_committed_copy_is_current():
    done = vendor(ROOT, "--check")
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_header_follows_the_licence_and_names_the_source(repository):
    lines = (repository / COPY / "codec.py").read_text().splitlines()
    assert lines[1] == "# SPDX-License-Identifier: MIT"
    assert lines[3].startswith(f"# Generated from {SOURCE}/codec.py")
    assert lines[-1] == '"""Codec."""'


# REUSE-IgnoreEnd


def test_package_files_are_empty(repository):
    packages = list((repository / COPY).rglob("__init__.py"))
    assert len(packages) == 2
    assert all(path.read_bytes() == b"" for path in packages)


def test_a_second_run_changes_nothing(repository):
    assert vendor(repository).stdout == ""
    assert vendor(repository, "--check").returncode == 0


@pytest.mark.parametrize("drift", ["missing", "differs", "stale"])
def test_check_names_the_drifted_file_and_leaves_it(repository, drift):
    path = repository / COPY / ("old.py" if drift == "stale" else "codec.py")
    if drift == "missing":
        path.unlink()
    else:
        path.write_text("changed\n")
    done = vendor(repository, "--check")
    assert done.returncode == 1
    assert done.stdout.startswith(f"{COPY}/{path.name}: {drift}\n")
    assert path.exists() == (drift != "missing")


def test_stale_files_and_their_folders_go(repository):
    (repository / SOURCE / "inner" / "plain.py").unlink()
    (repository / SOURCE / "inner" / "__init__.py").unlink()
    assert vendor(repository).returncode == 0
    assert not (repository / COPY / "inner").exists()
