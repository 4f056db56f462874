# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

"""Virtual environments below build/, each made from one lock and kept while it holds."""

from __future__ import annotations

import fcntl
import shutil
import subprocess
import sys
from pathlib import Path

from tree import BUILD, ROOT


def this_python() -> Path:
    """Return the interpreter below the environment that runs this."""
    return Path(sys.executable).resolve()


def ensure(name: str, python: Path, lock: str, sources: tuple[str, ...] = ()) -> Path:
    """Make or reuse build/venvs/NAME with the packages of requirements/LOCK.txt.

    :param sources: packages without wheels.

    Returns its bin directory. It has no pip of its own unless its Python differs from this one.
    """
    venv = BUILD / "venvs" / name
    venv.parent.mkdir(parents=True, exist_ok=True)
    # Tests run side by side: who comes second waits.
    with venv.with_suffix(".lock").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        _make(venv, python, ROOT / "requirements" / f"{lock}.txt", sources)
    return venv / "bin"


def _make(venv: Path, python: Path, lock_file: Path, sources: tuple[str, ...]) -> None:
    stamp = venv / ".stamp"
    wanted = f"{python}\n{lock_file.read_text(encoding='utf-8')}"
    if stamp.is_file() and stamp.read_text(encoding="utf-8") == wanted:
        return
    print(f"making {venv.relative_to(ROOT)} with {python}", file=sys.stderr)
    shutil.rmtree(venv, ignore_errors=True)
    # Installing pip takes seconds; the one that is here need not know older Pythons.
    same = python == this_python()
    pip_or_not = ["--without-pip"] if same else []
    subprocess.run([str(python), "-m", "venv", *pip_or_not, str(venv)], check=True)
    inner = str(venv / "bin" / "python")
    pip = [sys.executable, "-m", "pip", "--python", inner] if same else [inner, "-m", "pip"]
    pip += ["--disable-pip-version-check"]
    # Python compiles what is used, which is a small part, when it is used.
    options = [
        "-qq",
        "--no-compile",
        "--only-binary",
        ":all:",
        "--require-hashes",
        "-r",
        str(lock_file),
    ]
    if sources:
        options += ["--no-binary", ",".join(sources)]
    subprocess.run([*pip, "install", *options], check=True)
    stamp.write_text(wanted, encoding="utf-8")
