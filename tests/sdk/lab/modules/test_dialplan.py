# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

from __future__ import annotations

import pytest

from kamailio_binrpc import Client
from kamailio_binrpc.lab import DialPlan
from tests.sdk.lab.modules.support import ODD, TABLES, Pair


@pytest.mark.real
def test_dialplan(real: Client) -> None:
    pair = Pair(real, DialPlan(TABLES["dialplan"], reload_delta=0))
    pair.same_methods("dialplan.")
    for name in pair.engine.registry.names():
        if name.startswith("dialplan."):
            pair.each(name, *ODD)
    for text in ("0049123", "100", "1000", "", 1):
        pair.each("dialplan.translate", (1, text), (2, text))
    pair.each("dialplan.dump", (1,), (2,))
