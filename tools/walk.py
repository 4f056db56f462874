# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

"""Run the commands in docs/desired-state.md, and write down or compare what they print.

    python tools/walk.py [--write]

A block ``console`` holds commands behind ``$`` and what they print. They run in order, in one
folder, with three lab servers, edge1 to edge3. A block ``yaml`` behind a line that ends in
```NAME`:`` is a file in that folder. Comments are instructions to the lab: ``<!-- lab edge3: ignore
method=dispatcher.add -->`` lets a server fail, ``<!-- lab edge3: well -->`` ends that, and ``<!--
wait until nothing is pending -->`` waits for a guardian. Ids and times differ in each run: the page
has some of its own.
"""

from __future__ import annotations

import argparse
import contextlib
import difflib
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import tree

sys.path.insert(0, str(tree.ROOT / "sdk"))

from kamailio_binrpc.core.lab.failures import parse_failure
from kamailio_binrpc.core.state.journal import UNFINISHED, Journals
from kamailio_binrpc.lab import Configuration, Dispatcher, HashTables, LabServer

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE = tree.ROOT / "docs" / "desired-state.md"
BIN = Path(sys.executable).parent
PATIENCE = 240
_PARTS = re.compile(
    r"^<!-- (?P<order>lab|wait)(?P<words>[^>]*) -->$"
    r"|^[^\n]*`(?P<name>[\w.-]+)`:\n\n```yaml\n(?P<text>.*?)^```$"
    r"|^```console\n(?P<commands>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
_ID = re.compile(r"\b\d{8}-\d{6}-[0-9a-f]{6}\b")
_MOMENT = re.compile(r"\b\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\b")
_WRAPPER = """#!/bin/sh
case "$1" in
    apply|confirm|cancel|history|rollback)
        command=$1; shift; exec {kamrpc} "$command" --journals {folder}/journals "$@" ;;
esac
exec {kamrpc} "$@"
"""


class Walk:
    """Runs a page.

    :ivar servers: by name.
    """

    def __init__(self, folder: Path, servers: dict[str, LabServer]) -> None:
        self._folder = folder
        self.servers = servers
        self._status = 0
        self._ids: list[str] = []

    def run(self, page: str) -> str:
        """Return the page with what its commands print now."""
        return _PARTS.sub(self._part, page)

    def _part(self, found: re.Match[str]) -> str:
        if found["order"] == "wait":
            self._wait()
        elif found["order"]:
            name, _colon, rule = found["words"].strip().partition(": ")
            failures = self.servers[name].failures
            failures.clear()
            if rule != "well":
                failures.add(parse_failure(rule))
        elif found["name"]:
            (self._folder / found["name"]).write_text(found["text"], encoding="utf-8")
        else:
            return f"```console\n{self._commands(found['commands'])}```"
        return found.group()

    def _commands(self, text: str) -> str:
        commands = [line[2:] for line in text.splitlines() if line.startswith("$ ")]
        return "".join(f"$ {command}\n{self._command(command)}" for command in commands)

    def _command(self, command: str) -> str:
        for number, real in enumerate(self._ids):
            command = command.replace(canned(number), real)
        done = subprocess.run(
            ["bash", "-c", f"(exit {self._status}); {command}"],
            cwd=self._folder,
            env={
                **{name: text for name, text in os.environ.items() if name[:7] != "KAMRPC_"},
                "PATH": f"{self._folder}/bin:{os.environ['PATH']}",
                "KAMRPC_CONFIG": str(self._folder / "config.ini"),
                "KAMRPC_TIMEOUT": "60",
                "NO_COLOR": "1",
            },
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        self._status = done.returncode
        return _MOMENT.sub("2026-12-01 09:30:00", _ID.sub(self._id, done.stdout))

    def _id(self, found: re.Match[str]) -> str:
        if found.group() not in self._ids:
            self._ids.append(found.group())
        return canned(self._ids.index(found.group()))

    def _wait(self) -> None:
        end = time.monotonic() + PATIENCE
        journals = Journals(str(self._folder / "journals"))
        while any(entry.state in UNFINISHED for entry in journals.entries()):
            if time.monotonic() > end:
                sys.exit("a change is still pending")
            time.sleep(0.1)


def canned(number: int) -> str:
    """Return the id that the page has for the change of that number."""
    return f"20261201-0930{number:02d}-a1b2c{number:x}"


@contextlib.contextmanager
def prepared() -> Iterator[Walk]:
    """Start the servers of the page."""
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="walk-")))
        servers = {}
        for name in ("edge1", "edge2", "edge3"):
            modules = [
                HashTables({"features": {"carrier": "old"}}),
                Configuration({"limits": {"max_calls": 1000}}),
                Dispatcher({1: ["sip:192.0.2.11:5060", "sip:192.0.2.12:5060"]}, reload_delta=0),
            ]
            lab = LabServer(binrpc=f"unix:{folder}/{name}", modules=modules)
            servers[name] = stack.enter_context(lab.running_in_thread())
        lines = [f"{name} = {lab.addresses[0]}\n" for name, lab in servers.items()]
        text = "[endpoints]\n" + "".join(lines) + "[groups]\nedge = edge1 edge2 edge3\n"
        (folder / "config.ini").write_text(text, encoding="utf-8")
        program = folder / "bin" / "kamrpc"
        program.parent.mkdir()
        program.write_text(_WRAPPER.format(kamrpc=BIN / "kamrpc", folder=folder), encoding="utf-8")
        program.chmod(0o755)
        yield Walk(folder, servers)


def main() -> int:
    """Run the page; return the exit status."""
    parser = argparse.ArgumentParser(description="Run the commands in docs/desired-state.md.")
    parser.add_argument("--write", action="store_true", help="write down what they print")
    options = parser.parse_args()
    before = PAGE.read_text(encoding="utf-8")
    with prepared() as walk:
        after = walk.run(before)
    if options.write:
        PAGE.write_text(after, encoding="utf-8")
        return 0
    lines = difflib.unified_diff(
        before.splitlines(), after.splitlines(), "page", "run", lineterm=""
    )
    found = "\n".join(lines)
    if found:
        print(found)
        print("run: python tools/walk.py --write")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
