# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

"""Run the code of the documentation, and compare or write down what its commands print.

    python tools/pages.py [--write] [--list] [PAGE...]

Blocks of a page run in order, in one folder of their own, with lab servers: one at
``unix:/run/kamailio/kamailio_ctl`` and ``127.0.0.1:2049``, which is also the default endpoint, and
edge1 to edge3, the group edge. Where these addresses and ``/tmp/`` are on the machine is replaced in
what runs and in what is printed.

| Block | What is done |
| --- | --- |
| ``console`` | commands behind ``$`` run, what they print is compared; ``...`` stands for any text. A block without output only has to succeed |
| ``sh`` | runs as a script and has to succeed |
| ``python`` | runs as a program and has to succeed |
| ``yaml``, ``json``, ``ini``, ``toml`` | is parsed |
| any of these behind a line that ends in ```NAME`:`` | is written to that file |
| others | are not code |

Comments in front of a block are instructions:

- ``<!-- not run: REASON -->``: the block cannot run.
- ``<!-- background -->``: the last command goes on running until the page ends.
- ``<!-- example: FILE -->``: the block is that file, which has tests of its own.
- ``<!-- lab edge3: ignore method=dispatcher.add -->`` lets a server fail, ``<!-- lab edge3: well -->``
  ends that; ``here`` is the server at the default endpoint.
- ``<!-- wait until nothing is pending -->`` waits for a guardian.

Ids and times differ in each run: pages have some of their own.
"""  # noqa: E501

from __future__ import annotations

import argparse
import configparser
import contextlib
import difflib
import doctest
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import tree
import yaml

sys.path.insert(0, str(tree.ROOT / "sdk"))

from kamailio_binrpc.core.lab.failures import parse_failure
from kamailio_binrpc.core.state.journal import UNFINISHED, Journals
from kamailio_binrpc.lab import Configuration, Dispatcher, HashTables, LabServer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

