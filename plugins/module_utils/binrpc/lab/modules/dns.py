# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``dns.*``: the core's cache of names (docs/protocol.md#dns-methods).

It asks no name server. :attr:`DnsCache.addresses` has what one would say of a name, and changes at
any time; next comes what is in the cache.
"""

from __future__ import annotations

import ipaddress

from ...faults import Fault
from ...values import Struct
from ..hashing import core_case_hash
from ..registry import Module, method

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Dict, Iterator, List, Mapping, Optional, Tuple

TYPES = {"A": 1, "CNAME": 5, "PTR": 12, "TXT": 16, "AAAA": 28, "SRV": 33, "NAPTR": 35, "EBL": 65432}
NEGATIVE, PERMANENT = 1, 4
_FOUND_TTL, _NEGATIVE_TTL = 3600, 60
_SLOTS = 1024
_ENTRY, _RECORD = 64, 24
_NO_ENTRY = "Failed to add the entry to the cache"


def _rounded(size: int) -> int:
    return (size + 7) & ~7


class Entry:
    """The cached answer for one name and type.

    :ivar records: for each its data as Structs have it, and the bytes that it takes.
    """

    __slots__ = ("expire", "flags", "kind", "name", "records", "used")

    def __init__(self, name: str, kind: str, expire: float, flags: int, used: float) -> None:
        self.name = name
        self.kind = kind
        self.expire = expire
        self.flags = flags
        self.used = used
        self.records: List[Tuple[Dict[str, Any], int]] = []

    @property
    def size(self) -> int:
        """Bytes of shared memory, as in a 64-bit build."""
        size = _ENTRY + len(self.name.encode("utf-8", "surrogateescape"))
        for _data, length in self.records:
            size = _rounded(size) + _RECORD + length
        return size


class DnsCache(Module):
    """The core's DNS cache.

    :param enabled: the core parameter ``use_dns_cache``.
    :param max_bytes: what ``dns.mem_info`` tells.
    :param addresses: the IP address of each host name, "" for one that does not resolve.
    :param others: the IPv4 address of all other names, "" if none of them resolves.
    """

    name = "dns"
    survives = ("addresses", "others")

    def __init__(
        self,
        enabled: bool = True,
        max_bytes: int = 512000,
        addresses: Optional[Mapping[str, str]] = None,
        others: str = "192.0.2.1",
    ) -> None:
        self.enabled = enabled
        self.max_bytes = max_bytes
        self.addresses = dict(addresses or {})
        self.others = others
        self.entries: Dict[Tuple[str, str], Entry] = {}

    def resolve(self, host: str) -> str:
        """The IPv4 address of a host name, "" if it does not resolve; the cache keeps either."""
        entry = self._find(host, "A")
        return "" if entry.flags & NEGATIVE else str(entry.records[0][0]["rr_ip"])

    def _find(self, name: str, kind: str) -> Entry:
        self._in_order()
        entry = self.entries.get((name.lower(), kind))
        if entry is None or name in self.addresses:
            known = self.addresses.get(name, self.others)
            version = {"A": 4, "AAAA": 6}.get(kind)
            address = ipaddress.ip_address(known) if known else None
            found = address is not None and address.version == version
            if entry is None:
                entry = self._put(name, kind, _FOUND_TTL if found else _NEGATIVE_TTL, NEGATIVE)
            if found:
                entry.flags &= ~NEGATIVE
                entry.records = [({"rr_ip": str(address)}, len(address.packed))]  # type: ignore[union-attr]
            elif version is not None:
                entry.flags |= NEGATIVE
                entry.records = []
        entry.used = self.state.clock()
        return entry

    def _check(self) -> None:
        if not self.enabled:
            raise Fault(500, "dns cache support disabled (see use_dns_cache)")

    def _in_order(self) -> List[Entry]:
        now = self.state.clock()
        for key, entry in list(self.entries.items()):
            if entry.expire <= now and not entry.flags & PERMANENT:
                del self.entries[key]
        return sorted(self.entries.values(), key=lambda each: core_case_hash(each.name) % _SLOTS)

    def _times(self, entry: Entry) -> Tuple[int, int]:
        now = int(self.state.clock())
        left = -1 if entry.flags & PERMANENT else int(entry.expire) - now
        return left, now - int(entry.used)

    @method("dns.mem_info", help="dns cache memory info.")
    def mem_info(self, ctx: Any) -> List[int]:
        self._check()
        return [sum(entry.size for entry in self._in_order()), self.max_bytes]

    @method("dns.debug", help="dns debug info.")
    def debug(self, ctx: Any) -> Iterator[Any]:
        self._check()
        for entry in self._in_order():
            left, used = self._times(entry)
            yield from (entry.name, TYPES[entry.kind], entry.size, 1, left, used, entry.flags)

    @method("dns.debug_all", help="complete dns debug dump")
    def debug_all(self, ctx: Any) -> Iterator[Any]:
        self._check()
        for entry in self._in_order():
            left, used = self._times(entry)
            for index, (data, _size) in enumerate(entry.records):
                yield from (entry.name, TYPES[entry.kind], index, entry.size, 1, left, used)
                yield entry.flags
                yield from ("srv", data["rr_name"]) if "rr_name" in data else ("ip", data["rr_ip"])
                yield left

    @method("dns.view", help="dns cache dump in a human-readable format")
    def view(self, ctx: Any) -> List[Struct]:
        self._check()
        return [self._describe(entry, 1) for entry in self._in_order()]

    def _describe(self, entry: Entry, references: int) -> Struct:
        left, used = self._times(entry)
        permanent = "yes" if entry.flags & PERMANENT else "no"
        found = Struct(
            name=entry.name,
            type=entry.kind,
            size_bytes=entry.size,
            reference_counter=references,
            permanent=permanent,
            expires=left,
            last_used=used,
            negative_entry="yes" if entry.flags & NEGATIVE else "no",
        )
        if not entry.flags & NEGATIVE:
            records = Struct()
            for index, (data, _size) in enumerate(entry.records):
                record = Struct(rr_idx=index)
                for name, value in data.items():
                    record.add(name, value)
                record.add("rr_permanent", permanent)
                record.add("rr_expires", left)
                records.add(None, record)
            found.add("records", records)
        return found

    @method("dns.lookup", help="perform a dns lookup")
    def lookup(self, ctx: Any) -> Struct:
        self._check()
        params = ctx.scan("SS")
        if params.count < 2:
            return None  # type: ignore[return-value]  # the scan has said what is wrong
        kind, name = params[0].upper(), params[1]
        if kind not in TYPES:
            raise Fault(400, "Invalid type")
        entry = self._find(name, kind)
        if entry.flags & NEGATIVE:
            raise Fault(400, "Not found")
        return self._describe(entry, 2)

    def _put(self, name: str, kind: str, ttl: int, flags: int) -> Entry:
        now = self.state.clock()
        entry = self.entries.get((name.lower(), kind))
        if entry is None:
            entry = self.entries[name.lower(), kind] = Entry(name, kind, now + ttl, flags, now)
        return entry

    @method("dns.add_a", "SdSd", help="adds an A record to the DNS cache")
    def add_a(self, name: str, ttl: int, address: str, flags: int) -> None:
        self._add_address(name, ttl, address, flags, 4)

    @method("dns.add_aaaa", "SdSd", help="adds an AAAA record to the DNS cache")
    def add_aaaa(self, name: str, ttl: int, address: str, flags: int) -> None:
        self._add_address(name, ttl, address, flags, 6)

    def _add_address(self, name: str, ttl: int, address: str, flags: int, version: int) -> None:
        self._check()
        try:
            parsed = ipaddress.ip_address(address)
        except ValueError:
            raise Fault(400, _NO_ENTRY) from None
        if parsed.version != version:
            raise Fault(400, _NO_ENTRY)
        entry = self._put(name, "A" if version == 4 else "AAAA", ttl, flags)
        if not flags & NEGATIVE:
            entry.records.append(({"rr_ip": str(parsed)}, len(parsed.packed)))

    @method("dns.add_srv", "SddddSd", help="adds an SRV record to the DNS cache")
    def add_srv(
        self, name: str, ttl: int, priority: int, weight: int, port: int, target: str, flags: int
    ) -> None:
        self._check()
        entry = self._put(name, "SRV", ttl, flags)
        if not flags & NEGATIVE:
            data = {"rr_name": target, "rr_port": port, "rr_priority": priority}
            entry.records.append(({**data, "rr_weight": weight}, 8 + len(target.encode())))

    @method("dns.delete_all", "", help="deletes all the non-permanent entries from the DNS cache")
    def delete_all(self) -> Struct:
        self._check()
        kept = {key: each for key, each in self.entries.items() if each.flags & PERMANENT}
        self.entries = kept
        return Struct(status="ok")

    @method(
        "dns.delete_all_force",
        "",
        help="deletes all the entries from the DNS cache including the permanent ones",
    )
    def delete_all_force(self) -> Struct:
        self._check()
        self.entries.clear()
        return Struct(status="ok")

    def _delete(self, name: str, kind: str) -> None:
        self._check()
        entry = self.entries.get((name.lower(), kind))
        if entry is None:
            raise Fault(400, "Not found")
        if entry.flags & PERMANENT:
            raise Fault(400, "Permanent entries cannot be deleted")
        del self.entries[name.lower(), kind]


def _deleting(kind: str) -> Callable[..., None]:
    article = "an" if kind in {"A", "AAAA", "SRV", "EBL", "PTR"} else "a"

    @method(
        "dns.delete_" + kind.lower(),
        "S",
        help="deletes %s %s record from the DNS cache" % (article, kind),
    )
    def delete(self: DnsCache, name: str) -> None:
        self._delete(name, kind)

    return delete


for _kind in TYPES:
    setattr(DnsCache, "delete_" + _kind.lower(), _deleting(_kind))
