# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""How far apart rebuilds have to be: `python -m tests.load.spacing 0 0.1 0.5`.

Replaces all gateways again and again, with the given seconds between two calls, and says whether
the proxy lived.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import os
import time

from kamailio_binrpc import AsyncClient
from kamailio_binrpc.core.errors import BinrpcError
from tests.load.generator import Load
from tests.load.proxy import SET
from tests.load.run import running


async def trial(spacing: float, options: argparse.Namespace) -> str:
    """Return a row of the table."""
    with running(options.gateways, 0) as proxy:
        addresses = proxy.gateways + proxy.others
        async with Load(proxy.sip_port, addresses, options.rate) as load:
            await asyncio.sleep(2)
            load.take()
            made, start = 0, time.monotonic()
            old, new = proxy.uris(proxy.gateways), proxy.uris(proxy.others)
            steps = itertools.cycle(
                [("dispatcher.add", uri) for uri in new]
                + [("dispatcher.remove", uri) for uri in old]
                + [("dispatcher.add", uri) for uri in old]
                + [("dispatcher.remove", uri) for uri in new]
            )
            async with AsyncClient(proxy.endpoints["unix"]) as client:
                for method, uri in steps:
                    if time.monotonic() - start > options.seconds:
                        break
                    try:
                        await client.call(method, SET, uri)
                    except BinrpcError:
                        break
                    made += 1
                    await asyncio.sleep(spacing)
            seconds = time.monotonic() - start
            figures = load.take()
            await asyncio.sleep(0.5)
            crash = "yes" if proxy.crash else "no"
    return f"| {spacing} | {made} | {seconds:.0f} | {figures.calls} | {crash} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("spacing", type=float, nargs="+")
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--rate", type=float, default=300)
    parser.add_argument("--gateways", type=int, default=100)
    options = parser.parse_args()
    print(f"load average {os.getloadavg()[0]:.1f}\n")
    print("| spacing | rebuilds | seconds | calls | crash |\n| ---: | ---: | ---: | ---: | --- |")
    for spacing in options.spacing:
        print(asyncio.run(trial(spacing, options)), flush=True)


if __name__ == "__main__":
    main()
