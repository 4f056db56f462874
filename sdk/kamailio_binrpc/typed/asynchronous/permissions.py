# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``permissions.*``: addresses that are trusted."""

from __future__ import annotations

from .. import reading
from ..models.permissions import AddressEntry, DomainEntry, SubnetEntry, TrustedEntry
from .namespace import Namespace


class Permissions(Namespace):
    """``permissions.*``: addresses that are trusted."""

    async def address_dump(self) -> list[AddressEntry]:
        """Single addresses by group."""
        return reading.each(await self._list("permissions.addressDump"), AddressEntry)

    async def subnet_dump(self) -> list[SubnetEntry]:
        """Subnets by group."""
        return reading.each(await self._list("permissions.subnetDump"), SubnetEntry)

    async def domain_dump(self) -> list[DomainEntry]:
        """Domain names by group."""
        return reading.records(await self._list("permissions.domainDump"), DomainEntry, 3)

    async def trusted_dump(self) -> list[TrustedEntry]:
        """Trusted peers."""
        return reading.records(await self._list("permissions.trustedDump"), TrustedEntry, 2)

    async def address_reload(self) -> None:
        """Read addresses, subnets and domain names from the database.

        :raises Busy: the last reload is too recent.
        """
        await self._do("permissions.addressReload")

    async def trusted_reload(self) -> None:
        """Read trusted peers from the database.

        :raises Busy: the last reload is too recent.
        """
        await self._do("permissions.trustedReload")

    async def test_uri(self, basename: str, uri: str, contact: str) -> bool:
        """Do the allow and deny files of that name allow this registration?"""
        reply = await self._call("permissions.testUri", basename, uri, contact)
        return reading.text(reply) == "Allowed"
