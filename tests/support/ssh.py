# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

"""A program ``ssh`` that notes how it was called and runs the command here."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

# One write for each call, so that those of several processes do not mix.
_SSH = """\
#!/bin/sh
line=$(printf '%s\\037' "$@")
printf '%s\\n' "$line" >>@FOLDER@/calls
case " $* " in
    *" -G "*) cat @FOLDER@/configuration; exit;;
    *" -O exit "*) exit;;
esac
[ ! -e @FOLDER@/fails ] || { cat @FOLDER@/fails >&2; exit 255; }
for last; do :; done
PATH=@FOLDER@/far exec sh -c "$last"
"""


def programs(folder: Path, *names: str) -> Path:
    """Make a folder with programs of this machine, which stands for the PATH of a host."""
    folder.mkdir()
    for name in names:
        # A launcher of a version manager would need more than this folder has.
        found = sys.executable if name.startswith("python") else shutil.which(name)
        assert found is not None, name
        (folder / name).symlink_to(found)
    return folder


class FakeSsh:
    """An ``ssh`` for PATH, and what it was called with.

    :param folder: for the program and its notes; it is made.
    :param interpreters: the programs that its hosts have.
    """

    def __init__(self, folder: Path, *interpreters: str) -> None:
        folder.mkdir()
        self.bin = folder / "bin"
        self.bin.mkdir()
        self._calls = folder / "calls"
        self._configuration = folder / "configuration"
        self._fails = folder / "fails"
        program = self.bin / "ssh"
        program.write_text(_SSH.replace("@FOLDER@", str(folder)))
        program.chmod(0o755)
        programs(folder / "far", "sh", *interpreters)
        self.configure("hostname example\ncontrolmaster false\n")

    @property
    def path(self) -> str:
        """A PATH on which it is the first."""
        return "%s%s%s" % (self.bin, os.pathsep, os.environ["PATH"])

    @property
    def calls(self) -> list[list[str]]:
        """The arguments of each call."""
        if not self._calls.exists():
            return []
        return [line.split("\037")[:-1] for line in self._calls.read_text().splitlines()]

    def configure(self, text: str) -> None:
        """Let ``ssh -G`` print this."""
        self._configuration.write_text(text)

    def fail(self, text: str) -> None:
        """Let each connection fail with this on standard error."""
        self._fails.write_text(text)
