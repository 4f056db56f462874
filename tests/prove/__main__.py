# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Prove the engine: python -m tests.prove [--runs N] [--seed N] [--only KIND] [--state] [--real].

Random starts, random wishes, and failures at random calls, in every area, or with --state over
several areas at once with a journal; after each run the laws of ``laws.py`` or ``states.py``
have to hold. Prints areas by failures, and every run that broke a law.
"""

from __future__ import annotations

import argparse
import collections
import contextlib
import sys
import tempfile
import time
from collections.abc import Iterator

from kamailio_binrpc import Client, LabServer

from .areas import areas
from .failures import FAILURES
from .laws import Prover, Trial
from .states import STATE_FAILURES, StateProver, StateTrial

_SHOWN = 3


@contextlib.contextmanager
def lab() -> Iterator[tuple[Client, object]]:
    """Start a lab server; yield a client, and what moves the server's clock."""
    with tempfile.TemporaryDirectory() as folder:
        server = LabServer(f"unix:{folder}/ctl")
        with server.running_in_thread() as running, Client(running.addresses[0]) as client:
            ahead = [0.0]
            clock = running.state.clock
            running.state.clock = lambda: clock() + ahead[0]

            def pause(seconds: float) -> None:
                ahead[0] += seconds

            pause.restart = running.state.restart  # type: ignore[attr-defined]
            yield client, pause


@contextlib.contextmanager
def kamailio() -> Iterator[tuple[Client, object]]:
    """Start a real Kamailio that waits for nothing between two rebuilds."""
    from tests.support.kamailio import Kamailio

    eager = 'modparam("dispatcher", "reload_delta", 0)'
    with Kamailio(extra_config=eager) as server, Client(server.endpoints["unix"]) as client:
        yield client, lambda seconds: time.sleep(min(seconds, 0.02))


def main() -> int:
    """Prove; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", metavar="KIND", help="this area alone; with --state: in each run")
    parser.add_argument("--real", action="store_true", help="at a real Kamailio")
    parser.add_argument("--state", action="store_true", help="whole states, with a journal")
    options = parser.parse_args()
    chosen = [each for each in areas() if options.only in (None, each.kind)]
    if options.state:
        chosen = [StateProver]
    broken: list[Trial | StateTrial] = []
    table: dict[str, collections.Counter[str]] = {}
    start = time.monotonic()
    for number, kind in enumerate(chosen):
        counts = table[kind.kind] = collections.Counter()
        with (kamailio if options.real else lab)() as (client, pause):
            seed = options.seed * 1000 + number
            if kind is StateProver:
                prover = StateProver(
                    client, seed, pause, getattr(pause, "restart", None), options.only or ""
                )
            else:
                prover = Prover(kind, client, seed, pause)
            for _each in range(options.runs // len(chosen)):
                trial = prover.trial()
                counts.update(trial.plan.values() or ["none"])
                counts["runs"] += 1
                counts["changed"] += bool(trial.result.get("changed"))
                counts["failed"] += bool(trial.result.get("failed"))
                counts["not undone"] += bool(trial.result.get("not_undone"))
                if trial.broken:
                    counts["broken"] += 1
                    print(trial, file=sys.stderr, flush=True)
                    broken.append(trial)
            prover.close()
    columns = [
        "runs",
        "none",
        *(STATE_FAILURES if options.state else FAILURES),
        "changed",
        "failed",
        "not undone",
        "broken",
    ]
    print(f"{'':22}" + " ".join(f"{name.replace(' ', '-'):>10.10}" for name in columns))
    for kind_name, counts in table.items():
        print(f"{kind_name:22}" + " ".join(f"{counts[name]:>10}" for name in columns))
    causes = collections.Counter(
        each.partition(":")[0] for trial in broken for each in trial.broken
    )
    for cause, count in causes.most_common():
        print(f"{count:6} {cause}")
    shown: collections.Counter[str] = collections.Counter()
    for trial in broken:  # each cause a few times
        cause = trial.broken[0].partition(":")[0]
        shown[cause] += 1
        if shown[cause] <= _SHOWN:
            print(f"\n{trial}")
    runs = sum(counts["runs"] for counts in table.values())
    where = "a real Kamailio" if options.real else "the lab server"
    print(
        f"\n{runs} runs at {where} in {time.monotonic() - start:.0f} s, seed {options.seed}: "
        f"{len(broken)} broke a law"
    )
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
