# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

import asyncio

from kamailio_binrpc import AsyncClient
from kamailio_binrpc.desired import DispatcherDestinations, ensure_async

members = DispatcherDestinations(1, [{"uri": "sip:192.0.2.13:5060", "attrs": "weight=10"}])


async def main() -> None:
    async with AsyncClient("unix:/run/kamailio/kamailio_ctl") as kamailio:
        outcome = await ensure_async(kamailio, members)
        print([call["method"] for call in outcome.calls], outcome.after)


asyncio.run(main())
