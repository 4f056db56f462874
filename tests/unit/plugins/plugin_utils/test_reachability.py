# Copyright: The kamailio-binrpc authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import socket

import pytest
from ansible_collections.kamailio.ctl.plugins.module_utils.binrpc.errors import AddressError
from ansible_collections.kamailio.ctl.plugins.plugin_utils import _reachability
from ansible_collections.kamailio.ctl.plugins.plugin_utils._reachability import same_from_here

# Addresses for documentation, which no machine has.
OTHERS = ["192.0.2.1", "198.51.100.7", "[2001:db8::1]"]


@pytest.fixture
def names(monkeypatch):
    """A dict of names to addresses instead of the machine's name service."""
    known = {}
    real = socket.getaddrinfo

    def look_up(host, port, *args, **options):
        if host in known:
            return [found for each in known[host] for found in real(each, port, *args, **options)]
        if any(letter in "ghijklmnopqrstuvwxyz" for letter in host):
            raise socket.gaierror(socket.EAI_NONAME, "unknown")
        return real(host, port, *args, **options)

    monkeypatch.setattr(_reachability.socket, "getaddrinfo", look_up)
    return known


@pytest.mark.parametrize("host", OTHERS)
@pytest.mark.parametrize("protocol", ["udp", "tcp"])
def test_addresses_of_others(protocol, host):
    assert same_from_here("%s:%s:2049" % (protocol, host)) is True


@pytest.mark.parametrize(
    "address",
    [
        "unix:/run/kamailio/kamailio_ctl",
        "unixd:/run/ctl",
        "/run/ctl",
        "tcp:127.0.0.1:2049",
        "udp:127.9.9.9",
        "tcp:[::1]:2049",
        "tcp:[::ffff:127.0.0.1]:2049",
        "udp:0.0.0.0:2049",
        "tcp:[::]:2049",
        "udp:169.254.1.1",
        "tcp:[fe80::1]:2049",
        "udp:224.0.0.1",
    ],
)
def test_addresses_that_mean_another_server_elsewhere(address):
    assert same_from_here(address) is False


def test_an_own_address_is_another_servers_elsewhere(monkeypatch):
    monkeypatch.setattr(_reachability, "_is_own", lambda host: host == "192.0.2.1")
    assert same_from_here("tcp:192.0.2.1:2049") is False
    assert same_from_here("tcp:192.0.2.2:2049") is True


def test_own_addresses_are_those_that_can_be_bound():
    assert _reachability._is_own("127.0.0.1") is True
    assert _reachability._is_own("192.0.2.1") is False


def test_names(names):
    names["sip1.example.org"] = ["192.0.2.1", "2001:db8::1"]
    names["here.example.org"] = ["192.0.2.1", "127.0.1.1"]
    assert same_from_here("udp:sip1.example.org:2049") is True
    assert same_from_here("udp:here.example.org:2049") is False
    assert same_from_here("udp:nobody.example.org:2049") is False


def test_what_is_no_address():
    with pytest.raises(AddressError):
        same_from_here("tcp:")
