# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Plan, apply, unchanged, drift, and an unconfirmed change that goes back, with ``kamrpc``."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import time
from pathlib import Path

from kamailio_binrpc.state import UNFINISHED, Journals

HERE = Path(__file__).resolve().parent
KAMRPC = Path(sys.executable).parent / "kamrpc"
BOLD, PLAIN = ("\033[1m", "\033[0m") if sys.stdout.isatty() else ("", "")
PATIENCE = 120.0
"""Seconds to wait for a guardian, on a machine that is busy."""


class Kamrpc:
    """Runs commands on all servers and shows them.

    :ivar good: each ended with the status that was expected.
    """

    def __init__(self, folder: Path, endpoints: dict[str, str]) -> None:
        lines = [f"{name} = {endpoint}\n" for name, endpoint in endpoints.items()]
        (folder / "config.ini").write_text("[endpoints]\n" + "".join(lines), encoding="utf-8")
        self.journals = Journals(str(folder / "journals"))
        self.good = True
        self._environment = {**os.environ, "KAMRPC_CONFIG": str(folder / "config.ini")}

    def __call__(self, expected: int, command: str, *words: str) -> None:
        """Run a command, and note whether its status is the expected one."""
        print(f"{BOLD}$ {shlex.join(['kamrpc', command, *words])}{PLAIN}", flush=True)
        if command in {"apply", "history"}:
            words = ("--journals", self.journals.folder, *words)
        done = subprocess.run(
            [KAMRPC, command, "--no-progress", *words]
            if command in {"plan", "apply", "drift"}
            else [KAMRPC, command, *words],
            cwd=HERE,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stderr=subprocess.STDOUT,
            check=False,
        )
        self.good = self.good and done.returncode == expected
        print(f"-> exit status {done.returncode}\n", flush=True)

    def wait(self) -> None:
        """Wait until no change is pending."""
        end = time.monotonic() + PATIENCE
        while any(entry.state in UNFINISHED for entry in self.journals.entries()):
            self.good = self.good and time.monotonic() < end
            if not self.good:
                return
            time.sleep(0.1)


def show(folder: Path, endpoints: dict[str, str]) -> bool:
    """Show changes of the servers; return whether all went as expected."""
    kamrpc = Kamrpc(folder, endpoints)
    first = next(iter(endpoints))
    print("A gateway joins, and the one that was drained comes back.\n")
    kamrpc(9, "plan", "--all", "gateways.yml")
    kamrpc(0, "apply", "--all", "--yes", "gateways.yml")
    kamrpc(0, "plan", "--all", "gateways.yml")
    print("Someone disables the new gateway on one server, by hand.\n")
    kamrpc(0, "call", "-s", first, "dispatcher.set_state", "d", "1", "sip:192.0.2.13:5060")
    kamrpc(9, "drift", "--all", "gateways.yml")
    kamrpc(0, "apply", "--all", "--yes", "gateways.yml")
    print("A limit that is much too low, and is not confirmed.\n")
    kamrpc(0, "apply", "--all", "--yes", "--confirm", "2", "limit.yml")
    kamrpc.wait()
    print("Its time is over: a process of its own has undone it.\n")
    kamrpc(0, "call", "-s", first, "cfg.get", "limits", "max_calls")
    kamrpc(0, "history")
    kamrpc(0, "drift", "--all", "gateways.yml")
    return kamrpc.good
