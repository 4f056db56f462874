# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""`make conformance`: the lab server beside the installed Kamailio, the same bytes to both."""

from __future__ import annotations

import argparse
import logging
import sys

from tests.conformance.duels import DEFAULT_COUNT, compare
from tests.support.kamailio import find_kamailio


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, prog="make conformance")
    parser.add_argument("--seed", type=int, default=1, help="another one makes other requests")
    parser.add_argument(
        "--count", type=int, default=DEFAULT_COUNT, help="requests in all (default: %(default)s)"
    )
    options = parser.parse_args()
    if find_kamailio() is None:
        print("kamailio is not installed, so there is nothing to compare with", file=sys.stderr)
        return 1
    logging.disable(logging.ERROR)  # the lab server tells of each value that does not fit
    report = compare(options.seed, options.count)
    print("\n".join(report.lines()))
    return 0 if report.good else 1


if __name__ == "__main__":
    sys.exit(main())
