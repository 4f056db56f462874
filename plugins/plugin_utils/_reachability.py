# Copyright: The kamailio-binrpc authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: GPL-3.0-or-later

# Does an address mean the same server here as on a host? Private to this collection.

from __future__ import annotations

import socket
from ipaddress import ip_address

from ansible_collections.kamailio.ctl.plugins.module_utils.binrpc.address import parse_address


def same_from_here(text):
    """Return whether an address certainly means the same server as it does on another machine.

    Names are looked up here.

    :raises AddressError: it is not an address.
    """
    address = parse_address(text)
    if address.is_path:
        return False
    try:
        found = socket.getaddrinfo(address.name, address.port, type=socket.SOCK_DGRAM)
    except (OSError, UnicodeError):
        return False
    return all(_is_elsewhere(host[0]) for _family, _kind, _protocol, _name, host in found)


def _is_elsewhere(host):
    if "%" in host:
        return False  # with a scope, which is an interface of this machine
    number = ip_address(host)
    mapped = getattr(number, "ipv4_mapped", None)
    if mapped is not None:
        number = mapped
    if number.is_loopback or number.is_unspecified or number.is_link_local or number.is_multicast:
        return False
    return not _is_own(str(number))


def _is_own(host):
    """Is it an address of this machine? Only such can be bound."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.bind((host, 0))
    except OSError:
        return False
    return True
