# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""The catalogue's tables are those made of its entries."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TOOL = ROOT / "tools" / "catalogue.py"
CORE = Path("plugins/module_utils/binrpc")
FOLDER = CORE / "catalogue"


def catalogue(root: Path, *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, TOOL, "--root", root, *options],
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    nothing = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / FOLDER, tmp_path / FOLDER, ignore=nothing)
    for name in ("__init__.py", "errors.py", "wire.py"):
        shutil.copy(ROOT / CORE / name, tmp_path / CORE)
    package = tmp_path / "sdk" / "kamailio_binrpc"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "core").symlink_to(tmp_path / CORE)
    return tmp_path


def test_they_are_current() -> None:
    done = catalogue(ROOT, "--check")
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.slow
@pytest.mark.parametrize(
    "file, old, new, stale",
    [
        ("geoip2", "p2.reload -> - repeatable", "p2.reload -> -", ["repeating"]),
        (
            "geoip2",
            "p2.reload -> - repeatable",
            "p3.reload -> - reads()",
            ["lookup", "names", "reading", "repeating"],
        ),
        ("regex", "reload -> -", "reload a b^ -> {c:[...],d:str^}", ["arrays", "secrets"]),
        ("regex", " %refused=group matching", " %absent=group matching", ["meanings"]),
    ],
)
def test_a_change_is_noticed_and_followed(repository, file, old, new, stale) -> None:
    source = repository / FOLDER / "modules" / f"{file}.py"
    text = source.read_text()
    assert text.count(old) == 1
    source.write_text(text.replace(old, new))
    before = {path: path.read_bytes() for path in (repository / FOLDER).glob("*.py")}
    done = catalogue(repository, "--check")
    assert done.returncode == 1
    lines = done.stdout.splitlines()
    assert lines[:-1] == [f"{FOLDER}/{name}.py: differs from the entries" for name in stale]
    assert lines[-1] == "run make catalogue"
    assert {path: path.read_bytes() for path in before} == before
    assert catalogue(repository).returncode == 0
    assert catalogue(repository, "--check").returncode == 0


@pytest.mark.parametrize(
    "old, new, said",
    [
        ("geoip2.reload ->", "geoip2.reload file:text ->", "geoip2.reload: the type of"),
        ("geoip2.reload ->", "ul.reload ->", "usrloc.py: ul.*: see geoip2.py"),
        ("geoip2.reload -> - repeatable", "geoip2.reload = pdt.reload", "no entry pdt.reload"),
        (" GeoIP2 database\n", " GeoIP2 database\n %= pdt.reload\n", "no entry pdt.reload"),
        ("geoip2.reload ->", "a.b -> -\n x\na.b -> -\n x\ngeoip2.reload ->", "a.b has two entries"),
        (" Reopens the GeoIP2 database\n", "", "geoip2.reload: there is no line of help"),
    ],
)
def test_a_bad_entry_is_named(repository, old, new, said) -> None:
    source = repository / FOLDER / "modules" / "geoip2.py"
    source.write_text(source.read_text().replace(old, new))
    for options in (["--check"], []):
        done = catalogue(repository, *options)
        assert done.returncode == 1
        assert said in done.stderr
        assert done.stderr.startswith("catalogue/modules/")
        assert "geoip2.py" in done.stderr
        assert "Traceback" not in done.stderr
