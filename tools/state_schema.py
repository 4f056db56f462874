# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

"""Make docs/desired-state.schema.json and the table in docs/desired-state-keys.md, or check them.

Both come from the table of sections that checks documents, so they cannot differ from it.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import tree

sys.path.insert(0, str(tree.ROOT / "sdk"))

from kamailio_binrpc.core.state.schema import json_schema, keys

SCHEMA = Path("docs/desired-state.schema.json")
PAGE = Path("docs/desired-state-keys.md")
BEGIN, END = "<!-- keys: tools/state_schema.py -->\n", "<!-- end of keys -->\n"


def table() -> str:
    """Return the keys as a table."""
    lines = ["| key | type | meaning |\n", "|---|---|---|\n"]
    for path, kind, text in keys():
        cells = [f"`{path}`", kind, text]
        lines.append("| " + " | ".join(each.replace("|", "\\|") for each in cells) + " |\n")
    return "".join(lines)


def expected(root: Path) -> dict[Path, str]:
    """Map each file to its text."""
    page = (root / PAGE).read_text(encoding="utf-8")
    head, _begin, rest = page.partition(BEGIN)
    _old, _end, tail = rest.partition(END)
    return {
        SCHEMA: json.dumps(json_schema(), indent=2) + "\n",
        PAGE: head + BEGIN + "\n" + table() + "\n" + END + tail,
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="change nothing, exit 1 on drift")
    parser.add_argument("--root", type=Path, default=tree.ROOT, help="repository")
    options = parser.parse_args()
    status = 0
    for path, text in expected(options.root).items():
        file = options.root / path
        if file.exists() and file.read_text(encoding="utf-8") == text:
            continue
        if options.check:
            print(f"{path.as_posix()}: differs from the table of sections")
            status = 1
        else:
            file.write_text(text, encoding="utf-8")
            print(f"updated {path.as_posix()}")
    return status


if __name__ == "__main__":
    sys.exit(main())
