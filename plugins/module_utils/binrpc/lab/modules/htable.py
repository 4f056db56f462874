# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``htable.*``: hash tables in shared memory (upstream ``htable/htable.c``, ``ht_api.c``)."""

from __future__ import annotations

import time
from collections.abc import MutableMapping

from ...faults import Fault
from ...values import Struct
from ..hashing import core_case_hash
from ..registry import Module, method

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Dict, Iterator, List, Mapping, Optional, Tuple, Union

    Value = Union[int, str]
    Base = MutableMapping[str, Value]
else:
    Base = MutableMapping

SAMPLE: Dict[str, Dict[str, Any]] = {
    "t": {"greeting": "hello", "limit": 10, "hosts": ["192.0.2.1", "192.0.2.2"]},
    "flags": {"maintenance": 0, "recording": 1},
    "blocked": {},
}
SAMPLE_OPTIONS: Dict[str, Dict[str, Any]] = {
    "blocked": {"autoexpire": 3600, "dbtable": "htable"},
}
SAMPLE_DATABASE: Dict[str, Dict[str, Any]] = {"htable": {"192.0.2.66": 1}}

IS_TEXT = 2  # AVP_VAL_STR


class Item:
    """A value, and when it expires: seconds since 1970, 0 for never."""

    __slots__ = ("expire", "value")

    def __init__(self, value: Value, expire: int = 0) -> None:
        self.value = value
        self.expire = expire


class HashTable(Base):
    """One table; reads and writes like a dict of int and str.

    As to ``htable.get``, an expired item is not there; ``cells`` has it, as ``htable.dump`` and
    ``htable.stats`` do, until a timer comes by. The parameters are those of the modparam.

    :param size: the number of slots is 2 to this power.
    :param autoexpire: seconds until an item expires, 0 for never.
    :param updateexpire: a new value restarts that time.
    """

    def __init__(
        self,
        size: int = 4,
        autoexpire: int = 0,
        updateexpire: int = 1,
        dbtable: str = "",
        dbmode: int = 0,
        dmqreplicate: int = 0,
    ) -> None:
        self.slots = 8 if size <= 1 else 1 << (14 if size > 31 else size)
        self.autoexpire = autoexpire
        self.updateexpire = updateexpire
        self.dbtable = dbtable
        self.dbmode = dbmode
        self.dmqreplicate = dmqreplicate
        self.cells: Dict[str, Item] = {}
        self.clock: Callable[[], float] = time.time
        self.timer: Optional[Callable[[float], float]] = None
        """Gives the time at which the timer came by last before another."""
        self._cleaned = 0.0

    def __getitem__(self, key: str) -> Value:
        item = self.find(key)
        if item is None:
            raise KeyError(key)
        return item.value

    def __setitem__(self, key: str, value: Value) -> None:
        self.set(key, value)

    def __delitem__(self, key: str) -> None:
        del self.cells[key]

    def __contains__(self, key: object) -> bool:
        return self.find(key) is not None

    def __iter__(self) -> Iterator[str]:
        return iter([key for key in self.cells if key in self])

    def __len__(self) -> int:
        return sum(1 for _key in self)

    def find(self, key: object) -> Optional[Item]:
        """The item of a key, unless it has expired; without autoexpire none does."""
        now = self.clean()
        item = self.cells.get(key)  # type: ignore[call-overload]
        if item is not None and self._expired(item, now):
            return None
        return item  # type: ignore[no-any-return]

    def _expired(self, item: Item, now: int) -> bool:
        return bool(self.autoexpire) and 0 < item.expire < now

    def load(self, values: Mapping[str, Any]) -> None:
        """Set many; a list becomes the array ``key[0]``, ``key[1]``, ..., ``key::size``."""
        for key, value in values.items():
            if isinstance(value, (list, tuple)):
                for index, each in enumerate(value):
                    self.set("%s[%d]" % (key, index), each)
                self.set(key + "::size", len(value))
            else:
                self.set(key, value)

    def clean(self) -> int:
        """Remove what had expired when the timer came by last; return the time."""
        if not self.autoexpire:
            return 0
        now = self.clock()
        last = self.timer(now) if self.timer is not None else 0.0
        if self._cleaned < last:
            self._cleaned = last
            for key in [key for key, each in self.cells.items() if self._expired(each, int(last))]:
                del self.cells[key]
        return int(now)

    def set(
        self,
        key: str,
        value: Value,
        seconds: int = 0,
        release: Tuple[int, ...] = (999,),
    ) -> None:
        """Set an item.

        Before 6.1 a text that needs more room than the old value loses its expiry. From 6.0 on an
        expired item that is changed in place begins a new life.
        """
        # Without autoexpire Kamailio does not ask for the time: the item expires in 1970.
        now = self.clean()
        old = self.cells.get(key)
        item = Item(value, old.expire if old else 0)
        if seconds > 0:
            if release >= (6, 1) or old is None or not _outgrows(old.value, value):
                item.expire = now + seconds
            else:
                item.expire = 0
        elif old is None or self.updateexpire or self._revives(old, value, now, release):
            item.expire = now + self.autoexpire
        self.cells[key] = item

    def _revives(self, old: Item, value: Value, now: int, release: Tuple[int, ...]) -> bool:
        expired = bool(self.autoexpire and old.expire and old.expire < now)
        return release >= (6, 0) and expired and not _outgrows(old.value, value)

    def by_slot(self) -> Dict[int, List[str]]:
        """Keys of each slot that has some, in Kamailio's order."""
        self.clean()
        slots: Dict[int, List[str]] = {}
        # Equal hashes stay in the order of insertion.
        for number, key in sorted(((core_case_hash(key), key) for key in self.cells), key=_first):
            slots.setdefault(number & self.slots - 1, []).append(key)
        return {slot: slots[slot] for slot in sorted(slots)}


