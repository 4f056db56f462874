# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""`make chaos`: the clients against a server on which everything goes wrong."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from kamailio_binrpc.lab import LabServer
from tests.chaos.sharing import trials
from tests.chaos.storm import (
    FAILURES,
    RATES,
    TIMEOUT,
    machine,
    problems,
    public_folder,
    storm,
    table,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.chaos.sharing import Trial


def _shared(seed: int, part: float) -> Iterator[Trial]:
    """One client for threads, processes, loops and tasks that go away, over each transport."""
    with public_folder() as folder:
        lab = LabServer([f"unix:{folder}/s", f"unixd:{folder}/d", "tcp:127.0.0.1:0"])
        with lab.running_in_thread():
            for address in lab.addresses:
                # The whole of it over one transport, a tenth over the others.
                share = part if address.startswith("unixs") else part / 10
                for trial in trials(
                    address,
                    Path(folder),
                    seed,
                    calls=max(20, int(5000 * share)),
                    leaving=max(20, int(10_000 * share)),
                ):
                    trial.name = f"{address.partition(':')[0]}, {trial.name}"
                    yield trial


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, prog="make chaos")
    parser.add_argument("--seed", type=int, default=1, help="another one spoils other calls")
    parser.add_argument("--calls", type=int, default=100_000, help="in all (default: %(default)s)")
    options = parser.parse_args()
    start = time.monotonic()
    shared = list(_shared(options.seed, options.calls / 100_000))
    tallies, spoofs = storm(options.seed, options.calls)
    rates = ", ".join(f"{rate:.0%}" for rate in RATES)
    print(f"seed {options.seed}; spoilt in turn: {rates} of the calls; deadline {TIMEOUT} s")
    print("kinds: " + ", ".join(FAILURES))
    print("\n".join(table(tallies)))
    latest = max(each.latest for each in tallies)
    lag = max(each.lag for each in tallies)
    print(f"latest end of a call: {latest:+.3f} s from its deadline; a sleep was {lag:.3f} s late")
    print(f"{time.monotonic() - start:.0f} s, {machine()}")
    print(spoofs)
    for trial in shared:
        print(f"{trial.name}: {trial.calls} calls, {len(trial.problems)} problems")
    found = [text for trial in shared for text in trial.problems] + problems(tallies)
    late = sum(each.late for each in tallies)
    sums = [sum(len(getattr(each, name)) for each in tallies) for name in ("wrong", "twice")]
    untrue = sum(len(each.untrue) for each in tallies)
    print(f"{sums[0]} wrong, {sums[1]} twice, {untrue} untrue `executed`, {late} past the deadline")
    for text in found[:20]:
        print("PROBLEM", text)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
