# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

from __future__ import annotations

import pytest

from kamailio_binrpc import Client
from kamailio_binrpc.lab import LabState
from tests.sdk.lab.modules.support import ODD, Pair


@pytest.mark.real
def test_dmq(real: Client, processes: LabState) -> None:
    pair = Pair(real, state=processes)
    pair.same_methods("dmq.")
    for name in pair.engine.registry.names():
        if name.startswith("dmq.") and not name.startswith("dmq.remove"):
            pair.each(name, *ODD)
    own = "sip:127.0.0.1:" + processes.sockets[0][2]
    pair.each("dmq.remove", (), ("bad",), (1,), ("sip:192.0.2.1",), (own,), then="dmq.list_nodes")
