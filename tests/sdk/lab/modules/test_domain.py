# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

from __future__ import annotations

import pytest

from kamailio_binrpc import Client
from kamailio_binrpc.lab import Domains
from tests.sdk.lab.modules.support import ODD, TABLES, Pair


@pytest.mark.real
def test_domain(real: Client) -> None:
    pair = Pair(real, Domains(TABLES["domain"], TABLES["domain_attrs"]))
    pair.same_methods("domain.")
    for name in pair.engine.registry.names():
        if name.startswith("domain."):
            pair.each(name, *ODD)
