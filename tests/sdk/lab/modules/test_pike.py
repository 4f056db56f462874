# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

from __future__ import annotations

import pytest

from kamailio_binrpc import Client
from kamailio_binrpc.lab import Pike
from tests.sdk.lab.modules.support import ODD, Pair


@pytest.mark.real
def test_pike(real: Client) -> None:
    pair = Pair(real, Pike([], max_hits=1000))
    pair.same_methods("pike.")
    for name in pair.engine.registry.names():
        if name.startswith("pike."):
            pair.each(name, *ODD)
    pair.each("pike.list", ("ALL",), ("all",), ("hot",), ("WARM",), ("xALL",))
