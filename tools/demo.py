# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

"""Show each file of demo/ and run it against a Kamailio started for this alone.

The server listens on loopback and works in a temporary directory; it ends with the demo.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import tree

sys.path.insert(0, str(tree.ROOT))

from tests.support.kamailio import Kamailio, find_kamailio

BIN = Path(sys.executable).parent
RUNNERS = {
    ".py": [sys.executable],
    ".sh": ["sh", "-eu"],
    ".yml": [str(BIN / "ansible-playbook"), "--inventory", "localhost,"],
}
CONFIG = 'modparam("htable", "htable", "demo=>size=4;")\n'


def show(path: Path) -> None:
    """Print a demo file without its licence lines."""
    text = path.read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("# SPDX-")]
    print(f"\n===== {path.relative_to(tree.ROOT)}")
    print("\n".join(lines).strip())
    print("----- prints", flush=True)


def main() -> int:
    if find_kamailio() is None:
        sys.exit("The demo needs a Kamailio; tools/setup.sh installs one on Debian and Ubuntu.")
    tree.copy_collection(tree.BUILD / "collections")
    with Kamailio(full=False, extra_config=CONFIG) as server:
        environment = {
            **os.environ,
            "PATH": os.pathsep.join([str(BIN), os.environ["PATH"]]),
            "ANSIBLE_COLLECTIONS_PATH": str(tree.BUILD / "collections"),
            "ANSIBLE_LOCALHOST_WARNING": "false",
            "KAMAILIO_CTL": server.endpoints["unix"],
        }
        for path in sorted((tree.ROOT / "demo").iterdir()):
            if runner := RUNNERS.get(path.suffix):
                show(path)
                subprocess.run([*runner, path], env=environment, check=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
