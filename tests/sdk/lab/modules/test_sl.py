# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

from __future__ import annotations

import pytest

from kamailio_binrpc import Client
from kamailio_binrpc.lab import Stateless
from tests.sdk.lab.modules.support import ODD, Pair


@pytest.mark.real
def test_sl(real: Client) -> None:
    pair = Pair(real, Stateless(dict(real.call("sl.stats").value.items())))
    pair.same_methods("sl.")
    for name in pair.engine.registry.names():
        if name.startswith("sl."):
            pair.each(name, *ODD)