BIN = Path(sys.executable).parent
PATIENCE = 240
CODE = ("console", "sh", "python", "yaml", "json", "ini", "toml")
# Addresses as pages have them.
SOCKET = "/run/kamailio/kamailio_ctl"
PORT = "127.0.0.1:2049"
_PARTS = re.compile(
    r"^<!-- (?P<order>not run|background|example|lab|wait)(?P<words>[^>]*?) -->$"
    r"|(?:^[^\n]*`(?P<name>[\w/-]+\.[\w./-]+)`:\n\n)?^```(?P<language>\w+)\n(?P<text>.*?)^```$",
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


class BadPage(Exception):
    """A block did not do what its page says."""


class Block(NamedTuple):
    """A block of code.

    :ivar line: its first line in the page, from 1.
    :ivar name: the file that it is, or "".
    :ivar excuse: why it does not run, or "".
    """

    line: int
    language: str
    name: str
    excuse: str


def pages() -> list[Path]:
    """Return every page that users read."""
    folders = ("docs/**/*.md", "roles/*/README.md", "extensions/salt/README.md", "sdk/README.md")
    found = [tree.ROOT / "README.md", tree.ROOT / "CONTRIBUTING.md"]
    for pattern in folders:
        found += sorted(tree.ROOT.glob(pattern))
    return found


def blocks(page: str) -> list[Block]:
    """Return the blocks of a page that are code."""
    found = []
    excuse = ""
    for part in _PARTS.finditer(page):
        if part["order"] == "not run":
            excuse = part["words"].lstrip(": ")
            if not excuse:
                raise BadPage("'not run' has no reason")
        elif part["language"]:
            if part["language"] in CODE:
                line = page.count("\n", 0, part.start("language")) + 1
                found.append(Block(line, part["language"], part["name"] or "", excuse))
            excuse = ""
    return found


class Walk:
    """Runs a page.

    :ivar servers: by name.
    :ivar home: the folder in which commands run.
    """

    def __init__(self, folder: Path, servers: dict[str, LabServer]) -> None:
        self._folder = folder
        self.home = folder / "home"
        self.home.mkdir()
        (folder / "tmp").mkdir()
        self.servers = servers
        self._status = 0
        self._ids: list[str] = []
        self._skip = self._background = False
        self._example = ""
        self._line = 0
        self._stack = contextlib.ExitStack()
        port = str(servers["here"].addresses[1]).partition(":")[2]
        self._places = {SOCKET: f"{folder}/ctl", PORT: port, "/tmp/": f"{folder}/tmp/"}  # noqa: S108

    def close(self) -> None:
        """End what pages left running."""
        self._stack.close()

    def run(self, page: str) -> str:
        """Return the page with what its commands print now.

        :raises BadPage: a block failed.
        """
        self._page = page
        return _PARTS.sub(self._part, page)

    def _part(self, found: re.Match[str]) -> str:
        self._line = self._page.count("\n", 0, found.start()) + 1
        if found["order"]:
            self._order(found["order"], found["words"].strip(": "))
            return found.group()
        skip, background, example = self._skip, self._background, self._example
        self._skip = self._background = False
        self._example = ""
        if skip:
            return found.group()
        text = found["text"]
        if example:
            if text != _code_of(tree.ROOT / example):
                raise self._bad(f"this is not {example}")
        elif found["name"]:
            path = self.home / found["name"]
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(self.placed(text), encoding="utf-8")
        elif background:
            self._start(text)
        elif found["language"] in _KINDS:
            text = _KINDS[found["language"]](self, text)
        start, end = (at - found.start() for at in found.span("text"))
        return found.group()[:start] + text + found.group()[end:]

    def _order(self, order: str, words: str) -> None:
        if order == "not run":
            self._skip = True
        elif order == "background":
            self._background = True
        elif order == "example":
            self._example = words
        elif order == "wait":
            self._wait()
        else:
            name, _colon, rule = words.partition(": ")
            failures = self.servers[name].failures
            failures.clear()
            if rule != "well":
                failures.add(parse_failure(rule))

    def _bad(self, what: str) -> BadPage:
        return BadPage(f"line {self._line}: {what}")

    def placed(self, text: str) -> str:
        """Return a text with the addresses on this machine."""
        return _replaced(text, self._places)

    def named(self, text: str) -> str:
        """Return a text with the addresses that pages have."""
        text = _replaced(text, {place: name for name, place in self._places.items()})
        return text.replace(f"{self.home}/", "").replace(str(self._folder), "/tmp")  # noqa: S108

    def console(self, text: str) -> str:
        """Run commands; return them with what they print."""
        wanted = re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]
        if not any("\n" in each.rstrip("\n").replace("\\\n", "") for each in wanted):
            self.script("".join(wanted))
            return text
        shown = []
        for each in wanted:
            command, want = re.match(r"((?:[^\n]*\\\n)*[^\n]*\n)(.*)", each, re.DOTALL).groups()
            got = self._command(command.rstrip("\n"))
            same = doctest.OutputChecker().check_output(want, got, doctest.ELLIPSIS)
            shown.append(f"$ {command}{want if same else got}")
        return "".join(shown)

    def script(self, text: str) -> str:
        """Run a script, which has to succeed."""
        done = self._run(["bash", "-euo", "pipefail", "-c", self.placed(text)])
        if done.returncode:
            raise self._bad(f"status {done.returncode}: {self.named(done.stdout)}")
        return text

    def program(self, text: str) -> str:
        """Run a Python program, which has to succeed."""
        (self._folder / "block.py").write_text(self.placed(text), encoding="utf-8")
        done = self._run([sys.executable, "-W", "error", str(self._folder / "block.py")])
        if done.returncode:
            raise self._bad(f"status {done.returncode}: {self.named(done.stdout)}")
        return text

    def parsed(self, parse: Callable[[str], object], text: str) -> str:
        """Parse a text."""
        try:
            parse(text)
        except Exception as error:
            raise self._bad(str(error)) from error
        return text

    def _command(self, command: str) -> str:
        for number, real in enumerate(self._ids):
            command = command.replace(canned(number), real)
        line = f"(exit {self._status}); {self.placed(command)}"
        done = self._run(["bash", "-c", line])
        self._status = done.returncode
        printed = re.sub(r"[ \t]+$", "", self.named(done.stdout), flags=re.MULTILINE)
        return self.settled(printed)

    def settled(self, text: str) -> str:
        """Return a text with the ids and times that pages have."""
        text = re.sub(r"answered in [\d.]+ s\b", "answered in 0.02 s", text)
        return _MOMENT.sub("2026-12-01 09:30:00", _ID.sub(self._id, text))

    def _run(self, words: list[str]) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            words,
            cwd=self.home,
            env=self.environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=PATIENCE,
            check=False,
        )

    def environment(self) -> dict[str, str]:
        """Return the environment of commands."""
        kept = {
            name: text
            for name, text in os.environ.items()
            if not name.startswith(("KAMRPC_", "ANSIBLE_", "PYTEST_", "XDG_"))
        }
        return {
            **kept,
            "PATH": f"{self._folder}/bin:{BIN}:{os.environ['PATH']}",
            "HOME": str(self.home),
            "KAMRPC_CONFIG": str(self._folder / "config.ini"),
            "KAMRPC_TIMEOUT": "60",
            "ANSIBLE_COLLECTIONS_PATH": str(tree.link_collection()),
            "ANSIBLE_HOME": str(self._folder / "ansible"),
            "ANSIBLE_LOCALHOST_WARNING": "false",
            "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false",
            "ANSIBLE_PYTHON_INTERPRETER": sys.executable,
            "NO_COLOR": "1",
            "COLUMNS": "100",
            "PYTHONDONTWRITEBYTECODE": "1",
        }

    def _start(self, text: str) -> None:
        """Run a command until the page ends; go on when it has printed each of its addresses."""
        text = "".join(re.sub(r"^\$ ", "", line) for line in text.splitlines(keepends=True))
        command = self.placed(text.replace(PORT, "127.0.0.1:0"))
        started = subprocess.Popen(
            ["bash", "-euc", command],
            cwd=self.home,
            env=self.environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        drain = threading.Thread(target=started.stdout.read, daemon=True)
        self._stack.callback(_end, started, drain)
        for _address in re.findall(r"--(?:binrpc|fifo)\b", command.splitlines()[-1]) or [""]:
            line = started.stdout.readline()
            if not line:
                raise self._bad("it ended at once")
            port = re.search(r"127\.0\.0\.1:\d+", line)
            if port:
                self._places[PORT] = port.group()
        # What it prints from here on must not fill the pipe.
        drain.start()

    def _id(self, found: re.Match[str]) -> str:
        if found.group() not in self._ids:
            self._ids.append(found.group())
        return canned(self._ids.index(found.group()))

    def _wait(self) -> None:
        end = time.monotonic() + PATIENCE
        journals = Journals(str(self._folder / "journals"))
        while any(entry.state in UNFINISHED for entry in journals.entries()):
            if time.monotonic() > end:
                raise self._bad("a change is still pending")
            time.sleep(0.1)


def _replaced(text: str, pairs: dict[str, str]) -> str:
    """Replace all at once, so that nothing is replaced twice."""
    return re.sub("|".join(map(re.escape, pairs)), lambda found: pairs[found.group()], text)


def _end(process: subprocess.Popen[str], drain: threading.Thread) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
    process.wait(PATIENCE)
    if drain.ident is not None:
        drain.join(PATIENCE)
    process.stdout.close()


def _code_of(path: Path) -> str:
    """Return a file without the comments that say whose it is."""
    text = path.read_text(encoding="utf-8")
    return re.sub(r"\A(?:# SPDX.*\n)+\n", "", text)


def _ini(text: str) -> None:
    configparser.ConfigParser(interpolation=None).read_string(text)


def _toml(text: str) -> None:
    if sys.version_info >= (3, 11):
        import tomllib

        tomllib.loads(text)


_KINDS: dict[str, Callable[[Walk, str], str]] = {
    "console": Walk.console,
    "sh": Walk.script,
    "python": Walk.program,
    "yaml": lambda walk, text: walk.parsed(lambda it: list(yaml.safe_load_all(it)), text),
    "json": lambda walk, text: walk.parsed(json.loads, text),
    "ini": lambda walk, text: walk.parsed(_ini, text),
    "toml": lambda walk, text: walk.parsed(_toml, text),
}


def canned(number: int) -> str:
    """Return the id that pages have for the change of that number."""
    return f"20261201-0930{number:02d}-a1b2c{number:x}"


def _edge(folder: Path, name: str) -> LabServer:
    modules = [
        HashTables({"features": {"carrier": "old"}}),
        Configuration({"limits": {"max_calls": 1000}}),
        Dispatcher({1: ["sip:192.0.2.11:5060", "sip:192.0.2.12:5060"]}, reload_delta=0),
    ]
    return LabServer(binrpc=f"unix:{folder}/{name}", modules=modules)


@contextlib.contextmanager
def prepared() -> Iterator[Walk]:
    """Start the servers of a page."""
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="pages-")))
        here = LabServer([f"unix:{folder}/ctl", "tcp:127.0.0.1:0"])
        servers = {"here": here}
        servers.update((name, _edge(folder, name)) for name in ("edge1", "edge2", "edge3"))
        for lab in servers.values():
            stack.enter_context(lab.running_in_thread())
        lines = [f"{name} = {lab.addresses[0]}\n" for name, lab in servers.items()]
        text = "[defaults]\nendpoint = here\n[endpoints]\n" + "".join(lines)
        text += "[groups]\nedge = edge1 edge2 edge3\n"
        (folder / "config.ini").write_text(text, encoding="utf-8")
        program = folder / "bin" / "kamrpc"
        program.parent.mkdir()
        program.write_text(_WRAPPER.format(kamrpc=BIN / "kamrpc", folder=folder), encoding="utf-8")
        program.chmod(0o755)
        walk = Walk(folder, servers)
        stack.callback(walk.close)
        yield walk


def main() -> int:
    """Run pages; return the exit status."""
    parser = argparse.ArgumentParser(description="Run the code of the documentation.")
    parser.add_argument("--write", action="store_true", help="write down what commands print")
    parser.add_argument("--list", action="store_true", help="list what does not run, and why")
    parser.add_argument("pages", nargs="*", type=Path, help="all unless given")
    options = parser.parse_args()
    bad = 0
    for path in [each.resolve() for each in options.pages] or pages():
        name = path.relative_to(tree.ROOT)
        before = path.read_text(encoding="utf-8")
        if options.list:
            for block in blocks(before):
                if block.excuse:
                    print(f"{name}:{block.line}: {block.language}: {block.excuse}")
            continue
        try:
            with prepared() as walk:
                after = walk.run(before)
        except BadPage as error:
            bad += 1
            print(f"{name}: {error}")
            continue
        if options.write:
            path.write_text(after, encoding="utf-8")
        elif after != before:
            bad += 1
            found = difflib.unified_diff(
                before.splitlines(), after.splitlines(), str(name), "run", lineterm=""
            )
            print("\n".join(found))
            print(f"run: python tools/pages.py --write {name}")
    return bool(bad)


if __name__ == "__main__":
    sys.exit(main())
