# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``permissions.*``: addresses that are trusted."""

from typing import Annotated

from .base import Count, Model, Text, Unset, wire

Tag = Annotated[str | None, Unset("NULL")]


class Address(Model):
    """:ivar port: 0 for any."""

    ip: str
    port: Count = 0
    tag: Tag = None


class AddressEntry(Model):
    """``permissions.addressDump``: one address.

    :ivar slot: of the server's hash table.
    """

    slot: Annotated[Count, wire("table")]
    group: Count
    item: Address


class Subnet(Model):
    """:ivar mask: number of bits.
    :ivar port: 0 for any.
    """

    ip: str
    mask: Count
    port: Count = 0
    tag: Tag = None


class SubnetEntry(Model):
    """``permissions.subnetDump``: one subnet."""

    id: Count
    group: Count
    item: Subnet


class DomainName(Model):
    """:ivar port: 0 for any."""

    domain_name: str
    port: Count = 0
    tag: Tag = None


class DomainEntry(Model):
    """``permissions.domainDump``: one domain name."""

    slot: Annotated[Count, wire("table")]
    group: Count
    item: DomainName


class Trusted(Model):
    """:ivar proto: 0 any, 1 UDP, 2 TCP, 3 TLS, 4 SCTP.
    :ivar pattern: regular expression for the From URI; empty for any.
    :ivar ruri_pattern: the same for the request URI.
    """

    ip: str
    proto: Count = 0
    pattern: Text = None
    ruri_pattern: Text = None
    tag: Tag = None
    priority: Count = 0


class TrustedEntry(Model):
    """``permissions.trustedDump``: one trusted peer."""

    slot: Annotated[Count, wire("table")]
    item: Trusted
