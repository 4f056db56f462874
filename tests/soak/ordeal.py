# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Everything that clients can do to a lab server, and what is left of it afterwards.

The server runs in a process of its own. After each round its descriptors and its memory are read
from /proc, and another client's call is timed while the round is under way.
"""

from __future__ import annotations

import contextlib
import os
import random
import select
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from kamailio_binrpc.core import wire
from kamailio_binrpc.core.client import Client
from kamailio_binrpc.core.packet import build_header
from tests.sdk.lab import duel
from tests.sdk.lab.duel import call, string

TRANSPORTS = ("unix", "unixd", "udp", "tcp")
STREAMS = ("unix", "tcp")
PATIENCE = 30.0
CONNECTS = 10_000
ROOT = Path(__file__).resolve().parent.parent.parent

# Headers and records that make releases of Kamailio loop forever
# (docs/protocol.md#dangerous-inputs).
DANGEROUS = [
    *(bytes.fromhex(text) for text in ("a10c8000000005", "a10cffffffff05", "a12c8000000000")),
    *(
        call("core.echo", string("p"), bytes.fromhex("c1" + size))
        for size in ("80000000", "fffffffb", "ffffffff")
    ),
    call("core.echo", bytes.fromhex("f1" + "ff" * 7)),
    call("core.echo", b"\x03" * 5000),
    call("core.echo", b"\x83" * 5000),
    build_header(wire.REQUEST, 1, 60000) + b"\xff" * 60000,
]


@dataclass
class Process:
    """The server as /proc shows it."""

    pid: int

    @property
    def descriptors(self) -> int:
        return len(list(Path(f"/proc/{self.pid}/fd").iterdir()))

    @property
    def memory(self) -> int:
        """KiB of resident memory that is the process's own."""
        text = Path(f"/proc/{self.pid}/status").read_text()
        return int(text.partition("RssAnon:")[2].split()[0])


@dataclass
class Finding:
    """One kind of ordeal.

    answers      times of another client's calls meanwhile, in seconds
    descriptors  more than before, once everything is closed
    memory       KiB more than after the first round
    """

    name: str
    done: int = 0
    answers: list[float] = field(default_factory=list)
    descriptors: int = 0
    memory: int = 0


