# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

from __future__ import annotations

import pytest

from kamailio_binrpc import Client
from tests.sdk.lab.modules.support import ODD, Pair


@pytest.mark.real
def test_siptrace(real: Client) -> None:
    pair = Pair(real)
    pair.same_methods("siptrace.")
    for name in pair.engine.registry.names():
        if name.startswith("siptrace."):
            pair.each(name, *ODD)
    for command in ("on", "off", "check", "ON", "onx", "chec", "bad", "OFF"):
        pair.same("siptrace.status", command)
