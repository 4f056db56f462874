# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

from __future__ import annotations

import pytest

from kamailio_binrpc import Client
from kamailio_binrpc.lab import LabState, UserLocation
from tests.sdk.lab.modules.support import ODD, Pair, Params, fault, lab


def test_contacts_expire():
    engine, clock = lab(UserLocation({"location": {}}))
    engine.call("ul.add", "location", "a", "sip:a@x", 60, -1.0, ".", 0, 0, 0)
    clock.now += 61
    dump = engine.call("ul.dump")[0]["Domains"]["Domain"]["AoRs"]["Info"]["Contacts"]["Contact"]
    assert dump["Expires"] == "expired"
    assert fault(engine, "ul.lookup", "location", "a") == (500, "AOR has no contacts")
    clock.now += 60
    assert fault(engine, "ul.lookup", "location", "a") == (500, "AOR not found in location table")


@pytest.mark.real
def test_usrloc(real: Client, sockets: LabState) -> None:
    pair = Pair(real, UserLocation({"location": {}}), state=sockets)
    pair.same_methods("ul.")
    socket = "{}:{}:{}".format(*sockets.sockets[0])
    rows: list[Params] = [
        *[(), ("location",), ("location", "a", "b", 0, 1, ".", 1, 2, 3)],
        ("location", "Alice@x", "sip:a@b", 0, 0.5, ".", 1, 2, 3),
        ("location", "bob", "sip:a@b", 3000, -1.0, "<sip:p>", 1, 2, -1, "sip:r", socket),
        ("location", "bob", "sip:a@c", 3000, -1.0, "0", 1, 2, -1, ".", "0"),
        ("location", "bob", "sip:a@d", 3000, 0.7, "", 1, 2, -1, "", "tcp:192.0.2.1:9"),
        ("location", "bob", "sip:a@e", 3000, 0.7, "", 1, 2, -1),
        ("location", "bob", "sip:a@c", 0, 0.9, "", 1, 2, -1),
        ("location", "bob", "sip:a@b", 5000, 0.1, "x", 1, 2, 7),
        ("location", "bob", "sip:a@e", 5000, 0.123456, "x", 1, 2, 7),
        ("nope", "a", "b", 0, 0.5, ".", 1, 2, 3),
        ("location", "x", "y", -5, -2.5, "p", 0, 0, 0),
        ("location", "", "y", 0, 1.5, "p", 0, 0, 0),
        ("location", "ünï", "y", 0, 1.5, "p", 0, 0, 0, 1),
        ("location", "q", "y", 0, 1.0, "p", 0, 0, 0, "a", 2),
    ]
    for row in rows:
        pair.steadily("ul.add", *row)
        pair.each("ul.dump", (), ("brief",), (1,))
        pair.each("ul.lookup", ("location", row[1] if len(row) > 1 else "bob"))
    pair.each("ul.lookup", *ODD, ("location", "BOB@z"), ("location", "nope"), ("nope", "bob"))
    contacts = ("sip:a@c", "sip:a@c", "nope", 1)
    pair.each("ul.rm_contact", *ODD, *(("location", "bob", each) for each in contacts))
    pair.each("ul.rm_contact", ("location", "nope", "x"), ("nope", "a", "b"), then="ul.dump")
    for number in range(25):
        pair.steadily("ul.add", "location", f"u{number}", f"sip:{number}@h", 0, -1.0, ".", 0, 0, 0)
    pair.steadily("ul.dump")  # too large for the 8 KiB of a struct
    pair.each("ul.rm", *(("location", f"u{number}") for number in range(30)))
    names = ("bob", "bob", "alice", "x", "", "ünï", "q")
    pair.each("ul.rm", *ODD, *(("location", name) for name in names), then="ul.dump")
    for name in ("flush", "db_users", "db_contacts", "db_expired_contacts"):
        pair.each("ul." + name, (), ("location",), then="ul.dump")
