# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Behaviour that only an AsyncFleet has; test_fleet.py runs it through everything that both do."""

from __future__ import annotations

import asyncio

from kamailio_binrpc.core.async_fleet import AsyncFleet
from kamailio_binrpc.core.lab.server import LabServer


def test_leaving_the_stream_early_leaves_no_task(tmp_path_factory):
    folder = tmp_path_factory.mktemp("fleet")
    with LabServer(["unix:%s/s" % folder]).running_in_thread() as lab:

        async def main():
            fleet = AsyncFleet({"n%d" % n: lab.addresses[0] for n in range(30)}, limit=4)
            stream = fleet.stream(lambda client: client.call("core.echo", "y"))
            async for _other in stream:
                break
            await stream.aclose()
            await asyncio.sleep(0)
            assert asyncio.all_tasks() == {asyncio.current_task()}

        asyncio.run(main())