def _first(pair: Any) -> Any:
    return pair[0]


def _outgrows(old: Value, new: Value) -> bool:
    if not isinstance(new, str):
        return False
    return not isinstance(old, str) or len(_bytes(new)) > len(_bytes(old))


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


class HashTables(Module):
    """The module htable.

    :param tables: name to items; None for a few samples.
    :param options: name to parameters of :class:`HashTable`, where they are not the defaults.
    :param database: database table to rows, for ``htable.reload`` and ``.store``; a table
        whose items are not given starts with them. None: ``db_url`` is not set.
    :param timer_interval: the modparam: seconds between two removals of expired items.
    :param enable_dmq: the modparam: without it, a sync fails.
    """

    name = "htable"
    loads = ("htable",)
    survives = ("database",)

    def __init__(
        self,
        tables: Optional[Mapping[str, Mapping[str, Any]]] = None,
        options: Optional[Mapping[str, Mapping[str, Any]]] = None,
        database: Optional[Mapping[str, Mapping[str, Any]]] = None,
        timer_interval: int = 20,
        enable_dmq: bool = False,
    ) -> None:
        self.enable_dmq = enable_dmq
        if tables is None:
            tables = SAMPLE
            options = SAMPLE_OPTIONS if options is None else options
            database = SAMPLE_DATABASE if database is None else database
        if timer_interval < 1:
            raise ValueError("timer_interval is at least 1 second, not %r" % (timer_interval,))
        self.timer_interval = timer_interval
        self.tables: Dict[str, HashTable] = {}
        self.database = None if database is None else {k: dict(v) for k, v in database.items()}
        self._given = tables
        options = options or {}
        for name in [*tables, *(name for name in options if name not in tables)]:
            self.tables[name] = HashTable(**options.get(name, {}))

    def added(self) -> None:
        for name, table in self.tables.items():
            table.clock = self._clock
            table.timer = self._timer
            table.load(self._given.get(name) or (self.database or {}).get(table.dbtable, {}))

    def _clock(self) -> float:
        now: float = self.state.clock()
        return now

    def _timer(self, now: float) -> float:
        return now - (now - float(self.state.started)) % self.timer_interval

    def _table(self, name: str) -> HashTable:
        table = self.tables.get(name)
        if table is None:
            raise Fault(500, "No such htable")
        return table

    # --- items

    @method(
        "htable.get",
        "SS",
        help="Get one key from a hash table.",
        missing=(500, "Not enough parameters (htable name and key name)"),
    )
    def get(self, name: str, key: str) -> Struct:
        item = self._table(name).find(key)
        if item is None:
            raise Fault(500, "Key name doesn't exist in htable.")
        expire = "NEVER"
        if item.expire:
            expire = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(item.expire))
        flags = IS_TEXT if isinstance(item.value, str) else 0
        return Struct(item=Struct(name=key, value=_int32(item.value), flags=flags, expire=expire))

    @method(
        "htable.sets",
        "SS.S",
        help="Set one key in a hash table to a string value.",
        missing=(500, "Not enough parameters (htable name, key name and value)"),
    )
    def sets(self, name: str, key: str, value: Value) -> str:
        self._table(name).set(key, value, release=self.state.release)
        return "Ok. Key set to new value."

    @method("htable.seti", help="Set one key in a hash table to an integer value.")
    def seti(self, ctx: Any) -> str:
        values = ctx.scan("SS.d" if self.state.release < (5, 7, 4) else "SSl")
        if values.count < 3:
            raise Fault(500, "Not enough parameters (htable name, key name and value)")
        self._table(values[0]).set(values[1], values[2], release=self.state.release)
        return "Ok. Key set to new value."

    @method("htable.setex", help="Set expire in a hash table for the item referenced by key.")
    def setex(self, ctx: Any) -> str:
        values = ctx.scan("SS.d" if self.state.release < (5, 7, 4) else "SSd")
        if values.count < 3:
            raise Fault(500, "Not enough parameters (htable name, item name and expire)")
        name, key, seconds = values
        table = self._table(name)
        now = table.clean()
        item = table.cells.get(key)
        if table.autoexpire and item is not None:
            item.expire = now + seconds if seconds > 0 else 0
        return "Ok"

    @method(
        "htable.setxs",
        "SS.Sd",
        help="Set one key in a hash table to a string value and its expire value.",
        missing=(500, "Not enough parameters (htable name, key name, value and expire)"),
    )
    def setxs(self, name: str, key: str, value: Value, seconds: int) -> str:
        if name not in self.tables:
            raise Fault(500, "Failed to set the item")
        self._table(name).set(key, value, seconds, self.state.release)
        return "Ok. Key set to new value."

    @method(
        "htable.setxi",
        "SS.dd",
        help="Set one key in a hash table to an integer value and its expire value.",
        missing=(500, "Not enough parameters (htable name, key name, value and expire)"),
    )
    def setxi(self, name: str, key: str, value: int, seconds: int) -> str:
        if name not in self.tables:
            raise Fault(500, "Failed to set the item")
        self._table(name).set(key, value, seconds, self.state.release)
        return "Ok. Key set to new value."

    @method("htable.delete", help="Delete one key from a hash table.")
    def delete(self, ctx: Any) -> str:
        values = ctx.scan("SS")
        if values.count < 2:
            text = "Not enough parameters (htable name & key name"
            raise Fault(500, text + (")" if self.state.release >= (6, 0) else ""))
        table = self._table(values[0])
        table.clean()
        if table.cells.pop(values[1], None) is None:
            raise Fault(404, "Key not found in htable.")
        return "Ok. Key deleted."

    # --- whole tables

    @method("htable.dump", help="Dump the contents of hash table.")
    def dump(self, ctx: Any) -> None:
        # A slot's items share one struct: here the order of adding decides what does not fit.
        table = self._table(_one_name(ctx))
        for number, keys in table.by_slot().items():
            entry = ctx.add("{")
            slot = entry and entry.add("dd[", "entry", number, "size", len(keys), "slot")
            if not slot:
                raise Fault(500, "Internal error creating rpc")
            for key in keys:
                item = slot.append("{")
                if not item:
                    raise Fault(500, "Internal error creating rpc")
                value = table.cells[key].value
                text = isinstance(value, str)
                fmt, kind = ("SSs", "str") if text else ("Sds", "int")
                if not item.add(fmt, "name", key, "value", _int32(value), "type", kind):
                    raise Fault(500, "Internal error adding item")

    @method("htable.listTables", "", help="List all htables.")
    def list_tables(self) -> List[Struct]:
        return [
            Struct(
                name=name,
                dbtable=table.dbtable,
                dbmode=table.dbmode,
                expire=table.autoexpire,
                updateexpire=table.updateexpire,
                size=table.slots,
                dmqreplicate=table.dmqreplicate,
            )
            for name, table in self._newest_first()
        ]

    @method("htable.stats", "", help="Statistics about htables.")
    def stats(self) -> Iterator[Struct]:
        for name, table in self._newest_first():
            sizes = [len(keys) for keys in table.by_slot().values()]
            yield Struct(
                name=name,
                slots=table.slots,
                all=sum(sizes),
                min=0 if len(sizes) < table.slots else min(sizes),
                max=max(sizes, default=0),
            )

    def _newest_first(self) -> Any:
        if not self.tables:
            raise Fault(500, "No htables")
        return reversed(list(self.tables.items()))

    @method("htable.flush", help="Flush hash table.")
    def flush(self, ctx: Any) -> str:
        self._table(_one_name(ctx)).cells.clear()
        return "Ok. Htable flushed."

    # --- the database

    @method("htable.reload", help="Reload hash table from database.")
    def reload(self, ctx: Any) -> str:
        table = self._stored(ctx)
        table.cells.clear()
        table.load(self.database.get(table.dbtable, {}))  # type: ignore[union-attr]
        return "Ok. Htable reloaded."

    @method("htable.store", help="Store hash table to database.")
    def store(self, ctx: Any) -> str:
        table = self._stored(ctx)
        now = table.clean()
        self.database[table.dbtable] = {  # type: ignore[index]
            key: item.value
            for key, item in table.cells.items()
            if not table.autoexpire or item.expire > now
        }
        return "Ok. Htable successfully stored to DB."

    def _stored(self, ctx: Any) -> HashTable:
        if self.database is None:
            raise Fault(500, "No htable db_url")
        table = self._table(_one_name(ctx))
        if not table.dbtable:
            raise Fault(500, "No database htable")
        return table

    # --- replication

    @method("htable.dmqsync", "*S", help="Perform DMQ sync action.", since=(5, 8))
    def dmqsync(self, name: str = "") -> str:
        return self._sync()

    @method("htable.dmqresync", help="Perform DMQ resync action (flush and sync).", since=(5, 8))
    def dmqresync(self, ctx: Any) -> str:
        self._table(_one_name(ctx)).cells.clear()
        return self._sync()

    def _sync(self) -> str:
        if not self.enable_dmq:
            raise Fault(500, "HTable DMQ Sync Failed")
        return "Ok"


def _one_name(ctx: Any) -> str:
    values = ctx.scan("S")
    if values.count < 1:
        raise Fault(500, "No htable name given")
    return str(values[0])


def _int32(value: Value) -> Value:
    if isinstance(value, str):
        return value
    value &= 0xFFFFFFFF
    return value - 0x100000000 if value > 0x7FFFFFFF else value
