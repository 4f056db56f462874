# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

"""Check the collection's artefact as Galaxy does when it is uploaded.

    tools/importer.py dist/kamailio-ctl-0.1.0.tar.gz

An error or a warning of the importer fails it.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

BIN = Path(sys.executable).parent
LAST = "Importer processing completed successfully"


def check(artefact: Path) -> int:
    """Print what the importer says, and return 0 if that is nothing bad."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {
            **os.environ,
            "PATH": os.pathsep.join([str(BIN), os.environ["PATH"]]),
            # It leaves its results where it is started.
            "ANSIBLE_HOME": folder,
            "GALAXY_IMPORTER_ANSIBLE_LOCAL_TMP": str(Path(folder, "tmp")),
        }
        done = subprocess.run(
            [sys.executable, "-m", "galaxy_importer.main", artefact.resolve()],
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
    print(done.stdout.strip())
    bad = re.search(r"^(ERROR|WARNING)", done.stdout, re.MULTILINE)
    return done.returncode or int(bad is not None or LAST not in done.stdout)


def main() -> int:
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    return check(Path(sys.argv[1]))


if __name__ == "__main__":
    sys.exit(main())
