# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``htable.*``: hash tables in shared memory."""

from datetime import datetime
from typing import Annotated

from .base import Count, Expiry, Items, Model, OnOff, Text, wire


class HashTable(Model):
    """``htable.listTables``: one table and its settings.

    :ivar db_table: table of the database; None if it has none.
    :ivar expire: seconds until an item expires; 0 never.
    :ivar update_expire: a new value restarts that time.
    :ivar size: number of slots.
    """

    name: str
    db_table: Annotated[Text, wire("dbtable")] = None
    db_mode: Annotated[Count, wire("dbmode")] = 0
    expire: Count = 0
    update_expire: Annotated[OnOff, wire("updateexpire")] = True
    size: Count
    dmq_replicate: Annotated[OnOff, wire("dmqreplicate")] = False


class HashTableStats(Model):
    """``htable.stats``: how full one table is.

    :ivar items: number of items.
    :ivar min: items in the emptiest slot.
    :ivar max: items in the fullest slot.
    """

    name: str
    slots: Count
    items: Annotated[Count, wire("all")]
    min: Count = 0
    max: Count = 0


class Item(Model):
    """``htable.get``: one item.

    :ivar value: int or str, as it is stored; ints are cut to 32 bits.
    :ivar flags: 2 for a text.
    :ivar expire: None for never; in the server's time zone, which the wire does not tell.
    """

    name: str
    value: int | str
    flags: Count = 0
    expire: Annotated[datetime | None, Expiry()] = None


class SlotItem(Model):
    """One item in ``htable.dump``.

    :ivar type: int or str.
    """

    name: str
    value: int | str
    type: Text = None


class Slot(Model):
    """``htable.dump``: one slot that holds something.

    :ivar index: of the slot in the table.
    :ivar size: number of items.
    """

    index: Annotated[Count, wire("entry")]
    size: Count = 0
    items: Annotated[tuple[SlotItem, ...], Items(), wire("slot")] = ()
