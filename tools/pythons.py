# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

"""Find the Python interpreters of this machine, by version.

A name on PATH is not enough: version managers put launchers there that only answer with an
error. An interpreter counts when it runs and says which version it is.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

KNOWN = tuple(f"3.{minor}" for minor in range(8, 15))

_PROBE = (
    # The real path leads out of a virtual environment to its base.
    "import os, sys, ensurepip, venv;"
    "print('%d.%d' % sys.version_info[:2], os.path.realpath(sys.executable), sep='\\n')"
)


def _probe(command: str, version: str) -> Path | None:
    try:
        answer = subprocess.run(
            [command, "-c", _PROBE], capture_output=True, text=True, timeout=30, check=True
        ).stdout.splitlines()
    except (OSError, subprocess.SubprocessError):
        return None
    return Path(answer[1]) if len(answer) == 2 and answer[0] == version else None


def _candidates(version: str) -> list[str]:
    name = f"python{version}"
    found = [shutil.which(name)]
    manager = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv") / "versions"
    found += [str(path) for path in sorted(manager.glob(f"{version}.*/bin/{name}"), reverse=True)]
    # Outside any virtual environment the plain name may be the only one.
    found += [shutil.which("python3"), "/usr/bin/python3"]
    return [command for command in found if command]


def find(version: str) -> Path | None:
    """Return the interpreter for a version such as ``3.12``, or None."""
    for command in _candidates(version):
        if path := _probe(command, version):
            return path
    return None


def find_all(versions: tuple[str, ...] = KNOWN) -> dict[str, Path]:
    """Map each version present on this machine to its interpreter."""
    return {version: path for version in versions if (path := find(version))}


if __name__ == "__main__":
    for found_version, found_path in find_all().items():
        print(found_version, found_path)
