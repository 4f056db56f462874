# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``permissions.*``: trusted addresses and allow files (upstream ``permissions/rpc.c``)."""

from __future__ import annotations

import re
from ipaddress import ip_address

from ...faults import Fault
from ...values import Struct
from ..hashing import core_hash
from ..registry import Module, method
from ..reload_guard import ReloadGuard

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, Iterable, Iterator, List, Mapping, Optional, Tuple

    Row = Mapping[str, Any]

SAMPLE_ADDRESSES: List[Dict[str, Any]] = [
    {"grp": 1, "ip_addr": "192.0.2.10", "tag": "carrier-a"},
    {"grp": 1, "ip_addr": "198.51.100.0", "mask": 24, "port": 5060, "tag": "peers"},
    {"grp": 2, "ip_addr": "gw.example.com", "tag": "named"},
]
SAMPLE_TRUSTED: List[Dict[str, Any]] = [
    {"src_ip": "192.0.2.20", "proto": "udp", "tag": "carrier-b", "priority": 1},
]
SAMPLE_FILES = {"permissions": {"allow": [("ALL", "ALL")]}}

SLOTS = 128
PROTOCOLS = ("any", "udp", "tcp", "tls", "sctp", "ws", "wss")


class Permissions(Module):
    """The module permissions.

    :param addresses: rows of the table address: ``grp``, ``ip_addr``, ``mask``, ``port``,
        ``tag``; None for a few samples. Change ``addresses`` and call addressReload.
    :param trusted: rows of the table trusted: ``src_ip``, ``proto``, ``from_pattern``,
        ``ruri_pattern``, ``tag``, ``priority``.
    :param files: base name to the rules of its allow and deny files, ``{"allow": [(URI, contact),
        ...], "deny": ...}``: regular expressions, or ALL.
    :param reload_delta: seconds.
    """

    name = "permissions"
    loads = ("permissions",)
    survives = ("addresses", "trusted", "files")

    def __init__(
        self,
        addresses: Optional[Iterable[Row]] = None,
        trusted: Optional[Iterable[Row]] = None,
        files: Optional[Mapping[str, Mapping[str, Any]]] = None,
        reload_delta: int = 5,
    ) -> None:
        samples = addresses is None and trusted is None
        self.addresses = list(addresses or (SAMPLE_ADDRESSES if samples else ()))
        self.trusted = list(trusted or (SAMPLE_TRUSTED if samples else ()))
        self.files = dict(files or (SAMPLE_FILES if samples else {}))
        self.reload_delta = reload_delta

    def added(self) -> None:
        # One timer for both tables.
        self.guard = ReloadGuard(self.state, self.reload_delta, "ongoing reload")
        self._load_addresses()
        self._load_trusted()

    def _load_addresses(self) -> None:
        self._hosts: List[Tuple[int, Row]] = []
        self._names: List[Tuple[int, Row]] = []
        self._subnets: List[Tuple[int, Row]] = []
        for row in self.addresses:
            try:
                address = ip_address(row["ip_addr"])
            except ValueError:
                self._names.insert(0, (core_hash(row["ip_addr"]) % SLOTS, row))
                continue
            mask = row.get("mask") or address.max_prefixlen
            if mask == address.max_prefixlen:
                # Only the first four bytes count, also of an IPv6 address.
                text = address.packed[:4].decode("utf-8", "surrogateescape")
                self._hosts.insert(0, (core_hash(text) % SLOTS, row))
            else:
                self._subnets.append((row["grp"], row))
        for table in (self._hosts, self._names, self._subnets):
            table.sort(key=lambda pair: pair[0])

    def _load_trusted(self) -> None:
        self._trusted = [
            (core_hash(row["src_ip"]) % SLOTS, row)
            for row in self.trusted
            if row.get("proto", "any").lower() != "none"
        ]
        self._trusted.sort(key=lambda pair: (pair[0], -pair[1].get("priority", 0)))

    @method(
        "permissions.addressReload", "", help="Reload permissions address table", limited=(6, 0)
    )
    def reload_addresses(self) -> str:
        self.guard.enter()
        self._load_addresses()
        return "Reload OK"

    @method(
        "permissions.trustedReload", "", help="Reload permissions trusted table", limited=(6, 0)
    )
    def reload_trusted(self) -> str:
        self.guard.enter()
        self._load_trusted()
        return "Reload OK"

    @method("permissions.addressDump", "", help="Dump permissions address table")
    def dump_addresses(self) -> Iterator[Struct]:
        for slot, row in self._hosts:
            ip = str(ip_address(row["ip_addr"]))
            item = Struct(ip=ip, port=row.get("port", 0), tag=row.get("tag") or "NULL")
            yield Struct(table=slot, group=row["grp"], item=item)

    @method("permissions.subnetDump", "", help="Dump permissions subnet table")
    def dump_subnets(self) -> Iterator[Struct]:
        for index, (group, row) in enumerate(self._subnets):
            item = Struct(
                ip=row["ip_addr"],
                mask=row["mask"],
                port=row.get("port", 0),
                tag=row.get("tag") or "",
            )
            yield Struct(id=index, group=group, item=item)

    @method("permissions.domainDump", "", help="Dump permissions domain name table")
    def dump_names(self) -> Struct:
        reply = Struct()
        for slot, row in self._names:
            reply.add("table", slot)
            reply.add("group", row["grp"])
            tag = row.get("tag") or "NULL"
            reply.add("item", Struct(domain_name=row["ip_addr"], port=row.get("port", 0), tag=tag))
        return reply

    @method("permissions.trustedDump", "", help="Dump permissions trusted table")
    def dump_trusted(self) -> Struct:
        reply = Struct()
        for slot, row in self._trusted:
            reply.add("table", slot)
            item = Struct(ip=row["src_ip"], proto=PROTOCOLS.index(row.get("proto", "any").lower()))
            for key, column in (("pattern", "from_pattern"), ("ruri_pattern", "ruri_pattern")):
                value = row.get(column, "")
                item.add(key, "NULL" if value is None else value)
            item.add("tag", row.get("tag") or "NULL")
            item.add("priority", row.get("priority", 0))
            reply.add("item", item)
        return reply

    @method(
        "permissions.testUri",
        "SSS",
        help="Tests if (URI, Contact) pair is allowed according to allow/deny files",
        missing=(500, "Not enough parameters (basename, URI and contact)"),
    )
    @method(
        "permissions.allowUri",
        "SSS",
        help="Tests if (URI, Contact) pair is allowed according to allow/deny files",
        missing=(500, "Not enough parameters (basename, URI and contact)"),
    )
    def test_uri(self, name: str, uri: str, contact: str) -> str:
        if len(contact) > 1024:
            raise Fault(500, "Contact is too long")
        if len(name) + len(".allow") + 1 > 128:
            raise Fault(500, "Basename is too long")
        files = self.files.get(name, self.files.get(name.rpartition("/")[2]))
        if files is None:
            return "Denied"
        for kind in ("allow", "deny"):
            for left, right in files.get(kind, ()):
                if _matches(left, uri) and _matches(right, contact):
                    return "Allowed" if kind == "allow" else "Denied"
        return "Allowed"


def _matches(pattern: str, text: str) -> bool:
    return pattern == "ALL" or re.search(pattern, text, re.IGNORECASE) is not None
