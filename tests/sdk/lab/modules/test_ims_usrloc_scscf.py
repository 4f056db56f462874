# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

from __future__ import annotations

import pytest

from kamailio_binrpc import Client
from kamailio_binrpc.lab import ScscfIdentities
from tests.sdk.lab.modules.support import ODD, Pair, fault, lab
from tests.support.kamailio import has_module

# Without ims_registrar_scscf there is no table. usrloc exports a function of the same name, so the
# two cannot be loaded together.
CONFIG = """
loadmodule "tm.so"
loadmodule "rr.so"
loadmodule "presence.so"
modparam("presence", "publ_cache", 2)
modparam("presence", "subs_db_mode", 0)
loadmodule "ims_dialog.so"
modparam("ims_dialog", "dlg_flag", 5)
loadmodule "ims_usrloc_scscf.so"
"""
IMPU = "sip:alice@ims.example.com"


@pytest.mark.real
def test_ims_usrloc_scscf(make_kamailio):
    if not has_module("ims_usrloc_scscf"):
        pytest.skip("the module ims_usrloc_scscf is not installed: it has a package of its own")
    server = make_kamailio(full=False, extra_config=CONFIG)
    with Client(server.endpoints["unix"]) as real:
        pair = Pair(real, ScscfIdentities(domain=""))
        pair.same_methods("ulscscf.")
        pair.each("ulscscf.status", *ODD)
        pair.each("ulscscf.showimpu", *ODD)
        pair.each("ulscscf.snapshot", (), (1,), (str(server.directory / "snapshot"),))


def test_an_identity_its_subscription_and_its_contacts():
    engine, clock = lab()
    clock.now += 60
    (shown,) = engine.call("ulscscf.showimpu", IMPU)
    names = ["impu", "state", "barring", "ccf1", "ccf2", "ecf1", "ecf2", "subscription", "contacts"]
    assert list(shown) == names
    assert shown["subscription"]["impi"] == "alice@ims.example.com"
    profile = shown["subscription"]["service profiles"]["1"]
    assert dict(profile["impus"].items()) == {"1": IMPU, "2": "tel:+4930123456"}
    contact = shown["contacts"]["sip:alice@192.0.2.50:5060"]
    assert dict(contact.items()) == {"expires": 3540, "client": "Lab phone 1.0"}
    assert engine.call("ulscscf.showimpu", "sip:nobody@ims.example.com") == []
    assert fault(engine, "ulscscf.showimpu") == (400, "required IMPU argument")


def test_sizes():
    engine, _clock = lab(ScscfIdentities({f"sip:{number}@ims": {} for number in range(600)}))
    (table,) = engine.call("ulscscf.status")
    assert (table["Domain"], table["Size"], table["Stats"]["Records"]) == ("location", 512, 600)
    assert 1 < table["Stats"]["Max-Slots"] < 20


def test_without_a_table_there_is_nothing():
    engine, _clock = lab(ScscfIdentities(domain=""))
    assert engine.call("ulscscf.status") == engine.call("ulscscf.showimpu", IMPU) == []


def test_a_snapshot_writes_no_file(tmp_path):
    engine, _clock = lab()
    assert engine.call("ulscscf.snapshot", str(tmp_path / "file")) == []
    assert list(tmp_path.iterdir()) == []
    missing = (400, "required filename to dump usrloc snapshot to")
    assert fault(engine, "ulscscf.snapshot") == missing
