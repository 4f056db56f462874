# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``ul.*``: registered contacts."""

from __future__ import annotations

from .. import reading
from ..models.usrloc import Aor, BriefLocation, Location
from .namespace import Namespace


class Ul(Namespace):
    """``ul.*``: registered contacts.

    ``table`` is a location table, ``aor`` an address of record.
    """

    async def dump(self) -> list[Location]:
        """All contacts, by table and address of record."""
        return reading.inside(await self._call("ul.dump"), Location, "Domains", "Domain")

    async def dump_brief(self) -> list[BriefLocation]:
        """All addresses of record (``ul.dump brief``)."""
        reply = await self._call("ul.dump", "brief")
        return reading.inside(reply, BriefLocation, "Domains", "Domain")

    async def lookup(self, table: str, aor: str) -> Aor:
        """Contacts of an address of record.

        :raises NotFound: it has none.
        """
        return reading.one(await self._call("ul.lookup", table, aor), Aor)

    async def add(
        self,
        table: str,
        aor: str,
        contact: str,
        *,
        expires: int = 0,
        q: float | None = None,
        path: str | None = None,
        flags: int = 0,
        cflags: int = 0,
        methods: int = -1,
        received: str | None = None,
        socket: str | None = None,
    ) -> None:
        """Register a contact, or renew it.

        :param expires: seconds; 0 is permanent.
        :param q: preference, 0 to 1.
        :param methods: bit mask of the allowed methods; -1 for all.
        """
        preference = -1.0 if q is None else float(q)
        await self._do(
            *("ul.add", table, aor, contact, expires, preference, path, flags, cflags, methods),
            *(received, socket),
        )

    async def rm(self, table: str, aor: str) -> None:
        """Remove all contacts of an address of record; succeeds also when there is none."""
        await self._do("ul.rm", table, aor)

    async def rm_contact(self, table: str, aor: str, contact: str) -> None:
        """Remove a contact.

        :raises NotFound: there is none.
        """
        await self._do("ul.rm_contact", table, aor, contact)

    async def flush(self) -> None:
        """Write contacts from memory to the database."""
        await self._do("ul.flush")

    async def db_users(self, table: str) -> int:
        """Number of users in the database."""
        return reading.number(await self._call("ul.db_users", table))

    async def db_contacts(self, table: str) -> int:
        """Number of contacts in the database."""
        return reading.number(await self._call("ul.db_contacts", table))

    async def db_expired_contacts(self, table: str) -> int:
        """Number of expired contacts in the database."""
        return reading.number(await self._call("ul.db_expired_contacts", table))
