# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

"""Addresses: the grammar of clients and servers, and errors that say what is wrong."""

from __future__ import annotations

import sys

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kamailio_binrpc.core.address import LISTED, Address, parse_address, parse_listen
from kamailio_binrpc.core.errors import AddressError

from .strategies import thorough


def parts(address):
    return address.protocol, address.name, address.port


@pytest.mark.parametrize(
    "text, expected, shown",
    [
        # Paths.
        ("/run/x", ("unixs", "/run/x", None), "unixs:/run/x"),
        ("unix:/run/x", ("unixs", "/run/x", None), "unixs:/run/x"),
        ("unixs:relative.sock", ("unixs", "relative.sock", None), "unixs:relative.sock"),
        ("UnixD:/run/x", ("unixd", "/run/x", None), "unixd:/run/x"),
        ("fifo:/run/x", ("fifo", "/run/x", None), "fifo:/run/x"),
        ("unix:/run/x:80", ("unixs", "/run/x", 80), "unixs:/run/x"),
        ("unix:/run/x:", ("unixs", "/run/x", None), "unixs:/run/x"),
        (r"unix:/run/a\:b", ("unixs", "/run/a:b", None), r"unixs:/run/a\:b"),
        (r"unix:/run/a\\b", ("unixs", r"/run/a\b", None), r"unixs:/run/a\\b"),
        (r"unix:/run/a\b", ("unixs", r"/run/a\b", None), r"unixs:/run/a\\b"),
        ("unix:/run/a\\", ("unixs", "/run/a\\", None), r"unixs:/run/a\\"),
        (r"/run/a\:b", ("unixs", "/run/a:b", None), r"unixs:/run/a\:b"),
        ("unix:[x]", ("unixs", "[x]", None), "unixs:[x]"),
        ("unix:/" + "x" * 106, ("unixs", "/" + "x" * 106, None), "unixs:/" + "x" * 106),
        # Hosts.
        ("localhost:3000", ("udp", "localhost", 3000), "udp:localhost:3000"),
        ("tcp:example.org", ("tcp", "example.org", 2049), "tcp:example.org:2049"),
        ("TCP:example.org:", ("tcp", "example.org", 2049), "tcp:example.org:2049"),
        ("udp:10.0.0.1:65535", ("udp", "10.0.0.1", 65535), "udp:10.0.0.1:65535"),
        ("udp:h:0", ("udp", "h", 2049), "udp:h:2049"),
        ("udp:h:00080", ("udp", "h", 80), "udp:h:80"),
        ("tcp:h:ssh", ("tcp", "h", 22), "tcp:h:22"),
        ("udp:[::1]:2046", ("udp", "::1", 2046), "udp:[::1]:2046"),
        ("tcp:[::1]", ("tcp", "::1", 2049), "tcp:[::1]:2049"),
        ("[fe80::1%eth0]", ("udp", "fe80::1%eth0", 2049), "udp:[fe80::1%eth0]:2049"),
        ("[::1]:5060", ("udp", "::1", 5060), "udp:[::1]:5060"),
    ],
)
def test_clients_and_servers_agree_on(text, expected, shown):
    for parse in (parse_address, parse_listen):
        address = parse(text)
        assert parts(address) == expected
        assert str(address) == shown
        assert repr(address) == "Address(%r)" % shown
        assert parse(shown) == address
        assert hash(parse(shown)) == hash(address)


@pytest.mark.parametrize(
    "text, expected",
    [
        ("42071", ("udp", "*", 42071)),
        ("example.org", ("udp", "example.org", 2049)),
        ("tcp", ("udp", "tcp", 2049)),
        ("tcp::42077", ("tcp", "", 42077)),
        ("tcp:3012", ("tcp", "*", 3012)),
        ("tcp:*:3012", ("tcp", "*", 3012)),
        ("udp:", ("udp", "*", 2049)),
        ("udp:*", ("udp", "*", 2049)),
        (":3000", ("udp", "", 3000)),
        ("tcp:0", ("tcp", "*", 2049)),
    ],
)
def test_only_a_server_takes(text, expected):
    address = parse_listen(text)
    assert parts(address) == expected
    assert parse_listen(str(address)) == address
    if address.protocol == "tcp" or ":" in text:
        with pytest.raises(AddressError, match="names no host: a client needs one, such as"):
            parse_address(str(address) if address.name in ("", "*") else text)


