# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

from __future__ import annotations

import pytest

from kamailio_binrpc import Client
from kamailio_binrpc.lab import Pdb
from tests.sdk.lab.modules.support import ODD, Pair, lab
from tests.support.releases import holds


@pytest.mark.real
def test_pdb(real: Client) -> None:
    pair = Pair(real, Pdb())
    pair.same_methods("pdb.")
    for method in ("deactivate", "deactivate", "activate", "activate"):
        pair.each("pdb." + method, (), then="pdb.status")
    if holds("peerstate"):
        pair.each("pdb.timeout", *ODD, (70,), (2147483647,), (50,), then="pdb.timeout")


def test_the_timeout_is_that_of_the_last_change():
    engine, _clock = lab(Pdb(timeout=20), version="6.1")
    assert dict(engine.call("pdb.timeout", 70)[0].items()) == {"old_timeout": 20, "new_timeout": 70}
    assert engine.call("pdb.timeout")[0]["timeout"] == 70
    assert "pdb.timeout" not in lab(version="6.0")[0].registry


def test_requests_may_be_off_at_the_start():
    engine, _clock = lab(Pdb(active=False))
    assert engine.call("pdb.status")[0]["status"] == "inactive"
