# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

from __future__ import annotations

import pytest

from kamailio_binrpc import Client
from kamailio_binrpc.lab import UserBlockList
from tests.sdk.lab.modules.support import ODD, Pair, Params


@pytest.mark.real
def test_userblocklist(real: Client) -> None:
    pair = Pair(real, UserBlockList({"666": 0, "777": 1}, {"alice": {"900": 0}}))
    pair.same_methods("userblocklist.")
    for name in pair.engine.registry.names():
        if name.startswith("userblocklist."):
            pair.each(name, *ODD)
    for name in ("check_blocklist", "check_allowlist"):
        texts = ("666", "6661", "66", "777", "+666", "abc", 666, "x666")
        pair.each("userblocklist." + name, *((text,) for text in texts))
    users: tuple[Params, ...] = (("900", "alice"), ("9001", "alice", "example.com"), ("900", "bob"))
    for name in ("check_userblocklist", "check_userallowlist"):
        pair.each("userblocklist." + name, *users, (900, "alice"), ("900", 1), ("1", "alice"))
