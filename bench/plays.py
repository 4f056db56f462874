# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Running a playbook in a folder of its own, with nothing of the user's settings."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent


def run_play(
    folder: Path, play: dict[str, Any], forks: int, inventory: str, **environment: str
) -> None:
    """Run a play; end the program if it fails.

    :param environment: variables that it needs besides.
    """
    (folder / "play.yml").write_text(json.dumps([play]))
    kept = {name: text for name, text in os.environ.items() if not name.startswith("ANSIBLE_")}
    kept.pop("PYTHONDONTWRITEBYTECODE", None)
    own = {
        "ANSIBLE_COLLECTIONS_PATH": str(folder),
        "ANSIBLE_HOME": str(folder / "home"),
        "PYTHONPYCACHEPREFIX": str(ROOT / "build" / "pycache"),
    }
    done = subprocess.run(
        [str(BIN / "ansible-playbook"), "-f", str(forks), "-i", inventory, "play.yml"],
        cwd=folder,
        env=kept | own | environment,
        capture_output=True,
        stdin=subprocess.DEVNULL,
        text=True,
        check=False,
    )
    if done.returncode:
        sys.exit(done.stdout[-3000:] + done.stderr[-3000:])
