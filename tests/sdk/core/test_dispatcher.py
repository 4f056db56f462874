# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

import pytest

from kamailio_binrpc.core.dispatcher import (
    destinations,
    parse_attrs,
    parse_flags,
    parse_uri,
    sets,
    write_flags,
)


def reply(*targets, number=1):
    return [
        {
            "NRSETS": 1,
            "RECORDS": [{"SET": {"ID": number, "TARGETS": [{"DEST": each} for each in targets]}}],
        }
    ]


GATEWAY = {"URI": "sip:192.0.2.1", "FLAGS": "TP", "PRIORITY": 5}


@pytest.mark.parametrize("flags", ["A", "AP", "I", "IP", "D", "DP", "T", "TP"])
def test_what_is_read_is_written(flags):
    assert write_flags(*parse_flags(flags)) == flags


@pytest.mark.parametrize(
    "flags,expected",
    [
        ("AX", ("active", False)),
        ("IP", ("inactive", True)),
        ("DX", ("disabled", False)),
        ("TP", ("trying", True)),
        ("Q", ("Q", False)),
        ("", ("", False)),
    ],
)
def test_flags_are_told_in_words(flags, expected):
    assert parse_flags(flags) == expected


def test_attributes_are_cut_at_semicolons():
    text = "duid=gw1; weight = 50;;flag;socket=udp:127.0.0.1:5060"
    assert parse_attrs(text) == {
        "duid": "gw1",
        "weight": "50",
        "flag": "",
        "socket": "udp:127.0.0.1:5060",
    }
    assert parse_attrs("") == {}


@pytest.mark.parametrize(
    "uri,expected",
    [
        ("sip:192.0.2.1", ("192.0.2.1", None)),
        ("sips:alice@gw.example.com:5061;transport=tls", ("gw.example.com", 5061)),
        ("sip:[2001:db8::1]:5070?x=y", ("2001:db8::1", 5070)),
        ("SIP:gw;lr", ("gw", None)),
        ("gw:5060", ("gw", 5060)),
        ("tel:+4930123", ("", None)),
        ("sip:", ("", None)),
    ],
)
def test_host_and_port_of_a_uri(uri, expected):
    assert parse_uri(uri) == expected


def test_a_reply_becomes_a_flat_list():
    attrs = {"BODY": "duid=gw2", "DUID": "gw2", "SOCKET": "<null string>"}
    unset = {"BODY": "<null string>", "DUID": "<null string>"}
    values = reply(GATEWAY, dict(GATEWAY, ATTRS=attrs), dict(GATEWAY, ATTRS=unset), number=7)
    expected = {
        "set_id": 7,
        "uri": "sip:192.0.2.1",
        "state": "trying",
        "probing": True,
        "priority": 5,
        "attrs": "",
        "duid": "",
    }
    found = destinations(values)
    assert found == [expected, dict(expected, attrs="duid=gw2", duid="gw2"), expected]
    assert next(iter(found[0])) == "set_id"


def test_an_empty_set_is_a_set():
    assert sets(reply(number=3)) == {3: []}
    assert sets([]) == {}


@pytest.mark.parametrize("values", [["text"], [{"RECORDS": [{"ID": 1}]}], [None]])
def test_another_reply_is_refused(values):
    with pytest.raises(ValueError, match=r"not a reply to dispatcher\.list"):
        sets(values)
