# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

from __future__ import annotations

import pytest

from kamailio_binrpc import Client
from kamailio_binrpc.lab import PcscfContacts
from tests.sdk.lab.modules.support import ODD, Pair, lab
from tests.support.kamailio import has_module

# Without ims_registrar_pcscf there is no table.
CONFIG = """
loadmodule "tm.so"
loadmodule "presence.so"
modparam("presence", "publ_cache", 2)
modparam("presence", "subs_db_mode", 0)
loadmodule "ims_usrloc_pcscf.so"
"""


@pytest.mark.real
def test_ims_usrloc_pcscf(make_kamailio):
    if not has_module("ims_usrloc_pcscf"):
        pytest.skip("the module ims_usrloc_pcscf is not installed: it has a package of its own")
    server = make_kamailio(full=False, extra_config=CONFIG)
    with Client(server.endpoints["unix"]) as real:
        pair = Pair(real, PcscfContacts(domain=""))
        pair.same_methods("ulpcscf.")
        pair.each("ulpcscf.status", *ODD)


def test_members_of_contacts_follow_each_other():
    rows = [{"aor": "sip:a@1", "path": "<sip:p>"}, {"aor": "sip:b@2", "expires": 0}]
    engine, clock = lab(PcscfContacts(rows), version="6.0")
    clock.now += 10
    (table,) = engine.call("ulpcscf.status")
    assert list(table["AoRs"]) == [*("AoR", "State", "Expires", "Path") * 2, "Stats"]
    assert table["AoRs"].get_all("Expires") == [3590, "permanent"]
    assert table["AoRs"].get_all("AoR") == ["sip:a@1", "sip:b@2"]
    clock.now += 3600
    assert engine.call("ulpcscf.status")[0]["AoRs"]["Expires"] == "expired"


def test_5_6_shows_no_contacts():
    engine, _clock = lab(version="5.6.3")
    (table,) = engine.call("ulpcscf.status")
    assert list(table["AoRs"]) == ["Stats"]
    assert table["AoRs"]["Stats"]["Records"] == 2
