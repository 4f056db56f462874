# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kamailio_binrpc.core.uri import fold, full_uri, normal_uri, same_uri

SAME = {
    "sip:192.0.2.1:5060": [
        "192.0.2.1",
        "192.0.2.1:5060",
        "SIP:192.0.2.1",
        " sip:192.0.2.1\n",
        "sip:192.0.2.1:05060",
        "sip:192.0.2.1:0",
        "sip:192.0.2.1:",
        "sip:192.000.002.001",
        "sip:192.0.2.1;transport=udp",
        "sip:192.0.2.1;Transport=UDP;lr",
        "sip:192.0.2.1;transport=tcp;transport=udp",
        "sip:192.0.2.1;;transport=",
    ],
    "sip:gw.example:5061;transport=tls": [
        "GW.example.;transport=TLS",
        "sip:gw.example:5061;transport=tls",
    ],
    "sip:gw.example:5060;transport=tcp": ["gw.example:5060;transport=tcp"],
    "sip:gw:5060;transport=wss": ["sip:gw;transport=wss"],
    "sips:gw:5061": ["SIPS:gw", "sips:gw;transport=tcp", "sips:gw;transport=tls"],
    "sip:[2001:db8::1]:5060": [
        "[2001:db8::1]",
        "2001:db8::1",
        "sip:[2001:0DB8:0:0::0001]:5060",
        "sip:2001:db8:0::1",
    ],
    "sip:[::1]:5070": ["SIP:[0:0::1]:5070"],
    "sip:Alice@gw:5060": ["sip:%41lice@GW", "Alice@gw"],
    "sip:a%40b@gw:5060": ["sip:a%40b@gw"],
    "sip:a%C3%9F@gw:5060": ["sip:a%c3%9f@gw"],
    "sip:a:secret@gw:5060": ["sip:a:secret@gw;lr"],
    "sip:a;b?c@gw:5060": ["sip:a;b?c@gw"],
    "sip:gw:5060;maddr=192.0.2.9;x": ["sip:gw;X;maddr=192.0.2.9"],
    "sip:gw:5060?Subject=A": ["sip:gw?Subject=A"],
    "tel:+49301": ["TEL:+49301"],
    "urn:service:sos": ["urn:service:SOS"],
}
DIFFERENT = [
    ("sip:192.0.2.1", "sip:192.0.2.2"),
    ("sip:192.0.2.1", "sip:192.0.2.1:5061"),
    ("sip:192.0.2.1", "sip:192.0.2.1;transport=tcp"),
    ("sip:192.0.2.1", "sips:192.0.2.1"),
    ("sip:192.0.2.1;transport=tls", "sips:192.0.2.1"),
    ("sip:192.0.2.1;transport=tls", "sip:192.0.2.1:5060;transport=tls"),
    ("sip:alice@gw", "sip:Alice@gw"),
    ("sip:alice@gw", "sip:gw"),
    ("sip:a%40b@gw", "sip:a@b@gw"),
    ("sip:gw;maddr=192.0.2.1", "sip:gw"),
    ("sip:[::1]", "sip:[::2]"),
    ("tel:1", "sip:1"),
]
NO_URI = [
    "",
    " ",
    "sip:",
    "sip:gw:65536",
    "sip:gw:99999999999",
    "sip:[gw]",
    "sip:[1:2]",
    "a b",
    ":",
]


@pytest.mark.parametrize(
    "normal, text", [(normal, text) for normal, texts in SAME.items() for text in texts]
)
def test_spellings_of_one_destination(normal, text):
    assert normal_uri(text) == normal
    assert same_uri(text, normal)


@pytest.mark.parametrize("left, right", DIFFERENT)
def test_different_destinations(left, right):
    assert not same_uri(left, right)


@pytest.mark.parametrize("text", NO_URI)
def test_what_is_no_uri_is_only_folded(text):
    assert normal_uri(text.upper()) == fold(full_uri(text))
    assert not same_uri(text, "sip:gw")


def test_only_ascii_letters_have_a_case():
    """To Python the Kelvin sign is a k in upper case; to the server it is three bytes."""
    assert not same_uri("sip:\u212a", "sip:k")
    assert fold("\xc4A") == "\xc4a"


PIECES = st.sampled_from(
    [
        *"%41:@;?=[].0159aAzZ \n\0\udcff\xe4",
        "sip:",
        "SIPS:",
        "tel:",
        "::",
        ";transport=",
        "tls",
        ";lr",
    ]
)
TEXTS = st.one_of(st.text(), st.lists(PIECES, max_size=20).map("".join))


@given(TEXTS)
def test_any_text_has_a_normal_form_that_is_its_own(text):
    normal = normal_uri(text)
    assert normal_uri(normal) == normal


HOSTS = st.sampled_from(["192.0.2.1", "gw.example", "[2001:db8::a]"])
TRANSPORTS = st.sampled_from(["udp", "tcp", "tls", "sctp", "ws", "wss"])
CASES = st.sampled_from([str.lower, str.upper, str.title, str.swapcase])


@given(HOSTS, TRANSPORTS, CASES, st.booleans(), st.booleans(), st.booleans())
def test_what_does_not_matter(host, transport, case, scheme, port, parameter):
    """Scheme, case, default port, default transport, in any combination."""
    plain = "sip:%s;transport=%s" % (host, transport)
    written = case(host)
    if scheme:
        written = case("sip:") + written
    if port:
        written += ":%d" % (5061 if transport == "tls" else 5060)
    if transport != "udp" or parameter:
        written += case(";transport=%s" % transport)
    assert same_uri(plain, written)
    assert not same_uri(plain, written.replace(written[-1], "?", 1))


@given(TEXTS, TEXTS)
def test_what_the_server_takes_for_equal_without_a_user_is_equal(left, right):
    if fold(left) == fold(right) and "@" not in left and "?" not in left:
        assert same_uri(left, right)
    assert same_uri(left, right) == same_uri(right, left)


@pytest.mark.parametrize(
    "text, uri",
    [
        ("192.0.2.1", "sip:192.0.2.1"),
        ("SIPS:h", "SIPS:h"),
        ("tel:1", "tel:1"),
        ("urn:x", "urn:x"),
        ("sipx", "sip:sipx"),
        (" sip:h ", "sip:h"),
    ],
)
def test_a_scheme_is_added(text, uri):
    assert full_uri(text) == uri


@pytest.mark.parametrize(
    "text", ["10.0.0..", "10.0.00.0.", "gw..", ".", "..", "gw.", "a@gw..:5", "gw;x ;b"]
)
def test_the_normal_form_is_its_own(text):
    normal = normal_uri(text)
    assert normal_uri(normal) == normal