@pytest.mark.parametrize(
    "text, expected",
    [
        ("kamailio_ctl", ("unixs", "kamailio_ctl", None)),
        ("42071", ("unixs", "42071", None)),
        ("tcp", ("unixs", "tcp", None)),
    ],
)
def test_a_client_takes_a_bare_word_for_a_socket(text, expected):
    address = parse_address(text)
    assert parts(address) == expected
    assert address.guessed


@pytest.mark.parametrize(
    "text, expected",
    [
        ("/run/x", ("fifo", "/run/x", None)),
        ("kamailio_fifo", ("fifo", "kamailio_fifo", None)),
        ("3000", ("fifo", "3000", None)),
        ("localhost:3000", ("udp", "localhost", 3000)),
        ("unixs:/run/x", ("unixs", "/run/x", None)),
        ("tcp:3000", ("tcp", "*", 3000)),
    ],
)
def test_the_fifo_parameter(text, expected):
    assert parts(parse_listen(text, fifo=True)) == expected


def test_port_0_for_a_lab_server():
    assert parse_listen("tcp:127.0.0.1:0", any_port=True).port == 0
    assert parse_listen("tcp:127.0.0.1:0").port == 2049
    assert parse_listen("tcp:127.0.0.1", any_port=True).port == 2049


@pytest.mark.parametrize(
    "text, why",
    [
        ("", "an empty address; the default is unix:/run/kamailio/kamailio_ctl"),
        (None, "an address is text, not NoneType"),
        (b"unix:/x", "an address is text, not bytes"),
        ("unix:", "names no path; the default is"),
        ("unixd::80", "names no path"),
        ("unix:/a\0b", "a path cannot hold a NUL"),
        ("unix:/" + "x" * 107, "the path has 108 bytes, a unix socket's limit is 107"),
        ("unix:/" + "é" * 54, "the path has 109 bytes"),
        ("unixs:/run/a:b", r"'b' is read as a port; for a colon inside a path write \\: instead"),
        ("/run/a:b", "'b' is read as a port"),
        ("unix:x:nosuch", "'nosuch' is neither a port nor a known service"),
        ("tcp:h:99999", r"port 99999 is above 65535 \(Kamailio would silently take 34463\)"),
        ("tcp:h:65536", r"port 65536 is above 65535 \(Kamailio would silently take 0\)"),
        ("tcp:h:100000", "port 100000 is above 65535$"),
        ("tcp:h:" + "1" * 5000, "port 1+ is above 65535$"),
        ("unix:/x:99999", "above 65535"),
        ("tcp:h:nosuch", "'nosuch' is neither a port nor a known service"),
        ("tcp:h:-1", "'-1' is neither a port nor a known service"),
        ("tcp:h:\u0663", "neither a port nor a known service"),
        ("tcp:h:a\0b", "neither a port nor a known service"),
        ("::1", r"put an IPv6 address in brackets, as in udp:\[::1\]:2049"),
        ("udp:::1", "put an IPv6 address in brackets"),
        ("fe80::1", "put an IPv6 address in brackets"),
        ("udp:[::1", r"an IPv6 address is written \[::1\] or \[::1\]:2049"),
        ("udp:[]:80", "an IPv6 address is written"),
        ("udp:[::1]80", "an IPv6 address is written"),
        ("tcp://localhost:2049", "looks like a URL; write tcp:localhost:2049"),
        ("unix:///run/x", "looks like a URL; write unixs:/run/x"),
        ("//localhost:2049", "looks like a URL; write tcp:localhost:2049"),
        ("http://localhost:2049", "'//localhost:2049' is read as a port"),
        ("tcp:a b:80", "'a b' is not a host name"),
        ("tcp:a\tb", "is not a host name"),
        ("tcp:a\0b:80", "is not a host name"),
        ("tcp:/run/x:80", "'/run/x' is not a host name"),
        ("/run/x:80", "'/run/x' is not a host name"),  # a port and no protocol: udp
    ],
)
def test_refused(text, why):
    for parse in (parse_address, parse_listen):
        with pytest.raises(AddressError, match=why) as caught:
            parse(text)
        assert isinstance(caught.value, ValueError)


