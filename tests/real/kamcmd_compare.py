# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Run kamcmd and pykamcmd side by side and compare what they print and how they end.

``python -m tests.real.kamcmd_compare`` starts a Kamailio, compares everything on every
transport and prints ``same/total``.
"""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import sys
import tempfile
import termios
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.real import kamcmd_lines
from tests.real.kamcmd_lines import Line
from tests.support.kamailio import Kamailio, find_kamcmd

TRANSPORTS = ("unix", "unixd", "udp", "tcp")
LIMIT = 20.0
QUIET = 0.25
BANNER_LINES = 4


def pykamcmd() -> list[str]:
    """The installed program, or the module where it is not installed."""
    script = Path(sys.executable).parent / "pykamcmd"
    if script.exists():
        return [str(script)]
    return [sys.executable, "-m", "kamailio_binrpc.cli.kamcmd.main"]


@dataclass(frozen=True)
class Outcome:
    """The result of a program; its status is None if it had to be killed."""

    stdout: bytes
    stderr: bytes
    status: int | None


def environment(home: str, extra: Sequence[tuple[str, str]] = ()) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ}
    return {**kept, "HOME": home, "LANG": "C.UTF-8", "TERM": "xterm", **dict(extra)}


def arguments(line: Line, address: str, folder: str) -> list[str]:
    args = [arg.replace("{s}", address).replace("{dir}", folder) for arg in line.args]
    own = any("{s}" in arg for arg in line.args) or any(arg.startswith("-s") for arg in line.args)
    return args if own else ["-s", address, *args]


def run(program: Sequence[str], line: Line, address: str) -> Outcome:
    """Run one command line in a folder of its own."""
    with tempfile.TemporaryDirectory(prefix="cmp-") as folder:
        # Both get the same folder's name, so that it does not count as a difference.
        try:
            done = subprocess.run(
                [*program, *arguments(line, address, folder)],
                input=b"" if line.stdin is None else line.stdin,
                capture_output=True,
                timeout=LIMIT,
                env=environment(folder, line.env),
                cwd=folder,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            return Outcome(error.stdout or b"", error.stderr or b"", None)
        left = os.listdir(folder)
        stdout, stderr = (
            text.replace(folder.encode(), b"{dir}") for text in (done.stdout, done.stderr)
        )
        return Outcome(stdout + repr(left).encode() if left else stdout, stderr, done.returncode)


def tidy(text: bytes, line: Line) -> bytes:
    """Take out what is random, and what changes from call to call where the line says so."""
    if line.stdin is not None:
        text = b"\n".join(text.split(b"\n")[BANNER_LINES:])
    text = re.sub(rb"(?m)^(new packet: .*cookie )[0-9a-f]+$", rb"\1#", text)
    text = re.sub(rb"(?m)^(received \d+ bytes .*:\n)(.*)$", _mask_cookie, text)
    text = re.sub(rb"kamcmd_\d+", b"kamcmd_#", text)
    if line.masked:
        text = re.sub(rb"\d+", b"#", text)
        text = re.sub(rb"(Mon|Tue|Wed|Thu|Fri|Sat|Sun)\b", b"Day", text)
    return text


def _mask_cookie(found: re.Match[bytes]) -> bytes:
    """Hide the cookie in the first row of a packet's dump, in hex and as text."""
    row = found.group(2)
    flags = int(row[3:5], 16)
    start, size = 3 + (flags >> 2 & 3), (flags & 3) + 1
    row = row[: start * 3] + b"## " * size + row[(start + size) * 3 :]
    return found.group(1) + row[: 49 + start] + b"#" * size + row[49 + start + size :]


def difference(line: Line, theirs: Outcome, ours: Outcome) -> str:
    """Say how the outcomes differ; "" if they do not."""
    if theirs.status != ours.status:
        return f"status {theirs.status} and {ours.status}; {theirs.stderr!r}, {ours.stderr!r}"
    if tidy(theirs.stdout, line) != tidy(ours.stdout, line):
        return f"output\n  {tidy(theirs.stdout, line)!r}\n  {tidy(ours.stdout, line)!r}"
    if bool(theirs.stderr) != bool(ours.stderr):
        return f"an error text on one side: {theirs.stderr!r} and {ours.stderr!r}"
    if line.same_text and tidy(theirs.stderr, line) != tidy(ours.stderr, line):
        return f"error text\n  {theirs.stderr!r}\n  {ours.stderr!r}"
    return ""


