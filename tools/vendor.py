# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

"""Copy the SDK core into the collection, or check that the copy is current.

Managed nodes get only what lies under plugins/, so the collection carries its own copy of
sdk/kamailio_binrpc/core. The core uses relative imports alone, which is why a plain copy
works in both places.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

SOURCE = Path("sdk/kamailio_binrpc/core")
TARGET = Path("plugins/module_utils/binrpc")

HEADER = """\
# Generated from {source} by tools/vendor.py. Do not edit: change the
# source and run "make vendor". Private to this collection.
"""


def vendored(source_text, source_name):
    """Return the text of the copy: the header goes below the shebang and SPDX lines."""
    lines = source_text.splitlines(keepends=True)
    top = 0
    while top < len(lines) and lines[top].startswith(("#!", "# SPDX-", "# -*-")):
        top += 1
    spacer = "#\n" if top else ""
    return "".join(lines[:top]) + spacer + HEADER.format(source=source_name) + "".join(lines[top:])


def expected_files(root):
    """Map each file the copy must hold to its text."""
    files = {}
    for path in sorted((root / SOURCE).rglob("*.py")):
        inner = path.relative_to(root / SOURCE)
        # Older ansible-test releases want empty package files below module_utils, and an
        # importing one would drag all it imports into every module's payload.
        text = ""
        if path.name != "__init__.py":
            name = (SOURCE / inner).as_posix()
            text = vendored(path.read_text(encoding="utf-8"), name)
        files[TARGET / inner] = text
    return files


def present_files(root):
    """List what the copy holds now, whatever it is."""
    return {
        path.relative_to(root)
        for path in (root / TARGET).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def differences(root):
    """Yield (file, what is wrong) for each file that is not as it should be."""
    expected = expected_files(root)
    present = present_files(root)
    for path, text in sorted(expected.items()):
        if path not in present:
            yield path, "missing"
        elif (root / path).read_text(encoding="utf-8") != text:
            yield path, "differs"
    for path in sorted(present - set(expected)):
        yield path, "stale"


def write(root):
    """Make the copy current and return the files that were touched."""
    expected = expected_files(root)
    touched = []
    for path, problem in list(differences(root)):
        target = root / path
        if problem == "stale":
            target.unlink()
            if not any(target.parent.iterdir()):
                target.parent.rmdir()
        else:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(expected[path], encoding="utf-8")
        touched.append(path)
    return touched


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="change nothing, exit 1 on drift")
    parser.add_argument(
        "--root",
        type=Path,
        default=Path(__file__).resolve().parent.parent,
        help="repository root (default: the one this script is in)",
    )
    options = parser.parse_args(argv)
    if not (options.root / SOURCE).is_dir():
        parser.error("no such directory: {}".format(options.root / SOURCE))

    if options.check:
        drifted = list(differences(options.root))
        for path, problem in drifted:
            print("{}: {}".format(path.as_posix(), problem))
        if drifted:
            print('The vendored core is not current; run "make vendor".')
        return 1 if drifted else 0

    for path in write(options.root):
        print("updated {}".format(path.as_posix()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
