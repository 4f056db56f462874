# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""`make soak`: clients that misbehave, again and again, and what is left of the server."""

from __future__ import annotations

import argparse
import sys

from tests.soak.ordeal import CONNECTS, soak, table

LEAK = 4096
"""KiB that a soak may add: the allocator's own coming and going."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, prog="make soak")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=30, help="default: %(default)s")
    parser.add_argument("--connects", type=int, default=CONNECTS, help="default: %(default)s")
    parser.add_argument("--seconds", type=float, default=180, help="begin no round after these")
    options = parser.parse_args()
    findings = soak(options.seed, options.rounds, options.connects, options.seconds)
    print("\n".join(table(findings)))
    bad = [each.name for each in findings if each.descriptors > 0 or each.memory > LEAK]
    for name in bad:
        print(f"LEAK: {name}")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
