# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Measure a hundred, a thousand and ten thousand servers, by each way of kamrpc.

    .venv/bin/python bench/scale.py [--endpoints N ...] [--ssh N ...]

Servers are lab servers with a tcp endpoint each, in processes of their own. With ``--ssh`` they are
one lab server's unix socket, reached under as many names through a private sshd on the loopback:
each name has a connection of its own, with keys and encryption. Prints seconds by the clock and of
the processor, of the callers alone.
"""

from __future__ import annotations

import argparse
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

from bench.fanout import servers  # noqa: E402
from bench.report import machine  # noqa: E402
from kamailio_binrpc.core.lab.server import LabServer  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Sequence

KAMRPC = str(Path(sys.executable).parent / "kamrpc")
WISH = "version: 1\nname: scale\nhtable:\n  t: {items: {k: 1}}\n"
WAYS = {
    "fleet": ["fleet", "--all", "-o", "jsonl", "core.version"],
    "plan": ["plan", "--all", "wish.yml"],
    "apply": ["apply", "--yes", "--all", "wish.yml"],
    "plan, nothing to do": ["plan", "--all", "wish.yml"],
}


def measure(folder: Path, words: Sequence[str], path: str) -> tuple[float, float]:
    """Run kamrpc, and return seconds by the clock and of the processor."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    done = subprocess.run(
        [KAMRPC, *words, "-t", "300"],
        cwd=folder,
        env={
            **os.environ,
            "KAMRPC_CONFIG": str(folder / "config.ini"),
            "XDG_STATE_HOME": str(folder / "state"),
            "PATH": path,
        },
        capture_output=True,
        text=True,
        check=False,
    )
    clock = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode not in (0, 2, 9, 10, 11):
        sys.exit(f"{words}: status {done.returncode}: {done.stderr[-2000:]}")
    processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return clock, processor


def show(what: str, count: int, taken: tuple[float, float]) -> None:
    clock, processor = taken
    each = processor / count * 1000
    print(f"{count:6} {what:24}{clock:9.2f} s{processor:9.2f} s{each:9.2f} ms each", flush=True)


def direct(count: int) -> None:
    with servers(count) as addresses, tempfile.TemporaryDirectory(prefix="scale-") as name:
        folder = Path(name)
        lines = [f"node{number} = {each}\n" for number, each in enumerate(addresses)]
        (folder / "config.ini").write_text("[endpoints]\n" + "".join(lines))
        (folder / "wish.yml").write_text(WISH)
        for way, words in WAYS.items():
            show(way, count, measure(folder, words, os.environ["PATH"]))


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
    add("--ssh", type=int, nargs="*", default=[10, 100], metavar="N")
    options = parser.parse_args()
    print(machine(), "load", *(f"{each:.0f}" for each in os.getloadavg()))
    for count in options.endpoints:
        direct(count)
    if options.ssh:
        through_ssh(options.ssh)
    return 0


if __name__ == "__main__":
    sys.exit(main())
