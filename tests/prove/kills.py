# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Kill a change and its guardian at random moments, and go back: python -m tests.prove.kills.

The process that makes the change gets SIGKILL before or after a call, or somewhere between; so does
its guardian, in half of the cases that have one. Then the change is undone: by the guardian if
that lives, else by the next command. Afterwards everything has to be as before.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from kamailio_binrpc.core.state.journal import FINISHED, JournalError, Journals
from kamailio_binrpc.core.state.transaction import roll_back
from tests.support.state import ground

if TYPE_CHECKING:
    from tests.support.state import Ground

PATIENCE = 120.0
"""Seconds for anything that a busy machine may delay."""

LAST = 40
"""More lines than a victim writes: it is killed after its end."""

ROOT = Path(__file__).resolve().parents[2]


class Killer:
    """Makes trials at one server.

    :ivar seen: what each trial came to, by how many.
    """

    def __init__(self, server: Ground, folder: Path, seed: int) -> None:
        self.server = server
        self.rng = Random(seed)
        self.folder = folder
        self.seen: Counter[str] = Counter()
        self._number = 0
        self._lines = LAST

    def trial(self) -> str:
        """Kill once; return what is wrong afterwards, or ""."""
        self._number += 1
        journals = Journals(str(self.folder / f"journals-{self._number}"))
        before = self.server.seen()
        guarded = self.rng.random() < 0.7
        moment = self.rng.randint(1, self._lines + 2)
        guardian = self._kill_at(moment, journals.folder, guarded=guarded)
        killed = guardian and self.rng.random() < 0.5
        if killed:
            with contextlib.suppress(ProcessLookupError):
                os.kill(guardian, signal.SIGKILL)
        how = "no guardian" if not guardian else "guardian killed" if killed else "guardian"
        end = self._undo(journals)
        self.seen[f"{how}: {end}"] += 1
        after = self.server.seen()
        if after != before:
            return f"killed at line {moment}, {how}, {end}: {before} has become {after}"
        return "" if end in ("nothing sent", "undone", "refused") else f"it ended {end}"

    def _kill_at(self, moment: int, folder: str, *, guarded: bool) -> int:
        """Start a victim, kill it, and return the pid of its guardian, 0 without one."""
        words = [self.server.address, folder, str(int(guarded))]
        guardian = 0
        with subprocess.Popen(
            [sys.executable, "-m", "tests.prove.victim", *words],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        ) as victim:
            assert victim.stdout is not None
            for number, line in enumerate(victim.stdout, 1):
                if line.startswith(b"guardian"):
                    guardian = int(line.split()[1])
                if line == b"end\n":
                    self._lines = number
                if number == moment or line == b"end\n":
                    break
            time.sleep(self.rng.choice((0, 0, self.rng.random() / 1000)))
            victim.kill()
            # What it wrote before it died.
            rest, _errors = victim.communicate()
            for line in rest.splitlines():
                if line.startswith(b"guardian"):
                    guardian = int(line.split()[1])
        return guardian

    def _undo(self, journals: Journals) -> str:
        """Go back, unless the guardian does; return the state at the end."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            entries = journals.entries()
            if not entries:
                return "nothing sent"
            (entry,) = entries
            if entry.state in FINISHED and entry.state != "applied":
                return entry.state
            with contextlib.suppress(JournalError):  # the guardian is at it
                roll_back(journals, entry, self.server.connect)
            time.sleep(0.01)
        return "not finished"


@contextlib.contextmanager
def killer(seed: int):  # type: ignore[no-untyped-def]
    """Start a lab server, and yield a Killer."""
    with tempfile.TemporaryDirectory() as folder, ground(folder) as server:
        yield Killer(server, Path(folder), seed)


def main() -> int:
    """Kill; return the exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with killer(options.seed) as found:
        broken = []
        # What was seen up to an interruption counts too.
        with contextlib.suppress(KeyboardInterrupt):
            for _each in range(options.runs):
                text = found.trial()
                if text:
                    print(text, flush=True)
                    broken.append(text)
        for what, count in sorted(found.seen.items()):
            print(f"{count:6} {what}")
    kills = found.seen.total()
    print(f"{kills} kills, seed {options.seed}: {len(broken)} left something behind")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
