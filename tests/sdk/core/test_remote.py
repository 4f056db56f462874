# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Addresses behind ssh or a command: what is read, and what is refused."""

from __future__ import annotations

import pickle

import pytest

from kamailio_binrpc.core.address import Address, parse_address, parse_listen
from kamailio_binrpc.core.errors import AddressError
from kamailio_binrpc.core.remote import Command, Ssh

SOCKET = "/run/kamailio/kamailio_ctl"


@pytest.mark.parametrize(
    "text, user, host, port, path",
    [
        ("ssh://sip7/run/k", None, "sip7", None, "/run/k"),
        ("ssh://ops@sip7.example:2222/run/k", "ops", "sip7.example", 2222, "/run/k"),
        ("SSH://sip7", None, "sip7", None, SOCKET),
        ("ssh://sip7/", None, "sip7", None, SOCKET),
        ("ssh://[2001:db8::1]:22/k", None, "2001:db8::1", 22, "/k"),
        ("ssh://[::1]/k", None, "::1", None, "/k"),
        ("ssh://ops@realm@10.0.0.1/k", "ops@realm", "10.0.0.1", None, "/k"),
        ("ssh://edge_7-a.b/k:1", None, "edge_7-a.b", None, "/k:1"),
        ("ssh://h/a b'c", None, "h", None, "/a b'c"),
    ],
)
def test_ssh_addresses(text, user, host, port, path):
    address = parse_address(text)
    assert isinstance(address, Ssh)
    assert (address.user, address.name, address.port, address.path) == (user, host, port, path)
    assert address.is_process
    assert not address.is_path
    assert not address.is_datagram
    assert parse_address(str(address)) == address
    assert hash(parse_address(str(address))) == hash(address)


@pytest.mark.parametrize(
    "text",
    [
        "ssh://",
        "ssh:///run/k",
        "ssh://-oProxyCommand=x/k",
        "ssh://-l@h/k",
        "ssh://@h/k",
        "ssh://us er@h/k",
        "ssh://$(x)@h/k",
        "ssh://h;x/k",
        "ssh://h x/k",
        "ssh://h\n/k",
        "ssh://h:0/k",
        "ssh://h:99999/k",
        "ssh://h:ssh/k",
        "ssh://h:-1/k",
        "ssh://::1/k",
        "ssh://[::1/k",
        "ssh://[h]/k",
        "ssh://[::1]x/k",
        "ssh://[-o::]/k",
        "ssh://h/k\nx",
        "ssh://h/k\x00",
        "ssh://h/\x1b[2J",
        "ssh://h%41/k",
        "ssh://h/k%20",
        "ssh://.h/k",
        "ssh://h/" + "x" * 108,
        "ssh://h/\udcff",
    ],
)
def test_what_no_ssh_gets_to_see(text):
    with pytest.raises(AddressError) as caught:
        parse_address(text)
    assert str(caught.value).isprintable()
    assert "ssh://[user@]host[:port]/run/kamailio/kamailio_ctl" in str(caught.value)


def test_no_server_listens_there():
    with pytest.raises(AddressError, match="only clients"):
        parse_listen("ssh://h/k")


def test_a_command_is_a_list():
    with pytest.raises(AddressError, match="list"):
        Command("kubectl exec")
    for argv in ([], [""], ["a", "b\0c"]):
        with pytest.raises(AddressError, match="a program and its arguments"):
            Command(argv)
    with pytest.raises(AddressError, match="begins with /"):
        Command(["a"], "k")


def test_a_command_shows_no_arguments():
    address = Command(["/usr/bin/kubectl", "--token=secret"], "/k")
    assert str(address) == "command:kubectl"
    assert "secret" not in repr(address)
    assert str(Command(["a"], None, "sip-0")) == "command:sip-0"


def test_commands_are_the_same_if_all_of_them_is():
    address = Command(["a", "b"], "/k", "n")
    assert address == Command(("a", "b"), "/k", "n")
    assert hash(address) == hash(Command(("a", "b"), "/k", "n"))
    others = [Command(["a"], "/k", "n"), Command(["a", "b"], None, "n"), Command(["a", "b"], "/k")]
    assert address not in [*others, Address("command", "n"), "command:n"]


def test_a_command_passes_as_an_address_and_no_text_stands_for_one():
    address = Command(["a"], "/k")
    assert parse_address(address) is address
    with pytest.raises(AddressError):
        parse_address(str(address))


@pytest.mark.parametrize("address", [Command(["a", "b"], "/k", "n"), Ssh("h", "/k", user="u")])
def test_they_travel(address):
    assert pickle.loads(pickle.dumps(address)) == address
