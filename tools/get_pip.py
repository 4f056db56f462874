# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

"""Stand-in for the pip bootstrap script that ansible-test downloads.

Every Python brings pip in ensurepip, so the sanity environments need no download from
outside the package index. As the script does, pip installs itself out of its wheel: to have
ensurepip install it first takes some seconds for each environment.
"""

from __future__ import annotations

import ensurepip
import os
import subprocess
import sys
from pathlib import Path

ARGS = [arg for arg in sys.argv[1:] if arg not in {"--no-setuptools", "--no-wheel"}]
# Debian keeps the wheels elsewhere.
FOLDERS = (Path(ensurepip.__file__).parent / "_bundled", Path("/usr/share/python-wheels"))
WHEELS = [str(path) for folder in FOLDERS for path in folder.glob("pip-*.whl")]

if not WHEELS:
    sys.exit(f"no wheel of pip in {FOLDERS[0]} or {FOLDERS[1]}; install Python's venv package")
sys.exit(
    subprocess.call(
        [sys.executable, "-m", "pip", "install", "-q", "--no-compile", *ARGS],
        env={**os.environ, "PYTHONPATH": WHEELS[0]},
    )
)
