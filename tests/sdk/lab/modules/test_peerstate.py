# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

from __future__ import annotations

import pytest

from kamailio_binrpc import Client
from kamailio_binrpc.lab import PeerStates, UserLocation
from tests.conformance.furniture import peers
from tests.sdk.lab.modules.support import ODD, Pair, Params, fault, lab, wait_for
from tests.support.kamailio import Kamailio
from tests.support.releases import holds
from tests.support.sip import Call

READ = ("peerstate.dump", "peerstate.stats")
STATES: tuple[Params, ...] = (
    *(("INUSE",), ("inuse",), ("NOT_INUSEX",), ("RINGING",), ("unavailable",), ("UNAVAIL",)),
)


def compare(pair: Pair) -> None:
    for method in READ:
        pair.same(method)
    pair.each("peerstate.list", *ODD, *STATES)
    pair.each("peerstate.get_peer", *ODD, ("bob",), ("caller@lab.example.com",))


@pytest.mark.real
def test_peerstate(real: Client, server: Kamailio) -> None:
    if not holds("peerstate"):
        assert not [name for name in real.call("system.listMethods") if name.startswith("peers")]
        return
    with Call(server):
        wait_for(lambda: len(peers(real)) == 2)
        pair = Pair(real, PeerStates(peers(real)), UserLocation({"location": {}}))
        pair.same_methods("peerstate.")
        compare(pair)
        contact = (3600, -1.0, ".", 0, 0, 1)
        for aor in ("bob", "al", "bob", *map(str, range(30))):
            pair.same("ul.add", "location", aor, "sip:a@b", *contact)
        compare(pair)
        pair.same("ul.add", "location", "bob", "sip:c@d", *contact)
        pair.same("ul.rm_contact", "location", "bob", "sip:a@b")
        pair.same("ul.rm", "location", "al")
        compare(pair)
        pair.same("ul.rm_contact", "location", "bob", "sip:c@d")
        for number in range(30):
            pair.same("ul.rm", "location", str(number))
        compare(pair)


def test_a_registration_ends_while_a_call_goes_on():
    engine, _clock = lab(
        PeerStates([{"name": "bob", "state": "INUSE", "call_count": 1}]),
        UserLocation({"location": {}}),
        version="6.1",
    )
    engine.call("ul.add", "location", "bob", "sip:a@b", 60, -1.0, ".", 0, 0, 1)
    assert engine.call("peerstate.get_peer", "bob")[0]["registered"] == "yes"
    engine.call("ul.rm", "location", "bob")
    bob = engine.call("peerstate.get_peer", "bob")[0]
    assert (bob["state"], bob["registered"]) == ("INUSE", "no")


def test_contacts_that_expire_make_a_peer_unavailable():
    engine, clock = lab(PeerStates([]), UserLocation({"location": {}}), version="6.1")
    engine.call("ul.add", "location", "bob", "sip:a@b", 60, -1.0, ".", 0, 0, 1)
    clock.now += 3600
    engine.call("ul.flush")
    assert engine.call("peerstate.list", "UNAVAILABLE")[0]["Peers"]["count"] == 1


def test_6_1_is_the_first_to_have_it():
    assert "peerstate.dump" not in lab(version="6.0")[0].registry
    assert fault(lab(version="6.1")[0], "peerstate.get_peer", "x") == (404, "Peer not found")


def test_a_state_that_does_not_exist():
    with pytest.raises(ValueError, match="no state 'BUSY'; there are NOT_INUSE"):
        PeerStates([{"name": "a", "state": "BUSY"}])
