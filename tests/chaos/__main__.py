# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""`make chaos`: the clients against a server on which everything goes wrong."""

from __future__ import annotations

import argparse
import sys
import time

from tests.chaos.storm import FAILURES, RATES, TIMEOUT, machine, problems, storm, table


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, prog="make chaos")
    parser.add_argument("--seed", type=int, default=1, help="another one spoils other calls")
    parser.add_argument("--calls", type=int, default=100_000, help="in all (default: %(default)s)")
    options = parser.parse_args()
    start = time.monotonic()
    tallies = storm(options.seed, options.calls)
    rates = ", ".join(f"{rate:.0%}" for rate in RATES)
    print(f"seed {options.seed}; spoilt in turn: {rates} of the calls; deadline {TIMEOUT} s")
    print("kinds: " + ", ".join(FAILURES))
    print("\n".join(table(tallies)))
    latest = max(each.latest for each in tallies)
    lag = max(each.lag for each in tallies)
    print(f"latest end of a call: {latest:+.3f} s from its deadline; a sleep was {lag:.3f} s late")
    print(f"{time.monotonic() - start:.0f} s, {machine()}")
    found = problems(tallies)
    for text in found[:20]:
        print("PROBLEM", text)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
