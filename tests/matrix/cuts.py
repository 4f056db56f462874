# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Cut the way to the host at each step, for real: make cuts.

    python -m tests.matrix.cuts [--rounds N]

ssh to a user of a container, sudo with its password, a relay, and a server: one of them is killed,
or the server stops, after each line that the relay prints. The server notes what it is asked before
it does it, so the truth is known. The laws: a value is written once at most, ``executed`` and the
result of a state say no more than is true, and no call takes longer than it may. Prints counts, and
each run that broke a law. Needs what python -m tests.matrix needs.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from kamailio_binrpc import Client
from kamailio_binrpc.core.desired.call import Call
from kamailio_binrpc.core.desired.drive import drive
from kamailio_binrpc.core.desired.engine import apply
from kamailio_binrpc.core.desired.htable import HashTableItem
from kamailio_binrpc.core.errors import BinrpcError
from kamailio_binrpc.core.relay.client import RelayClient

from . import machine
from .machine import FOLDER, OPERATOR, PASSWORD, SOCKETS, user_of

TIMEOUT = 3.0
"""Seconds that a call may take on the host."""
MARGIN = 12.0
"""Seconds for ssh, sudo and a busy machine, for each trip."""
LINES = range(8)
"""After how many lines of the relay it is cut."""
VICTIMS = ("ssh", "sshd", "sudo", "relay", "server", "server stops")
INTERPRETERS = ("python3", "perl", "socat")
LOG = f"{SOCKETS}/asked"
SERVER = """
import asyncio, os, sys
sys.path.insert(0, "/srv/sdk")
from kamailio_binrpc.core.lab.observer import Observer
from kamailio_binrpc.core.packet import decode
from kamailio_binrpc.lab import HashTables, LabServer

class Notes(Observer):
    def received(self, caller, data):
        text = " ".join(map(str, decode(data).values)) + "\\n"
        with open("LOG", "a") as file:
            file.write(text)

async def main():
    tables = HashTables({"t": {"k": "old"}})
    lab = LabServer("unixs:LAB/cut", modules=[tables], observer=Notes())
    async with lab:
        os.chmod("LAB/cut", 0o666)
        print("ready", flush=True)
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)

asyncio.run(main())
""".replace("LOG", LOG).replace("LAB", SOCKETS)


class Server:
    """A lab server in the root folder, in a process that can be killed."""

    def __init__(self) -> None:
        for name in ("asked", "cut"):
            self._file(name).unlink(missing_ok=True)
        self.process = subprocess.Popen(
            ["chroot", str(FOLDER), "/usr/bin/python3", "-c", SERVER],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert self.process.stdout
        self.process.stdout.readline()

    @staticmethod
    def _file(name: str) -> Path:
        return FOLDER / SOCKETS.lstrip("/") / name

    def writes(self) -> int:
        """How many times it was asked to write the new value."""
        asked = self._file("asked")
        return asked.read_text().count("htable.sets t k new") if asked.exists() else 0

    def value(self) -> str | None:
        """Return the value that it has; None if it is dead."""
        self.process.send_signal(signal.SIGCONT)
        try:
            with Client(f"unix:{self._file('cut')}", 60) as client:
                return str(client.call("htable.get", "t", "k")[0]["item"]["value"])
        except BinrpcError:
            return None

    def end(self) -> None:
        self.process.kill()
        self.process.communicate()


class Way:
    """ssh, sudo and relays; one of them is cut.

    :param victim: what is killed, :param trip: in which trip, :param lines: after how many lines.
    """

    def __init__(self, server: Server, victim: str, trip: int, lines: int, user: str) -> None:
        self._server = server
        self._victim = victim
        self._trip = trip
        self._lines = lines
        self._user = user
        self.trips = 0
        self.cut = False

    def run(self, command: str, text: str, changes: bool) -> tuple[str, str]:
        self.trips += 1
        words = ["sudo", "-S", "-p", "''", "-u", self._user, "/bin/sh", "-c", quoted(command)]
        ssh = ["ssh", *ssh_options(), f"{OPERATOR}@127.0.0.1", " ".join(words)]
        with subprocess.Popen(
            ssh,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        ) as process:
            assert process.stdin and process.stdout
            with contextlib.suppress(BrokenPipeError):
                process.stdin.write(f"{PASSWORD}\n{text}")
                process.stdin.close()
            if self.trips != self._trip:
                return process.stdout.read(), ""
            lines = [process.stdout.readline() for _number in range(self._lines)]
            self._break(process)
            output = "".join(lines) + process.stdout.read()
            process.wait()
        self._settle()
        return output, "the connection to the host broke" if process.returncode else ""

    def _break(self, ssh: subprocess.Popen[str]) -> None:
        self.cut = True
        if self._victim == "ssh":
            ssh.kill()
        elif self._victim == "server":
            self._server.process.kill()
        elif self._victim == "server stops":
            self._server.process.send_signal(signal.SIGSTOP)
        else:
            for pid in find(self._victim):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)

    def _settle(self) -> None:
        """Wait until nothing of the trip is left on the host, so that the truth is final."""
        limit = time.monotonic() + 60
        while find("relay") and time.monotonic() < limit:
            time.sleep(0.05)


def quoted(text: str) -> str:
    return "'" + text.replace("'", "'\"'\"'") + "'"


