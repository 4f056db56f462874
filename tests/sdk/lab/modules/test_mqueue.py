# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

from __future__ import annotations

import pytest

from kamailio_binrpc import Client
from kamailio_binrpc.lab import Queues
from tests.sdk.lab.modules.support import ODD, Pair


@pytest.mark.real
def test_mqueue(real: Client) -> None:
    pair = Pair(real, Queues({"events": [], "other": []}))
    pair.same_methods("mqueue.")
    for name in pair.engine.registry.names():
        if name.startswith("mqueue."):
            pair.each(name, *ODD)
    for name in ("get_size", "fetch"):
        pair.each("mqueue." + name, ("events",), ("other",), ("nope",))
