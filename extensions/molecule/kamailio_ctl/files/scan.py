# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Print every tcp port of a host that accepts a connection.

scan.py ADDRESS
"""

from __future__ import annotations

import asyncio
import sys


async def is_open(host: str, port: int, turn: asyncio.Semaphore) -> bool:
    async with turn:
        try:
            _reader, writer = await asyncio.wait_for(asyncio.open_connection(host, port), 5)
        except (OSError, asyncio.TimeoutError):
            return False
        writer.close()
        return True


async def main() -> None:
    turn = asyncio.Semaphore(200)
    ports = range(1, 65536)
    found = await asyncio.gather(*(is_open(sys.argv[1], port, turn) for port in ports))
    sys.stdout.write(" ".join(str(port) for port, answer in zip(ports, found) if answer))


asyncio.run(main())
