# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""A user's program passes strict type checkers, and its mistakes do not."""

from __future__ import annotations

import ast
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import kamailio_binrpc

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
SDK = ROOT / "sdk"
FILES = ("names.py", "right.py", "wrong.py")

Problems = set[tuple[str, int]]

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


def run_mypy(folder: Path) -> tuple[Problems, str]:
    pytest.importorskip("mypy")
    # An empty configuration: a user has not that of this repository, nor pydantic's plugin.
    (folder / "mypy.ini").write_text("[mypy]\n")
    done = subprocess.run(
        [
            *(sys.executable, "-m", "mypy", "--strict", "--config-file", folder / "mypy.ini"),
            *("--cache-dir", ROOT / "build" / "mypy-users", "--no-error-summary"),
            *FILES,
        ],
        cwd=folder,
        env={**os.environ, "MYPYPATH": str(SDK)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in (0, 1), done.stdout + done.stderr
    found = re.findall(r"^(.+?):(\d+): error:", done.stdout, re.MULTILINE)
    return {(Path(name).name, int(line)) for name, line in found}, done.stdout


def run_pyright(folder: Path) -> tuple[Problems, str]:
    program = os.environ.get("PYRIGHT") or shutil.which("pyright")
    if not program:
        pytest.skip("NOT TESTED: pyright is not installed (PYRIGHT may name it)")
    config = {
        "include": list(FILES),
        "extraPaths": [str(SDK)],
        "typeCheckingMode": "strict",
        "pythonVersion": "3.10",
    }
    (folder / "pyrightconfig.json").write_text(json.dumps(config))
    done = subprocess.run(
        [program, "--outputjson", "--pythonpath", sys.executable, "--project", folder],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.lstrip().startswith("{"), done.stdout + done.stderr
    report = json.loads(done.stdout)
    assert report["summary"]["filesAnalyzed"] == len(FILES)
    found = [one for one in report["generalDiagnostics"] if one["severity"] == "error"]
    return {
        (Path(one["file"]).name, one["range"]["start"]["line"] + 1) for one in found
    }, json.dumps(found, indent=1)


def test_every_public_name_is_used() -> None:
    tree = ast.parse((HERE / "names.py").read_text())
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    assert set(kamailio_binrpc.__all__) - used == {"__version__"}


@pytest.mark.parametrize("checker", [run_mypy, run_pyright])
def test_every_mistake_is_found_and_nothing_else(
    checker: Callable[[Path], tuple[Problems, str]], tmp_path: Path
) -> None:
    for name in FILES:
        shutil.copy(HERE / name, tmp_path)
    problems, output = checker(tmp_path)
    wrong = (HERE / "wrong.py").read_text().splitlines()
    mistakes = {("wrong.py", n) for n, line in enumerate(wrong, 1) if "# mistake:" in line}
    assert len(mistakes) > 20
    assert problems == mistakes, output
