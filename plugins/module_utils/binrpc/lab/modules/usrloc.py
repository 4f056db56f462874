# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``ul.*``: registered contacts (upstream ``usrloc/ul_rpc.c``)."""

from __future__ import annotations

from ...faults import Fault
from ..convert import to_int32
from ..hashing import core_hash
from ..registry import Module, method

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, Iterable, List, Mapping, Optional

SAMPLE: Dict[str, Dict[str, List[Dict[str, Any]]]] = {
    "location": {
        "alice": [
            {"Address": "sip:alice@192.0.2.50:5060", "Expires": 3600},
            {"Address": "sip:alice@192.0.2.51:5062;transport=tcp", "Expires": 3600, "Q": 0.5},
        ],
        "static": [{"Address": "sip:198.51.100.7:5060"}],
    }
}
SAMPLE_AGENT = {"User-Agent": "Lab phone 1.0"}

SLOTS = 1024
NOT_SET = "[not set]"
TIMER_INTERVAL = 60
# Members of a Contact after Expires: the character of its format, name and default.
MEMBERS = (
    *(("f", "Q", -1.0), ("S", "Call-ID", "dfjrewr12386fd6-343@kamailio.rpc"), ("d", "CSeq", 1)),
    *(("S", "User-Agent", "kamailio SIP Router - RPC Server"), ("S", "Received", NOT_SET)),
    *(("S", "Path", NOT_SET), ("S", "State", "CS_NEW"), ("u", "Flags", 0), ("u", "CFlags", 0)),
    *(("S", "Socket", NOT_SET), ("u", "Methods", 0xFFFFFFFF), ("S", "Ruid", NOT_SET)),
    *(("S", "Instance", NOT_SET), ("u", "Reg-Id", 0), ("d", "Server-Id", 0)),
    *(("d", "Tcpconn-Id", -1), ("d", "Keepalive", 0), ("d", "Last-Keepalive", 0)),
    *(("d", "KA-Roundtrip", 0), ("d", "Last-Modified", 0)),
)


class Contact:
    """One contact.

    :ivar expires: seconds since 1970, 0 for a permanent contact.
    :ivar members: what ``ul.dump`` shows of it, by name.
    """

    def __init__(self, address: str, expires: int, **members: Any) -> None:
        self.address = address
        self.expires = expires
        self.members: Dict[str, Any] = {name: default for _char, name, default in MEMBERS}
        self.members.update(members)

    def valid(self, now: int) -> bool:
        return self.expires == 0 or self.expires > now


