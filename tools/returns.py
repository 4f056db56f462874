# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

"""Write the return values that several modules share into their RETURN, or check them.

The texts are in tools/returns.yml. A module takes one over with the comments `# include: NAME` and
`# end: NAME`; everything in between is written by this tool.
"""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path

import tree
import yaml

TEXTS = Path(__file__).with_suffix(".yml")
MODULES = "plugins/modules/*.py"

INCLUDE = re.compile(r"^( *)# include: (\w+)\n", re.MULTILINE)
REGION = re.compile(r"^( *)# include: (\w+)\n(?:.*\n)*?\1# end: \2\n", re.MULTILINE)


class Wrong(Exception):
    """A comment that names no text, or has no end."""


def texts() -> dict[str, str]:
    """Map the name of each shared text to it, before anything is included."""
    found: dict[str, str] = yaml.safe_load(TEXTS.read_text(encoding="utf-8"))
    return found


def indented(text: str, indent: str) -> str:
    return "".join(indent + line if line.strip() else line for line in text.splitlines(True))


def text_of(name: str, indent: str, shared: dict[str, str]) -> str:
    """Return a shared text with the texts that it includes.

    :raises Wrong: there is no text of this name
    """
    if name not in shared:
        raise Wrong(f"'# include: {name}': {TEXTS.name} has no text of this name")
    return INCLUDE.sub(
        lambda found: text_of(found[2], found[1], shared), indented(shared[name], indent)
    )


def updated(source: str, shared: dict[str, str]) -> str:
    """Return the source of a module with current texts.

    :raises Wrong: a comment names no text, or has no end
    """
    regions = [*REGION.finditer(source)]
    opened = [*INCLUDE.finditer(source)]
    if len(opened) != len(regions):
        ended = {found.start() for found in regions}
        name = next(found[2] for found in opened if found.start() not in ended)
        raise Wrong(f"'# include: {name}' has no '# end: {name}' at the same indentation")
    return REGION.sub(
        lambda found: (
            f"{found[1]}# include: {found[2]}\n"
            f"{text_of(found[2], found[1], shared)}{found[1]}# end: {found[2]}\n"
        ),
        source,
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="change nothing, exit 1 on drift")
    parser.add_argument("--root", type=Path, default=tree.ROOT, help="repository")
    options = parser.parse_args()
    shared, status = texts(), 0
    for path in sorted(options.root.glob(MODULES)):
        source = path.read_text(encoding="utf-8")
        shown = path.relative_to(options.root).as_posix()
        try:
            text = updated(source, shared)
        except Wrong as error:
            print(f"{shown}: {error}")
            status = 1
            continue
        if text == source:
            continue
        if options.check:
            print(f"{shown}: RETURN differs from tools/returns.yml; run tools/returns.py")
            status = 1
        else:
            path.write_text(text, encoding="utf-8")
            print(f"updated {shown}")
    return status


if __name__ == "__main__":
    sys.exit(main())
