# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

"""Hosts that have a certain interpreter and no other: folders for PATH."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

TOOLS = ["sh", "cat", "base64", "tr", "timeout", "dd", "od", "head"]
"""Part of every system that has a shell."""

PYTHON_2 = "python2.7"


def find(name):
    """Return the program behind the name of an interpreter, None if it is not here."""
    if name in ("python3", "python"):
        return sys.executable
    if name == "python2":
        for folder in sorted(Path.home().glob(".pyenv/versions/2.*/bin")):
            return str(folder / PYTHON_2)
        name = PYTHON_2
    return shutil.which(name)


def path_with(folder, *names):
    """Return a value of PATH with which only some interpreters are found."""
    for name in [*TOOLS, *names]:
        program = find(name)
        if program is None:
            pytest.skip("there is no " + name)
        link = Path(folder, name)
        if link.exists():
            continue
        if name.startswith("python"):
            # A Python of a virtual environment, or of pyenv, looks beside itself.
            link.write_text('#!/bin/sh\nexec "%s" "$@"\n' % program)
            link.chmod(0o755)
        else:
            link.symlink_to(program)
    return str(folder)


def run(command, text, path=None):
    """Run a shell command as a connection to a host does; return what it prints."""
    env = {**os.environ, "PATH": path} if path else None
    done = subprocess.run(
        ["/bin/sh", "-c", command],
        input=text,
        capture_output=True,
        text=True,
        timeout=120,
        env=env,
        check=False,
    )
    return done.stdout
