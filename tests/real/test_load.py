# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""A short `make load`: changes at a real proxy with calls in progress lose none of them."""

from __future__ import annotations

import asyncio

import pytest

from tests.load.changes import modules
from tests.load.generator import Load
from tests.load.run import Row, Trial, running
from tests.support.kamailio import find_kamailio

pytestmark = [pytest.mark.real, pytest.mark.slow, pytest.mark.timeout(300)]

CHANGES = ("htable_item", "dispatcher_state", "one more", "reload of dispatcher")


async def changes() -> list[Row]:
    with running(gateways=3, reload_delta=0) as proxy:
        async with Load(proxy.sip_port, proxy.gateways + proxy.others, rate=60, hold=1) as load:
            trial = Trial(proxy, load)
            chosen = [
                change for change in modules(proxy) if any(name in str(change) for name in CHANGES)
            ]
            rows = [await trial.ours(change) for change in chosen]
        assert set(load.reached) >= {"{}:{}".format(*each) for each in proxy.gateways}
    return rows


def test_no_call_is_lost(request: pytest.FixtureRequest) -> None:
    if find_kamailio() is None:
        request.getfixturevalue("kamailio")  # skips or fails
    rows = asyncio.run(changes())
    assert len(rows) == len(CHANGES)
    for row in rows:
        assert (row.failed, row.crash) == ("", ""), row.change
        assert row.figures.calls > 0
        assert not row.figures.lost, row.figures