class Ordeal:
    """A running server, and what is done to it."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.folder = folder
        self.rng = random.Random(seed)
        self.replies = folder / "replies"
        self.replies.mkdir()
        options = {"unix": f"unix:{folder}/s", "unixd": f"unixd:{folder}/d"}
        options |= {"udp": "udp:127.0.0.1:0", "tcp": "tcp:127.0.0.1:0"}
        command = [sys.executable, "-m", "tests.soak.server", str(self.replies)]
        command += [*options.values(), f"fifo:{folder}/f"]
        self._child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self._child.stdout is not None
        addresses = self._child.stdout.readline().split()
        self.process = Process(self._child.pid)
        self.side = duel.Duelist(dict(zip(TRANSPORTS, addresses, strict=False)))
        self.fifo = addresses[4].partition(":")[2]
        self.other = Client(addresses[0], PATIENCE)
        self.elsewhere = Client(addresses[2], PATIENCE)

    def close(self) -> None:
        self.other.close()
        self.elsewhere.close()
        self.side.close()
        self._child.terminate()
        self._child.communicate(timeout=PATIENCE)

    @property
    def alive(self) -> bool:
        return self._child.poll() is None

    def ask_another(self) -> float:
        """Time a call of a client that has nothing to do with all this."""
        start = time.perf_counter()
        assert self.other.call("core.printi", 7) == [7]
        assert self.elsewhere.call("core.printi", 7) == [7]
        return (time.perf_counter() - start) / 2

    def settled(self, descriptors: int) -> int:
        """Wait until no more descriptors are open than before; return how many more are."""
        deadline = time.monotonic() + PATIENCE
        while self.process.descriptors > descriptors and time.monotonic() < deadline:
            self.ask_another()
            time.sleep(0.01)
        return self.process.descriptors - descriptors


# --- the ordeals: each is a generator that yields while it is under way


def dangerous(ordeal: Ordeal) -> Iterator[None]:
    for data in DANGEROUS:
        for transport in TRANSPORTS:
            with contextlib.suppress(OSError):
                ordeal.side.ask(transport, data)
            yield


def mutated(ordeal: Ordeal) -> Iterator[None]:
    for data in duel.mutated(ordeal.rng.getrandbits(32), 200):
        transport = ordeal.rng.choice(TRANSPORTS)
        if b"later" not in data:
            ordeal.side.ask(transport, data)
        yield


def slow_readers(ordeal: Ordeal) -> Iterator[None]:
    """Ask for megabytes and do not read; read a little and go away in the middle."""
    for transport in STREAMS:
        with ordeal.side.connect(transport) as sock:
            sock.settimeout(PATIENCE)
            sock.setblocking(False)
            sent = 0
            packet = call("soak.big") * 20
            while sent < 400 and select.select([], [sock], [], 0.2)[1]:
                with contextlib.suppress(BlockingIOError):
                    sock.send(packet)
                sent += 20
                yield
            for _other in range(5):
                with contextlib.suppress(BlockingIOError):
                    sock.recv(1000)
                yield


def slow_but_steady_readers(ordeal: Ordeal) -> Iterator[None]:
    """Read many answers a little at a time, until the last one is there."""
    count = 30
    for transport in STREAMS:
        whole = len(ordeal.side.ask(transport, call("soak.big"))[0])
        with ordeal.side.connect(transport) as sock:
            sock.settimeout(PATIENCE)
            sock.sendall(call("soak.big") * count)
            sock.shutdown(socket.SHUT_WR)
            received = 0
            while data := sock.recv(30_000):
                received += len(data)
                yield
            assert received == count * whole


def greedy(ordeal: Ordeal) -> Iterator[None]:
    """Twenty clients fill their buffers with requests, and close without reading."""
    packet = call("system.listMethods")
    packet *= 65_000 // len(packet)
    for transport in STREAMS:
        for number in range(20):
            with ordeal.side.connect(transport) as sock:
                sock.settimeout(PATIENCE)
                sock.sendall(packet)
                if number % 2:
                    sock.recv(1000)
            if number % 5 == 4:
                yield
        yield


def half_packets(ordeal: Ordeal) -> Iterator[None]:
    good = call("core.prints", string("x" * 100))
    held = []
    try:
        for index in range(60):
            sock = ordeal.side.connect(STREAMS[index % 2])
            sock.sendall(good[: ordeal.rng.randrange(1, len(good))])
            held.append(sock)
            yield
    finally:
        for sock in held:
            sock.close()


def cancelled(ordeal: Ordeal) -> Iterator[None]:
    """Go away while a slow method runs."""
    for index in range(20):
        with ordeal.side.connect(STREAMS[index % 2]) as sock:
            sock.sendall(call("soak.later") * 3)
            yield


def unread_reply_fifos(ordeal: Ordeal) -> Iterator[None]:
    """Reply fifos that no one opens, links, files, and none at all."""
    names = [f"reply{number}" for number in range(5)]
    target = ordeal.folder / "target"
    if not target.exists():
        target.write_text("kept")
    try:
        for number, name in enumerate(names):
            path = ordeal.replies / name
            if number == 0:
                path.symlink_to(target)
            elif number == 1:
                path.write_text("kept")
            elif number < 4:
                os.mkfifo(path)
            with open(ordeal.fifo, "wb", buffering=0) as file:
                file.write(f":core.flags:{name}\n\n".encode())
            yield
        with open(ordeal.fifo, "wb", buffering=0) as file:
            file.write(b"half a request\n")
            yield
            file.write(b"\n")
        yield
        assert target.read_text() == (ordeal.replies / names[1]).read_text() == "kept"
    finally:
        for name in names:
            (ordeal.replies / name).unlink(missing_ok=True)


def connects(ordeal: Ordeal, count: int = CONNECTS) -> Iterator[None]:
    """Connections that come and go, some with a request, some with less."""
    good = call("core.printi", b"\x10\x01")
    for number in range(count):
        with contextlib.suppress(OSError), ordeal.side.connect(STREAMS[number % 2]) as sock:
            if number % 3 == 0:
                sock.sendall(good)
            elif number % 3 == 1:
                sock.sendall(good[:3])
        if number % 10 == 0:
            yield


def too_many(ordeal: Ordeal) -> Iterator[None]:
    """More connections than the 128 that ctl takes."""
    held = []
    try:
        for number in range(200):
            with contextlib.suppress(OSError):
                held.append(ordeal.side.connect(STREAMS[number % 2]))
            if number % 20 == 0:
                yield
    finally:
        for sock in held:
            sock.close()


ORDEALS: dict[str, Callable[[Ordeal], Iterator[None]]] = {
    "dangerous inputs": dangerous,
    "mutated packets": mutated,
    "slow readers": slow_readers,
    "readers that take their time": slow_but_steady_readers,
    "64 KiB of requests, and gone": greedy,
    "half packets": half_packets,
    "calls given up": cancelled,
    "unread reply fifos": unread_reply_fifos,
    "more than 128 connections": too_many,
}


# --- ordeals of a server of their own: its start, its limits and its end


@dataclass
class Server:
    """A lab server that can be started badly.

    descriptors  its limit of open files; 0 for the usual one
    """

    folder: Path
    descriptors: int = 0
    name: str = "s"

    def start(self) -> subprocess.Popen[str]:
        path, dgram, fifo = (self.folder / (self.name + end) for end in ("", ".d", ".f"))
        command = [sys.executable, "-m", "tests.soak.server", str(self.folder)]
        command += [f"unix:{path}", f"unixd:{dgram}", f"fifo:{fifo}"]
        if self.descriptors:
            command = ["prlimit", f"--nofile={self.descriptors}", *command]
        return subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT
        )


def _ended(process: subprocess.Popen[str]) -> str:
    """Wait for the end; return what it wrote to standard error."""
    try:
        return process.communicate(timeout=PATIENCE)[1]
    finally:
        process.kill()


def two_on_one_path(folder: Path, rounds: int) -> Iterator[None]:
    """Two start at once where a server has died: one listens, the other says why it does not."""
    for number in range(rounds):
        name = f"two{number}"
        dead = Server(folder, name=name).start()
        assert dead.stdout is not None
        dead.stdout.readline()
        dead.kill()
        _ended(dead)
        both = [Server(folder, name=name).start() for _other in range(2)]
        lines = [process.stdout.readline() for process in both if process.stdout is not None]
        assert sum(map(bool, lines)) == 1, lines
        with Client(f"unix:{folder}/{name}", PATIENCE) as client:
            client.call("core.version")
        for process in both:
            process.terminate()
        texts = [_ended(process) for process in both]
        assert sum("a running server listens on" in text for text in texts) == 1, texts
        yield


def few_descriptors(folder: Path, rounds: int) -> Iterator[None]:
    """Ninety connections to a server that may have 64 files open: it stays quiet, and recovers."""
    for number in range(rounds):
        process = Server(folder, 64, f"few{number}").start()
        assert process.stdout is not None
        address = process.stdout.readline().split()[0]
        path = address.partition(":")[2]
        held = []
        try:
            with Client(address, PATIENCE) as client:
                client.call("core.version")  # those that are there go on
                for _other in range(90):
                    sock = socket.socket(socket.AF_UNIX)
                    sock.connect(path)
                    held.append(sock)
                for _other in range(20):
                    client.call("core.version")
                    yield
                for sock in held:
                    sock.close()
            with Client(address, PATIENCE) as later:
                later.call("core.version")
        finally:
            for sock in held:
                sock.close()
            process.terminate()
            text = _ended(process)
        assert text.count("no more connections can be accepted") <= 2, text[:2000]
        assert len(text) < 2000, text[:2000]


def ended_under_load(folder: Path, rounds: int) -> Iterator[None]:
    """SIGTERM while twenty clients have filled their buffers: the sockets are removed, it ends."""
    packet = call("system.listMethods")
    packet *= 65_000 // len(packet)
    for number in range(rounds):
        process = Server(folder, name=f"end{number}").start()
        assert process.stdout is not None
        address = process.stdout.readline().split()[0]
        with contextlib.ExitStack() as clients:
            for _other in range(20):
                sock = clients.enter_context(socket.socket(socket.AF_UNIX))
                sock.connect(address.partition(":")[2])
                sock.sendall(packet)
            process.send_signal(signal.SIGTERM)
            text = _ended(process)
        assert (process.returncode, text) == (0, "")
        assert not list(folder.glob(f"end{number}*"))
        yield


OWN: dict[str, Callable[[Path, int], Iterator[None]]] = {
    "two on one stale path": two_on_one_path,
    "64 descriptors": few_descriptors,
    "SIGTERM under load": ended_under_load,
}


def soak(seed: int, rounds: int, connect_count: int, seconds: float) -> list[Finding]:
    """Do it all ``rounds`` times, but begin no round after ``seconds``."""
    findings = {name: Finding(name) for name in [*ORDEALS, "connects", *OWN]}
    with tempfile.TemporaryDirectory(prefix="soak-") as folder:
        ordeal = Ordeal(Path(folder), seed)
        try:
            calm = Finding("undisturbed")
            calm.answers = [ordeal.ask_another() for _other in range(200)]
            descriptors = ordeal.process.descriptors
            memory = 0
            start = time.monotonic()
            for number in range(rounds):
                if number and time.monotonic() - start > seconds:
                    break
                for name, function in ORDEALS.items():
                    _run(ordeal, findings[name], function(ordeal), descriptors, memory)
                if number == 0:
                    # Caches and the allocator's pools are full now: what comes on top is a leak.
                    _run(ordeal, findings["connects"], connects(ordeal, 300), descriptors, 0)
                    memory = ordeal.process.memory
            last = findings["connects"]
            _run(ordeal, last, connects(ordeal, connect_count), descriptors, memory)
            for name, own in OWN.items():
                _run(ordeal, findings[name], own(Path(folder), rounds), descriptors, memory)
            assert ordeal.alive
            return [calm, *findings.values()]
        finally:
            ordeal.close()


def _run(
    ordeal: Ordeal, finding: Finding, steps: Iterator[None], descriptors: int, memory: int
) -> None:
    for _other in steps:
        finding.done += 1
        finding.answers.append(ordeal.ask_another())
    finding.descriptors = max(finding.descriptors, ordeal.settled(descriptors))
    if memory:
        finding.memory = ordeal.process.memory - memory


def table(findings: list[Finding]) -> Iterator[str]:
    yield "| ordeal | steps | another client's call, median | worst | descriptors left | memory |"
    yield "|---|---:|---:|---:|---:|---:|"
    for each in findings:
        times = each.answers
        yield (
            f"| {each.name} | {each.done} | {statistics.median(times) * 1000:.2f} ms "
            f"| {max(times) * 1000:.0f} ms | {each.descriptors} | {each.memory:+d} KiB |"
        )
