# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``htable.*``: hash tables in shared memory."""

from __future__ import annotations

from ...core import wire
from ...core.catalogue.binding import AsIs
from ...core.errors import EncodeError
from ...core.faults import InvalidParams
from .. import reading
from ..models.htable import HashTable, HashTableStats, Item, Slot
from .namespace import Namespace


class Htable(Namespace):
    """``htable.*``: hash tables in shared memory."""

    async def get(self, table: str, key: str) -> Item:
        """One item.

        :raises NotFound: there is no such table or item.
        """
        return reading.unwrapped(await self._call("htable.get", table, key), Item, "item")

    async def dump(self, table: str) -> list[Slot]:
        """The slots that hold something, with their items."""
        return reading.each(await self._call("htable.dump", table), Slot)

    async def items(self, table: str) -> dict[str, int | str]:
        """All items, name to value (``htable.dump``)."""
        return {item.name: item.value for slot in await self.dump(table) for item in slot.items}

    async def list_tables(self) -> list[HashTable]:
        """All tables and their settings."""
        return reading.each(await self._list("htable.listTables"), HashTable)

    async def stats(self) -> list[HashTableStats]:
        """How full each table is."""
        return reading.each(await self._list("htable.stats"), HashTableStats)

    async def set(
        self, table: str, key: str, value: float | str, *, expire: int | None = None
    ) -> None:
        """Set an item: to a text if ``value`` is one, otherwise to a number.

        :param value: a float has to be a whole number. What passes 32 bits is stored from 5.7.4
            on, and even then shown with 32 bits only.
        :param expire: seconds from now, 0 never; None leaves it to the table's settings. It has
            an effect in tables with ``autoexpire`` only.
        :raises EncodeError: the table cannot hold the number; nothing was sent.
        """
        if isinstance(value, str):
            await self._set("htable.sets", "htable.setxs", table, key, value, expire)
            return
        number = _whole(value)
        if wire.INT_MIN <= number <= wire.INT_MAX:
            try:
                await self._set("htable.seti", "htable.setxi", table, key, number, expire)
            except InvalidParams:
                # 5.7.4 and 5.8.0 read a double only.
                if expire is not None:
                    raise
                await self._do("htable.seti", table, key, AsIs(float(number)))
            return
        if expire is not None or await self._kamailio.release() < (5, 7, 4):
            raise EncodeError(f"htable.set: {number} does not fit into the table's 32 bits")
        await self._do("htable.seti", table, key, AsIs(float(number)))

    async def _set(
        self, plain: str, expiring: str, table: str, key: str, value: int | str, expire: int | None
    ) -> None:
        if expire is None:
            await self._do(plain, table, key, value)
        else:
            await self._do(expiring, table, key, value, expire)

    async def set_expire(self, table: str, key: str, expire: int) -> None:
        """Set when an item expires, in seconds from now (``htable.setex``).

        It has an effect in tables with ``autoexpire`` only.
        """
        await self._do("htable.setex", table, key, expire)

    async def delete(self, table: str, key: str) -> None:
        """Delete an item.

        :raises NotFound: there is no such table or item.
        """
        await self._do("htable.delete", table, key)

    async def flush(self, table: str) -> None:
        """Delete all items of a table."""
        await self._do("htable.flush", table)

    async def reload(self, table: str) -> None:
        """Replace the items of a table by those of the database."""
        await self._do("htable.reload", table)

    async def store(self, table: str) -> None:
        """Write the items of a table to the database."""
        await self._do("htable.store", table)


def _whole(value: float) -> int:
    number = int(value) if value == value // 1 else None
    if number is None:
        raise EncodeError(
            f"htable.set: {value!r} is not a whole number; tables store only integers and strings"
        )
    return number
