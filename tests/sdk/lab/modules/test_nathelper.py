# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

from __future__ import annotations

import pytest

from kamailio_binrpc import Client
from tests.sdk.lab.modules.support import ODD, Pair


@pytest.mark.real
def test_nathelper(real: Client) -> None:
    pair = Pair(real)
    pair.same_methods("nathelper.")
    for name in pair.engine.registry.names():
        if name.startswith("nathelper."):
            pair.each(name, *ODD)
    pair.each("nathelper.enable_ping", (1,), (0,), (5,))