@pytest.mark.parametrize(
    "text, is_path, is_datagram, listed",
    [
        ("unix:/x", True, False, "unix_stream"),
        ("unixd:/x", True, True, "unix_dgram"),
        ("fifo:/x", True, False, "fifo"),
        ("tcp:h:1", False, False, "tcp"),
        ("udp:h:1", False, True, "udp"),
    ],
)
def test_kinds(text, is_path, is_datagram, listed):
    address = parse_address(text)
    assert (address.is_path, address.is_datagram) == (is_path, is_datagram)
    assert LISTED[address.protocol] == listed
    assert not address.guessed


def test_guesses_are_marked():
    for text in ("/run/x", "localhost:3000", "[::1]"):
        assert parse_address(text).guessed


def test_addresses_are_equal_by_what_they_mean():
    assert parse_address("/run/x") == parse_address("UNIX:/run/x:80")
    assert parse_listen("tcp::80") == parse_listen("tcp:*:80")
    assert parse_address("tcp:h:80") != parse_address("udp:h:80")
    assert parse_address("/run/x") != "unixs:/run/x"
    assert len({parse_address("/run/x"), parse_address("unix:/run/x")}) == 1


words = st.sampled_from(
    [
        "unix",
        "unixs",
        "unixd",
        "udp",
        "tcp",
        "fifo",
        "TCP",
        ":",
        ":",
        "::",
        "/",
        "[",
        "]",
        "\\",
        "*",
        "0",
        "80",
        "2049",
        "99999",
        "ssh",
        "h",
        "::1",
        " ",
        "//",
        "é",
        "\0",
    ]
)
texts = st.one_of(st.lists(words, max_size=7).map("".join), st.text(max_size=20))


@thorough
@given(texts, st.booleans())
@example(text="[[]", fifo=False)
def test_what_is_shown_parses_to_the_same(text, fifo):
    for parse in (parse_address, lambda text: parse_listen(text, fifo=fifo)):
        try:
            address = parse(text)
        except AddressError:
            continue
        again = parse(str(address))
        assert again == address
        assert (again.protocol, again.name or "*") == (address.protocol, address.name or "*")
        assert address.is_path or again.port == address.port


@thorough
@given(st.sampled_from(["unixs", "unixd", "fifo"]), st.text(min_size=1, max_size=20))
def test_any_path_has_a_text(protocol, path):
    if "\0" in path or path.startswith("//"):
        return
    address = parse_address(str(Address(protocol, path)))
    assert parts(address) == (protocol, path, None)


@pytest.mark.parametrize("text", ["udp:192.0.2.1:2050", "unixs:/run/s", "tcp:[::1]:2049"])
@pytest.mark.parametrize("parse", [parse_address, parse_listen])
def test_an_address_stays_as_it_is(parse, text):
    address = parse_address(text)
    assert parse(address) is address


def test_a_client_needs_a_host_in_an_address_too():
    every = Address("udp", "*", 2049)
    assert parse_listen(every) is every
    with pytest.raises(AddressError, match="names no host"):
        parse_address(every)


def test_where_only_the_shipped_part_of_the_core_is(monkeypatch):
    """On a managed host."""
    monkeypatch.setitem(sys.modules, "kamailio_binrpc.core.remote", None)
    with pytest.raises(AddressError, match="Ansible reaches the host by its own connection"):
        parse_address("ssh://h/k")
