# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

from __future__ import annotations

import pytest

from kamailio_binrpc import Client
from tests.sdk.lab.modules.support import ODD, Pair


@pytest.mark.real
def test_drouting(real: Client) -> None:
    pair = Pair(
        real,
    )
    pair.same_methods("drouting.")
    for name in pair.engine.registry.names():
        if name.startswith("drouting."):
            pair.each(name, *ODD)