def ssh_options() -> list[str]:
    keys = FOLDER / "srv" / "ssh"
    options = ["-F", "none", "-p", (keys / "port").read_text(), "-i", str(keys / "root_key")]
    for each in ("StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null", "LogLevel=ERROR"):
        options += ["-o", each]
    return options


def find(what: str) -> list[int]:
    """Find processes below the container's sshd: its session, sudo, or what sudo has started."""
    main = machine.pid()
    found = []
    pids = [(each, False) for each in children(main)]
    for pid, behind_sudo in pids:
        try:
            name = Path(f"/proc/{pid}/comm").read_text().strip()
        except OSError:
            continue
        kind = "relay" if behind_sudo and name != "sudo" else name
        if kind == what:
            found.append(pid)
        pids += [(each, behind_sudo or name == "sudo") for each in children(pid)]
    return found


def children(pid: int) -> list[int]:
    with contextlib.suppress(OSError):
        return list(map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split()))
    return []


class Endpoint:
    """As the modules have it, with retries of what only reads; keeps how long calls take."""

    def __init__(self, client: RelayClient, way: Way) -> None:
        self._client = client
        self._way = way
        self.address = str(client.address)
        self.server = "none"
        self.soon = client.soon
        self.over = 0.0

    def call(self, method: str, *params: Any, read_only: bool = True) -> Any:
        return self._timed(method, params, read_only)

    def once(self, method: str, *params: Any) -> Any:
        return self._timed(method, params, None)

    def _timed(self, method: str, params: Any, repeatable: bool | None) -> Any:
        start, trips = time.monotonic(), self._way.trips
        try:
            return self._client.call(method, *params, repeatable=repeatable)
        finally:
            allowed = max(1, self._way.trips - trips) * (TIMEOUT + MARGIN)
            self.over = max(self.over, time.monotonic() - start - allowed)


CALL = {
    "method": "htable.sets",
    "params": ["t", "k", "new"],
    "mutates": "auto",
    "probe": None,
    "ignore_faults": None,
}


def trial(what: str, victim: str, trip: int, lines: int, interpreter: str) -> tuple[str, str]:
    """Make one change, cut, and return its outcome and the law that it broke."""
    server = Server()
    try:
        way = Way(server, victim, trip, lines, user_of(interpreter))
        client = RelayClient(f"unixs:{SOCKETS}/cut", way.run, TIMEOUT, interpreter=interpreter)
        endpoint = Endpoint(client, way)
        if what == "state":
            result = apply(HashTableItem("t", "k", "new"), endpoint)
        else:
            result = drive(Call(CALL).run(check_mode=False), endpoint)
        value, writes = server.value(), server.writes()
    finally:
        server.end()
    if not way.cut:
        return "not cut", ""
    problem = broken(what, result, value, writes)
    if endpoint.over > 0:
        problem = f"a call took {endpoint.over:.1f} s longer than it may"
    if what == "call":
        return f"executed {result['executed']}, written {writes}", problem
    said = "failed" if result["failed"] else "changed" if result["changed"] else "unchanged"
    return f"{said}, written {writes}", problem


def broken(what: str, result: dict[str, Any], value: str | None, writes: int) -> str:
    """Return the law that a run broke, or an empty text."""
    if writes > 1:
        return "written twice"
    if what == "call":
        allowed = {"no": (0,), "yes": (1,), "unknown": (0, 1)}[result["executed"]]
        return "" if writes in allowed else f"executed {result['executed']} is wrong"
    if not result["failed"] and value not in ("new", None):
        return "a state that is not there is said to be"
    if not result["failed"] and not writes:
        return "a change was said to be made that was not asked for"
    if result["failed"] and not result["changed"] and value == "new":
        return "a change that was made is denied"
    return ""


def trials(rounds: int) -> Iterator[tuple[str, str, int, int, str]]:
    for number in range(rounds):
        for what in ("state", "call"):
            for trip in (1, 2) if what == "state" else (1,):
                for victim in VICTIMS:
                    for lines in LINES:
                        yield what, victim, trip, lines, INTERPRETERS[(number + lines) % 3]


def run(rounds: int) -> bool:
    machine.make()
    key = FOLDER / "srv" / "ssh" / "root_key"
    key.write_bytes(key.with_name("user_key").read_bytes())
    key.chmod(0o600)
    counts: dict[tuple[str, str], Counter[str]] = {}
    problems = []
    with machine.container():
        with contextlib.suppress(KeyboardInterrupt):  # what there is by then is printed
            chosen = list(trials(rounds))
            random.Random(0).shuffle(chosen)
            for each in chosen:
                outcome, problem = trial(*each)
                counts.setdefault(each[:2], Counter())[outcome] += 1
                if problem:
                    problems.append(f"{each}: {outcome}: {problem}")
                    print(problems[-1], flush=True)
    total = 0
    for (what, victim), outcomes in counts.items():
        line = "; ".join(f"{name}: {count}" for name, count in sorted(outcomes.items()))
        print(f"{what:6}{victim:14}{line}")
        total += sum(count for name, count in outcomes.items() if name != "not cut")
    print(f"{total} cuts, {len(problems)} broke a law")
    return not problems


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=3, metavar="N")
    options = parser.parse_args()
    return machine.attempt(lambda: run(options.rounds), "users with passwords")


if __name__ == "__main__":
    sys.exit(main())
