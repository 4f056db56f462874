# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

"""Render the collection's documentation into build/docs/build/html."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

import tree
import venvs

DOCS = tree.BUILD / "docs"


def main() -> int:
    bin_dir = venvs.ensure("docs", venvs.this_python(), "docs")
    tree.copy_collection(tree.BUILD / "collections")
    environment = {
        **os.environ,
        "PATH": os.pathsep.join([str(bin_dir), os.environ["PATH"]]),
        "ANSIBLE_COLLECTIONS_PATH": str(tree.BUILD / "collections"),
    }
    shutil.rmtree(DOCS, ignore_errors=True)
    DOCS.mkdir(parents=True)
    # antsibull-docs refuses a directory that others may write to.
    (DOCS / "rst").mkdir(mode=0o700)
    collection = "--use-current --dest-dir"
    for command in (
        f"antsibull-docs sphinx-init {collection} . kamailio.ctl",
        f"antsibull-docs --config-file antsibull-docs.cfg collection {collection} rst kamailio.ctl",
        # Warnings stay warnings: offline, references to other projects cannot be resolved.
        "sphinx-build -M html rst build -c . -q",
    ):
        subprocess.run(command.split(), cwd=DOCS, env=environment, check=True)
    print(f"open {(DOCS / 'build' / 'html' / 'index.html').relative_to(tree.ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
