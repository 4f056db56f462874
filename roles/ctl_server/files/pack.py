# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Pack the core into one file that Python runs: pack.py CORE TARGET.

The same core makes the same bytes, so that a host changes only if the core did. Hence nothing is
compressed: that differs between versions of zlib.
"""

from __future__ import annotations

import io
import sys
import zipfile
from pathlib import Path

MAIN = """\
from binrpc.lab.run import main

raise SystemExit(main())
"""


def packed(core):
    """Return the archive's bytes."""
    files = {"__main__.py": MAIN.encode()}
    for path in sorted(core.rglob("*.py")):
        files["binrpc/" + path.relative_to(core).as_posix()] = path.read_bytes()
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, content)
    return buffer.getvalue()


def main(core, target):
    Path(target).write_bytes(packed(Path(core)))


if __name__ == "__main__":
    main(*sys.argv[1:])
