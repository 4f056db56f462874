# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""The server that is to survive: ``python -m tests.soak.server REPLIES ADDRESS...``.

The last address is that of a fifo.
"""

from __future__ import annotations

import asyncio
import logging
import signal
import sys

from kamailio_binrpc.core.values import Struct
from kamailio_binrpc.lab import LabServer, ListenError


async def serve(replies: str, addresses: list[str]) -> None:
    # It tells of every fifo that it refuses.
    logging.getLogger("kamailio_binrpc.core.lab.fifo_file").disabled = True
    *binrpc, fifo = addresses
    lab = LabServer(binrpc, fifo, reply_directory=replies)
    lab.registry.method("soak.big", "")(lambda: [Struct(text="x" * 8000) for _other in range(10)])

    @lab.registry.method("soak.later", "")
    async def later() -> None:
        await asyncio.sleep(0.2)

    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    async with lab:
        print(*lab.addresses, *lab.fifo_addresses, flush=True)
        await stop.wait()


if __name__ == "__main__":
    try:
        asyncio.run(serve(sys.argv[1], sys.argv[2:]))
    except ListenError as error:
        sys.exit(str(error))
