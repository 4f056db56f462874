# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""`make load`: every state module and playbook against a proxy with calls in progress."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from tests.load.changes import Change, modules, playbooks
from tests.load.generator import Figures, Load
from tests.load.proxy import Proxy
from tests.load.run import ROOT, Row, Trial, running

sys.path.insert(0, str(ROOT / "tools"))

import tree

HEAD = (
    "| change | by | seconds | calls | lost | sent again | p50 | p95 | p99 | crash |\n"
    "| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | --- |"
)


def line(change: str, by: str, seconds: float, figures: Figures, crash: str) -> str:
    """Return a row of the table; times are in milliseconds."""
    times = " | ".join(f"{figures.percentile(share / 100):.1f}" for share in (50, 95, 99))
    lost = figures.lost.total()
    return (
        f"| {change} | {by} | {seconds:.1f} | {figures.calls} | {lost} | {figures.again} | {times} "
        f"| {'yes' if crash else 'no'} |"
    )


async def trials(
    options: argparse.Namespace, delta: int, changes: Callable[[Proxy], list[Change]], folder: Path
) -> list[Row]:
    """Make the changes one after another, each by us and by kamcmd; print a row for each."""
    rows: list[Row] = []
    names = [str(each) for each in changes(Proxy(options.gateways, delta))]
    names = [name for name in names if options.only in name]
    while names:
        with running(options.gateways, delta) as proxy:
            addresses = proxy.gateways + proxy.others
            async with Load(proxy.sip_port, addresses, options.rate, options.hold) as load:
                await asyncio.sleep(options.hold)
                trial = Trial(proxy, load, folder)
                figures = await trial.baseline(options.baseline)
                print(line("none", "", options.baseline, figures, proxy.crash), flush=True)
                while names and not proxy.crash:
                    name = names.pop(0)
                    change = next(each for each in changes(proxy) if str(each) == name)
                    row = await trial.ours(change)
                    made = [row]
                    hidden = any("(hidden)" in call["params"] for call in row.calls)
                    if row.calls and not row.crash and not hidden:
                        made.append(await trial.kamcmd(row))
                    for each in made:
                        print(
                            line(each.change, each.by, each.seconds, each.figures, each.crash),
                            flush=True,
                        )
                        if each.failed:
                            print(f"{each.change} by {each.by}: {each.failed}", file=sys.stderr)
                        if each.figures.lost:
                            print(f"{each.change} by {each.by}: {each.figures}", file=sys.stderr)
                    rows += made
    return rows


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, prog="make load")
    parser.add_argument("--rate", type=float, default=300, help="requests per second")
    parser.add_argument("--hold", type=float, default=2, help="seconds that a call lasts")
    parser.add_argument("--gateways", type=int, default=5, help="as many others take their place")
    parser.add_argument("--delta", type=int, action="append", help="reload_delta (default: 0, 5)")
    parser.add_argument("--baseline", type=float, default=10, help="seconds without a change")
    parser.add_argument("--only", default="", help="changes whose name contains this")
    parser.add_argument("--no-playbooks", action="store_true")
    options = parser.parse_args()
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        tree.copy_collection(Path(folder))
        for delta in options.delta or (0, 5):
            print(f"\nreload_delta {delta}, load average {os.getloadavg()[0]:.1f}\n\n{HEAD}")
            kinds = [modules] if options.no_playbooks else [modules, playbooks]
            for kind in kinds:
                rows += asyncio.run(trials(options, delta, kind, Path(folder)))
    bad = [row for row in rows if row.by == "us" and (row.crash or row.failed)]
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
