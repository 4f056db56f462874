# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""A short run of `python -m tests.real.large_replies`."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.real.large_replies import TRANSPORTS, WAYS, rounds, running
from tests.support.kamailio import Kamailio, find_kamailio

ITEMS = 4000

pytestmark = [pytest.mark.real, pytest.mark.slow]


@pytest.fixture(scope="module")
def servers(request: pytest.FixtureRequest) -> Iterator[list[Kamailio]]:
    if find_kamailio() is None:
        request.getfixturevalue("kamailio")  # skips or fails
    with running(3, ITEMS) as found:
        yield found


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("transport", TRANSPORTS)
def test_every_large_reply_is_whole(servers: list[Kamailio], transport: str, way: str) -> None:
    tally, _seconds = rounds(servers, ITEMS, 2, transport, way)
    assert tally.good, (tally.short, tally.errors)
    assert tally.replies == 6
