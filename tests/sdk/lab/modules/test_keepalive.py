# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

from __future__ import annotations

import pytest

from kamailio_binrpc import Client, Struct
from tests.sdk.lab.modules.support import Pair, fault, lab


def test_keepalive_does_not_hang():
    engine, _clock = lab()
    assert engine.call("keepalive.add", "sip:a@x", "own") == ["Ok. Destination added."]
    assert engine.call("keepalive.get", "sip:a@x", "own") == [
        Struct(uri="sip:a@x", owner="own", state=0)
    ]
    assert engine.call("keepalive.del", "sip:a@x", "own") == ["Ok. Destination removed."]
    assert fault(engine, "keepalive.del", "sip:a@x", "own")[0] == 500


@pytest.mark.real
def test_keepalive(real: Client) -> None:
    pair = Pair(real)
    pair.same_methods("keepalive.")
    pair.same("keepalive.list")  # the others hang the server