def compare(line: Line, address: str, attempts: int = 3) -> str:
    """Run a line with both programs and say how they differ, "" if they do not.

    Cookies of kamcmd are random in length, too, and another client's connection may come and
    go between two lists of connections: hence another attempt where the output may vary.
    """
    program = find_kamcmd()
    assert program
    varies = line.masked or any(arg.startswith("-v") for arg in line.args)
    found = ""
    for _attempt in range(attempts if varies else 1):
        found = difference(line, run([program], line, address), run(pykamcmd(), line, address))
        if not found:
            break
    return found


class Terminal:
    """A program on a pseudo-terminal of 80 x 24."""

    def __init__(self, command: Sequence[str], home: str) -> None:
        self.output = b""
        self.pid, self._fd = pty.fork()
        if self.pid == 0:  # pragma: no cover - the child
            try:
                os.chdir(home)
                os.execve(command[0], list(command), environment(home))
            finally:
                os._exit(126)
        fcntl.ioctl(self._fd, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))

    def wait_for(self, text: bytes) -> None:
        """Read until the output ends with ``text`` or the program does."""
        deadline = time.monotonic() + LIMIT
        while not self.output.endswith(text) and time.monotonic() < deadline and self._read(0.1):
            pass

    def settle(self, quiet: float) -> None:
        """Read until nothing has come for a while."""
        size = -1
        while size != len(self.output):
            size = len(self.output)
            if not self._read(quiet):
                return

    def _read(self, seconds: float) -> bool:
        ready, _other, _other = select.select([self._fd], [], [], seconds)
        if not ready:
            return True
        try:
            data = os.read(self._fd, 65536)
        except OSError:
            return False
        self.output += data
        return bool(data)

    def send(self, keys: str) -> None:
        os.write(self._fd, keys.encode())

    def end(self) -> int | None:
        """Wait for the program; None if it had to be killed."""
        deadline = time.monotonic() + LIMIT
        killed = False
        while True:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                break
            if time.monotonic() > deadline and not killed:
                os.kill(self.pid, 9)
                killed = True
            self._read(0.02)
        while self._read(0.05) and select.select([self._fd], [], [], 0)[0]:
            pass
        os.close(self._fd)
        return None if killed else os.waitstatus_to_exitcode(status)


def converse(program: Sequence[str], address: str, keys: Sequence[str], quiet: float) -> Outcome:
    """Drive a session on a terminal."""
    with tempfile.TemporaryDirectory(prefix="cmp-") as folder:
        terminal = Terminal([*program, "-s", address], folder)
        terminal.wait_for(b"kamcmd> ")
        for text in keys:
            terminal.settle(quiet)
            try:
                terminal.send(text)
            except OSError:
                break
        terminal.settle(quiet)
        status = terminal.end()
        rows = terminal.output.split(b"\r\n")
        return Outcome(b"\r\n".join(rows[BANNER_LINES:]), b"", status)


def compare_terminal(keys: Sequence[str], address: str) -> str:
    """Drive a session with both programs and say how they differ."""
    program = find_kamcmd()
    assert program
    found = ""
    for attempt in range(1, 4):  # a busy machine may need longer to settle
        theirs = converse([program], address, keys, QUIET * attempt)
        ours = converse(pykamcmd(), address, keys, QUIET * attempt)
        found = difference(Line(()), theirs, ours)
        if not found:
            break
    return found


def main() -> int:
    failures = 0
    with Kamailio() as server:
        for transport in TRANSPORTS:
            address = server.endpoints[transport]
            same = total = 0
            for group, lines in kamcmd_lines.LINES.items():
                if group == "exceptions":
                    continue
                for line in lines:
                    found = compare(line, address)
                    total += 1
                    same += not found
                    if found:
                        print(f"  {transport}, {group}: {line}: {found}")
            for keys in kamcmd_lines.TERMINAL:
                found = compare_terminal(keys, address)
                total += 1
                same += not found
                if found:
                    print(f"  {transport}, terminal: {keys}: {found}")
            failures += total - same
            print(f"{transport:6} {same}/{total} the same", flush=True)
        print("exceptions, which differ on purpose:")
        for line in kamcmd_lines.EXCEPTIONS:
            differs = bool(compare(line, server.endpoints["unix"]))
            failures += not differs
            print(f"  {line}: {line.why}" + ("" if differs else " -- BUT IS THE SAME"))
        for why in kamcmd_lines.TERMINAL_EXCEPTIONS.values():
            print(f"  terminal: {why}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
