# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

from __future__ import annotations

import pytest

from kamailio_binrpc import Client
from kamailio_binrpc.lab import PrefixDomains
from tests.sdk.lab.modules.support import ODD, TABLES, Pair


@pytest.mark.real
def test_pdt(real: Client) -> None:
    pair = Pair(real, PrefixDomains(TABLES["pdt"]))
    pair.same_methods("pdt.")
    for name in pair.engine.registry.names():
        if name.startswith("pdt."):
            pair.each(name, *ODD)
    pair.each(
        "pdt.list",
        *[("*",), ("example.com",), (".", "12"), (".", ".", "one.example.com"), (".", "3")],
        *[(".", "x"), (".", "1", "one"), (".", "12", "ONE.example.com"), ("example",), (".", 12)],
    )