class UserLocation(Module):
    """The module usrloc.

    :param domains: table to addresses of record to contacts, each as in ``ul.dump``: Address,
        Expires in seconds from now (0 or left out: permanent), Q, Path, ...; None for samples.
    :param use_domain: the modparam; without it the part after the @ is cut off.
    :ivar domains: table to address of record to a list of :class:`Contact`.
    """

    name = "usrloc"
    loads = ("usrloc",)

    def __init__(
        self,
        domains: Optional[Mapping[str, Mapping[str, Iterable[Mapping[str, Any]]]]] = None,
        use_domain: bool = False,
    ) -> None:
        self._given = SAMPLE if domains is None else domains
        self._agent = SAMPLE_AGENT if domains is None else {}
        self.use_domain = use_domain
        self.domains: Dict[str, Dict[str, List[Contact]]] = {}
        self._ruids = 0

    def added(self) -> None:
        now = self._now()
        for table, records in self._given.items():
            domain = self.domains.setdefault(table, {})
            for aor, contacts in records.items():
                for each in contacts:
                    members = {**self._agent, "Last-Modified": now, **each}
                    seconds = members.pop("Expires", 0)
                    expires = now + seconds if seconds else 0
                    contact = Contact(members.pop("Address"), expires, **members)
                    if "Ruid" not in each:
                        contact.members["Ruid"] = self._ruid()
                    self._insert(domain.setdefault(aor, []), contact)

    def _now(self) -> int:
        return int(self.state.clock())

    def _ruid(self) -> str:
        self._ruids += 1
        started = int(self.state.started)
        pid = self.state.processes[0].pid if self.state.processes else 1
        return "ulcx-%x-%x-%x" % (started, pid, self._ruids)

    @staticmethod
    def _insert(contacts: List[Contact], new: Contact) -> None:
        index = 0
        while index < len(contacts) and contacts[index].members["Q"] >= new.members["Q"]:
            index += 1
        contacts.insert(index, new)

    def _clean(self) -> None:
        """Do what the timer does: contacts that expired a while ago go."""
        now = self._now() - TIMER_INTERVAL
        for domain in self.domains.values():
            for aor in list(domain):
                domain[aor] = [each for each in domain[aor] if each.valid(now)]
                if not domain[aor]:
                    del domain[aor]
                    self._tell(aor, False)

    def _tell(self, aor: str, present: bool) -> None:
        """Tell peerstate of the first contact of an address, or of the end of its last."""
        peers = self.state.modules.get("peerstate")
        if peers is not None:
            peers.registered(aor, present)

    def _domain(self, table: str) -> Dict[str, List[Contact]]:
        self._clean()
        if table not in self.domains:
            raise Fault(500, "Domain table not found")
        return self.domains[table]

    def _aor(self, text: str) -> str:
        if self.use_domain:
            if "@" not in text:
                raise Fault(500, "Domain missing in AOR")
        else:
            text = text.partition("@")[0]
        return text.encode("utf-8", "surrogateescape").lower().decode("utf-8", "surrogateescape")

    # --- reading

    @method("ul.dump", help="Dump user location tables")
    def dump(self, ctx: Any) -> None:
        self._clean()
        params = ctx.scan("*S")
        brief = params.count == 1 and params[0] == "brief"
        top = ctx.add("{").add("[", "Domains")
        for table, records in self.domains.items():
            domain = _made(top.add("{", "Domain"), "inner")
            aors = domain.add("Sd[", "Domain", table, "Size", SLOTS, "AoRs")
            slots: Dict[int, List[str]] = {}
            for aor in records:
                slots.setdefault(core_hash(aor) % SLOTS, []).append(aor)
            for _slot, names in sorted(slots.items()):
                for aor in names:
                    if brief:
                        _made(aors.add("S", "AoR", aor), "aor")
                        continue
                    info = _made(aors.add("{", "Info"), "aor")
                    contacts = info.add("Su[", "AoR", aor, "HashID", core_hash(aor), "Contacts")
                    for contact in records[aor]:
                        self._add_contact(_made(contacts, "aor"), contact)
            stats = _made(domain.add("{", "Stats"), "stats")
            largest = max(map(len, slots.values()), default=0)
            stats.add("dd", "Records", len(records), "Max-Slots", largest)

    def _add_contact(self, parent: Any, contact: Contact) -> None:
        now = self._now()
        item = _made(parent.add("{", "Contact"), "contact")
        added = item.add("S", "Address", contact.address)
        if contact.expires == 0:
            added = added and item.add("s", "Expires", "permanent")
        elif now > contact.expires:
            added = added and item.add("s", "Expires", "expired")
        else:
            added = added and item.add("d", "Expires", (contact.expires - now) & 0xFFFFFFFF)
        for char, name, _default in MEMBERS:
            value = contact.members[name]
            added = added and item.add(char, name, value)
        if not added:
            raise Fault(500, "Internal error adding contact")

    @method("ul.lookup", help="Lookup one AOR in the usrloc location table")
    def lookup(self, ctx: Any) -> None:
        params = ctx.scan("SS")
        if params.count != 2:
            raise Fault(500, "Not enough parameters (table and AOR to lookup)")
        domain = self._domain(params[0])
        aor = self._aor(params[1])
        if aor not in domain:
            raise Fault(500, "AOR not found in location table")
        contacts = ctx.add("{").add("S[", "AoR", aor, "Contacts")
        valid = [each for each in domain[aor] if each.valid(self._now())]
        for contact in valid:
            self._add_contact(contacts, contact)
        if not valid:
            raise Fault(500, "AOR has no contacts")

    # --- changing

    @method("ul.add", help="Add a new contact for an address of record")
    def add(self, ctx: Any) -> None:
        params = ctx.scan("SSSdfSuuu*SS")
        if params.count < 9:
            raise Fault(500, "Not enough parameters or wrong format")
        table, aor, address, seconds, q, path, flags, cflags, methods, *rest = params
        domain = self._domain(table)
        aor = self._aor(aor)
        now = self._now()
        members = {
            "Q": -1.0 if q == -1 else to_int32(q * 1000) / 1000.0,
            "Path": _given(path),
            "Flags": flags,
            "CFlags": cflags,
            "Methods": methods,
            "Received": _given(rest[0]) if rest else NOT_SET,
            "Socket": self._socket(rest[1]) if len(rest) > 1 else NOT_SET,
            "Last-Keepalive": now,
        }
        # A negative number is a large one to it.
        expires = now + (seconds & 0xFFFFFFFF) if seconds else 0
        contacts = domain.setdefault(aor, [])
        if not any(each.valid(now) for each in contacts if each.address != address):
            self._tell(aor, True)
        for contact in contacts:
            if contact.address == address:
                contact.expires = expires
                contact.members.update(members)
                self._move(contacts, contact)
                return
        self._insert(contacts, Contact(address, expires, Ruid=self._ruid(), **members))

    @staticmethod
    def _move(contacts: List[Contact], changed: Contact) -> None:
        """Find a place for a contact whose Q may have changed: not where a new one would go."""
        q = changed.members["Q"]
        index = contacts.index(changed)
        before = contacts[index - 1].members["Q"] if index else q
        after = contacts[index + 1].members["Q"] if index + 1 < len(contacts) else q
        if before >= q >= after:
            return
        contacts.remove(changed)
        index = 0
        while index < len(contacts) and contacts[index].members["Q"] < q:
            index += 1
        contacts.insert(index, changed)

    def _socket(self, text: str) -> str:
        known = ["%s:%s:%s" % socket for socket in self.state.sockets]
        return text if text in known else NOT_SET

    @method(
        "ul.rm",
        "SS",
        help="Delete an address of record including its contacts",
        missing=(500, "Not enough parameters (table and AOR to lookup)"),
    )
    def remove(self, table: str, aor: str) -> None:
        domain = self._domain(table)
        aor = self._aor(aor)
        if domain.pop(aor, None):
            self._tell(aor, False)

    @method(
        "ul.rm_contact",
        "SSS",
        help="Delete a contact from an AOR record",
        missing=(500, "Not enough parameters (table, AOR and contact)"),
    )
    def remove_contact(self, table: str, aor: str, address: str) -> None:
        domain = self._domain(table)
        aor = self._aor(aor)
        if aor not in domain:
            raise Fault(404, "AOR not found")
        left = [each for each in domain[aor] if each.address != address]
        if len(left) == len(domain[aor]):
            raise Fault(404, "Contact not found")
        domain[aor] = left
        if not left:
            del domain[aor]
        if not any(each.valid(self._now()) for each in left):
            self._tell(aor, False)

    @method("ul.flush", "", help="Flush the usrloc memory cache to DB")
    def flush(self) -> None:
        self._clean()

    @method(
        "ul.db_users",
        "",
        help="Tell number of different unexpired users (AoRs) in database table (db_mode!=0 only)",
    )
    @method(
        "ul.db_contacts",
        "",
        help="Tell number of unexpired contacts in database table (db_mode=3 only)",
    )
    @method(
        "ul.db_expired_contacts",
        "",
        help="Tell number of expired contacts in database table (db_mode=3 only)",
    )
    def _from_database(self) -> None:
        raise Fault(500, "Command is not supported in db_mode=0")


def _made(handle: Any, what: str) -> Any:
    if not handle:
        raise Fault(500, "Internal error creating %s struct" % what)
    return handle


def _given(text: str) -> str:
    """``.`` and ``0`` stand for an unset parameter."""
    return NOT_SET if text in ("", ".", "0") else text
