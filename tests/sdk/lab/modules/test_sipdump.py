# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

from __future__ import annotations

import pytest

from kamailio_binrpc import Client
from tests.sdk.lab.modules.support import ODD, Pair


@pytest.mark.real
def test_sipdump(real: Client) -> None:
    pair = Pair(real)
    pair.same_methods("sipdump.")
    for name in pair.engine.registry.names():
        if name.startswith("sipdump."):
            pair.each(name, *ODD)
    pair.each("sipdump.enable", (1,), (5,), (-1,), (0,), then="sipdump.enable")
