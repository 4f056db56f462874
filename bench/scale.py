# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Measure a hundred, a thousand and ten thousand servers, by each way of kamrpc.

    .venv/bin/python bench/scale.py [--endpoints N ...] [--ways WAY ...] [--ssh N ...]

Servers are engines of the lab server, each with its data and a unix socket, in processes of their
own. The way "two runners" splits them between two kamrpc at the same time. With ``--ssh`` they are
one lab server's unix socket, reached under as many names through a private sshd on the loopback:
each name has a connection of its own, with keys and encryption. Prints seconds by the clock and of
the processor, of the callers alone.
"""

from __future__ import annotations

import argparse
import contextlib
import itertools
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).resolve().parent.parent
if __package__ in {None, ""}:  # started as a file
    sys.path[0] = str(ROOT)

from bench.plays import run_play  # noqa: E402
from bench.report import machine  # noqa: E402
from kamailio_binrpc import Fleet  # noqa: E402
from kamailio_binrpc.core.lab.server import LabServer  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

KAMRPC = str(Path(sys.executable).parent / "kamrpc")
WISH = "version: 1\nname: scale\nhtable:\n  features: {items: {k: %d}}\n"
FLEET = ["fleet", "--all", "-o", "jsonl", "core.version"]
APPLY = ["apply", "--yes", "--journals", "journals"]
WAYS: dict[str, list[list[str]]] = {
    "fleet": [FLEET],
    "plan": [["plan", "--all", "wish.yml"]],
    "apply": [[*APPLY, "--all", "wish.yml"]],
    "plan, nothing to do": [["plan", "--all", "wish.yml"]],
    "two runners": [[*APPLY, "-g", group, "wish.yml"] for group in ("odd", "even")],
    "one task": [],
}
CHANGES = ("apply", "two runners", "one task")
PROCESSES = 4


@contextlib.contextmanager
def servers(folder: Path, count: int) -> Iterator[list[str]]:
    """Start servers, and return their addresses."""
    program = [sys.executable, str(ROOT / "bench" / "fleet_servers.py"), str(folder)]
    edges = [count * number // PROCESSES for number in range(PROCESSES + 1)]
    with contextlib.ExitStack() as stack:
        started = [
            stack.enter_context(
                subprocess.Popen(
                    [*program, str(first), str(last), "0", "apart"],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                )
            )
            for first, last in itertools.pairwise(edges)
        ]
        for process in started:
            assert process.stdout
            if process.stdout.readline() != b"ready\n":
                sys.exit("the servers have not started")
        yield [f"unix:{folder}/{number}" for number in range(count)]


@contextlib.contextmanager
def taken() -> Iterator[list[float]]:
    """Take the time of programs, as a list that gets seconds by the clock and of the processor."""
    found: list[float] = []
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    yield found
    clock = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    found += [clock, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime]


def measure(folder: Path, programs: Sequence[Sequence[str]], path: str) -> list[float]:
    """Run kamrpc, one or several at once; return seconds by the clock and of the processor."""
    variables = {
        "KAMRPC_CONFIG": str(folder / "config.ini"),
        "XDG_STATE_HOME": str(folder / "state"),
        "PATH": path,
    }
    with taken() as seconds, contextlib.ExitStack() as stack:
        started = []
        for number, words in enumerate(programs):
            output = stack.enter_context((folder / f"output{number}").open("w+"))
            process = subprocess.Popen(
                [KAMRPC, *words, "-t", "300"],
                cwd=folder,
                env=os.environ | variables,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )
            started.append((stack.enter_context(process), output))
        for process, output in started:
            if process.wait() not in (0, 2, 9):
                output.seek(0)
                sys.exit(f"status {process.returncode}: {output.read()[-2000:]}")
    return seconds


def one_task(folder: Path, value: int) -> list[float]:
    """Change all with one task of a playbook."""
    item = {"table": "features", "key": "k", "value": value, "warn_lost": False, "timeout": 300}
    play = {
        "hosts": "localhost",
        "connection": "local",
        "gather_facts": False,
        "tasks": [{"kamailio.ctl.kamailio_htable_item": item | {"endpoints": ["odd", "even"]}}],
    }
    above = folder / "ansible_collections" / "kamailio"
    above.mkdir(parents=True, exist_ok=True)
    (above / "ctl").unlink(missing_ok=True)
    (above / "ctl").symlink_to(ROOT)
    with taken() as seconds:
        run_play(folder, play, 5, "localhost,", KAMRPC_CONFIG=str(folder / "config.ini"))
    return seconds


def count_changed(addresses: Sequence[str], value: int) -> int:
    report = Fleet(addresses, limit=100).call("htable.get", "features", "k")
    return [reply[0]["item"]["value"] for reply in report.replies.values()].count(value)


def show(what: str, count: int, seconds: Sequence[float]) -> None:
    clock, processor = seconds
    each = processor / count * 1000
    print(f"{count:6} {what:24}{clock:9.2f} s{processor:9.2f} s{each:9.2f} ms each", flush=True)


def direct(count: int, ways: Sequence[str]) -> None:
    with tempfile.TemporaryDirectory(prefix="scale-") as name:
        folder = Path(name)
        with servers(folder, count) as addresses:
            names = [f"node{number}" for number in range(count)]
            lines = [f"{name} = {each}\n" for name, each in zip(names, addresses, strict=True)]
            groups = f"[groups]\nodd = {' '.join(names[1::2])}\neven = {' '.join(names[::2])}\n"
            (folder / "config.ini").write_text("[endpoints]\n" + "".join(lines) + groups)
            value, before = 0, ""
            for way in ways:
                if way in (*CHANGES, "plan") and before != "plan":
                    value += 1  # something to do
                before = way
                (folder / "wish.yml").write_text(WISH % value)
                if way == "one task":
                    show(way, count, one_task(folder, value))
                else:
                    show(way, count, measure(folder, WAYS[way], os.environ["PATH"]))
                if way in CHANGES:
                    changed = count_changed(addresses, value)
                    if changed != count:
                        sys.exit(f"{way}: {changed} of {count} were changed")


def through_ssh(counts: Sequence[int]) -> None:
    program = shutil.which("sshd", path=os.environ["PATH"] + ":/usr/sbin")
    ssh = shutil.which("ssh")
    if program is None or ssh is None:
        sys.exit("ssh or sshd is not installed")
    with tempfile.TemporaryDirectory(prefix="scale-") as name:
        folder = Path(name)
        for key in ("host", "id"):
            words = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / key)]
            subprocess.run(words, check=True)
        (folder / "sshd_config").write_text(
            f"Port 4023\nListenAddress 127.0.0.1\nHostKey {folder}/host\nStrictModes no\n"
            f"AuthorizedKeysFile {folder}/id.pub\nPidFile none\nMaxStartups 500\n"
        )
        (folder / "ssh_config").write_text(
            f"Host node*\n HostName 127.0.0.1\n Port 4023\n IdentityFile {folder}/id\n"
            f" UserKnownHostsFile {folder}/known\n StrictHostKeyChecking accept-new\n"
        )
        (folder / "bin").mkdir()
        (folder / "bin" / "ssh").write_text(f'#!/bin/sh\nexec {ssh} -F {folder}/ssh_config "$@"\n')
        (folder / "bin" / "ssh").chmod(0o755)
        server = subprocess.Popen([program, "-D", "-f", str(folder / "sshd_config")])
        try:
            with LabServer(f"unix:{folder}/ctl").running_in_thread():
                for count in counts:
                    lines = [
                        f"node{each} = ssh://node{each}{folder}/ctl\n" for each in range(count)
                    ]
                    (folder / "config.ini").write_text("[endpoints]\n" + "".join(lines))
                    path = f"{folder}/bin:{os.environ['PATH']}"
                    show("fleet over ssh", count, measure(folder, WAYS["fleet"], path))
        finally:
            server.terminate()
            server.wait()


def main() -> int:
    parser = argparse.ArgumentParser(description="Measure what many servers take.")
    add = parser.add_argument
    add("--endpoints", type=int, nargs="*", default=[100, 1000, 10_000], metavar="N")
    add("--ways", nargs="*", default=list(WAYS), choices=list(WAYS), metavar="WAY")
    add("--ssh", type=int, nargs="*", default=[10, 100], metavar="N")
    options = parser.parse_args()
    print(machine(), "load", *(f"{each:.0f}" for each in os.getloadavg()))
    for count in options.endpoints:
        direct(count, options.ways)
    if options.ssh:
        through_ssh(options.ssh)
    return 0


if __name__ == "__main__":
    sys.exit(main())
