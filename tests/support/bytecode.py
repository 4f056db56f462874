# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

"""Compiled Python code, kept below build/ for the many processes that tests start.

Without it each of them compiles all that it imports: a process of pytest or Ansible takes twice the
time. Environments in containers often forbid compiled files beside the sources, which is why they
are elsewhere here.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[2] / "build" / "pycache"


def keep():
    """Let this process, and those that it starts, keep what they compile."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.environ.setdefault("PYTHONPYCACHEPREFIX", str(FOLDER))
    sys.dont_write_bytecode = False
    sys.pycache_prefix = os.environ["PYTHONPYCACHEPREFIX"]


def forget_temporary():
    """Remove what belongs to the temporary folders of earlier runs."""
    temporary = Path(tempfile.gettempdir()).resolve()
    for folder in FOLDER.joinpath(*temporary.parts[1:]).glob("pytest-of-*"):
        shutil.rmtree(folder, ignore_errors=True)
