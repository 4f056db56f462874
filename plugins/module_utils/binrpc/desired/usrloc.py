# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Contacts of the module usrloc."""

from __future__ import annotations

from ..faults import NotFound
from ..values import set_text, unsigned
from .drive import Ask
from .kind import Kind
from .leaf import ABSENT, Leaves
from .options import Option, Options
from .resource import Resource, StateError
from .step import ADD, REMOVE, Step

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, Iterable, List, Mapping, Optional, Sequence

    from ..faults import Fault
    from .leaf import Address
    from .resource import Answers
    from .step import Change

FIELDS = {
    "q": "Q",
    "path": "Path",
    "flags": "Flags",
    "cflags": "CFlags",
    "methods": "Methods",
    "received": "Received",
    "socket": "Socket",
}
BY_RPC = "@kamailio.rpc"
"""The end of the Call-ID of contacts that ul.add has made."""

SLACK = 5
"""Seconds by which two readings of the time left may differ."""

DEFAULTS = {
    "q": -1.0,
    "path": "",
    "flags": 0,
    "cflags": 0,
    "methods": 0xFFFFFFFF,
    "received": "",
    "socket": "",
}


class UsrlocContact(Resource):
    """One contact: its fields, whether it is permanent, and who made it.

    :param fields: those of FIELDS that matter.
    :param expires: seconds; 0 for a permanent contact; None to leave it.
    """

    persisted_by = "usrloc stores its contacts in the database"

    def __init__(
        self,
        table: str,
        aor: str,
        contact: str,
        present: bool = True,
        expires: Optional[int] = None,
        **fields: Any,
    ) -> None:
        self.table = table
        self.aor = aor
        self.contact = contact
        self.present = present
        self.expires = expires
        self.address: Address = ("usrloc", table, aor, contact)
        self.expires_at: Address = (*self.address, "expires")
        self.by_rpc: Address = (*self.address, "by_rpc")
        self.fields = {name: value for name, value in fields.items() if value is not None}
        for name in ("flags", "cflags", "methods"):
            if name in self.fields:
                self.fields[name] = unsigned(self.fields[name])

    def questions(self, answers: Answers) -> Iterable[Ask]:
        return [Ask("ul.lookup", (self.table, self.aor))]

    def observe(self, answers: Answers) -> Leaves:
        try:
            values = answers.values("ul.lookup", self.table, self.aor)
        except NotFound as fault:
            if "table" in fault.text.lower() and "aor" not in fault.text.lower():
                raise StateError("there is no location table %s" % self.table) from fault
            return Leaves()
        for each in values[0]["Contacts"]:
            contact = each["Contact"]
            left = contact["Expires"]
            if contact["Address"] == self.contact and left not in ("deleted", "expired"):
                leaves: Leaves = Leaves({self.address: self._fields(contact)})
                leaves.facts["left"] = 0 if left == "permanent" else left
                leaves[self.expires_at] = leaves.facts["left"]
                leaves[self.by_rpc] = str(contact.get("Call-ID")).endswith(BY_RPC)
                return leaves
        return Leaves()

    @staticmethod
    def _fields(contact: Mapping[str, Any]) -> Dict[str, Any]:
        have = {name: contact[member] for name, member in FIELDS.items()}
        for name in ("path", "received", "socket"):
            have[name] = set_text(have[name])
        for name in ("flags", "cflags", "methods"):
            have[name] = unsigned(have[name])
        have["permanent"] = contact["Expires"] == "permanent"
        return have

    def same(self, address: Address, one: Any, other: Any) -> bool:
        if address == self.expires_at:
            # It runs down between two readings.
            return bool((one == 0) == (other == 0) and abs(one - other) <= SLACK)
        return bool(one == other)

    def resolve(self, seen: Leaves) -> Dict[Address, Any]:
        if not self.present:
            return {self.address: ABSENT}
        have = seen.at(self.address)
        known = {} if have is ABSENT else have
        want = dict(known or dict(DEFAULTS, permanent=True), **self.fields)
        if self.expires is not None:
            want["permanent"] = self.expires == 0
        if want != known and not want["permanent"] and not self.expires:
            raise StateError(
                "the contact expires, so that expires has to be given as well to change it"
            )
        return {self.address: want}

    def steps(self, changes: Sequence[Change], seen: Leaves) -> List[Step]:
        after = {change.address: change.after for change in changes}
        want = after.get(self.address, seen.at(self.address))
        params = (self.table, self.aor, self.contact)
        if want is ABSENT:
            leaves = dict.fromkeys((self.address, self.expires_at, self.by_rpc), ABSENT)
            return [Step("ul.rm_contact", *params, phase=REMOVE, leaves=leaves, accepts=[NotFound])]
        seconds = after.get(self.expires_at, 0 if want["permanent"] else self.expires)
        numbers = [want[name] for name in ("flags", "cflags", "methods")]
        # What is left out would be stored as whatever lies in memory.
        step = Step(
            "ul.add",
            *params,
            seconds,
            float(want["q"]),
            want["path"] or ".",
            *numbers,
            want["received"] or ".",
            want["socket"] or ".",
            phase=ADD,
            leaves={self.address: want, self.expires_at: seconds, self.by_rpc: True},
        )
        return [step]

    def restorable(self, address: Address, found: Any, old: Any) -> str:
        if address == self.by_rpc:
            return "a phone's Call-ID and CSeq cannot be written by RPC"
        return ""

    def show(self, leaves: Mapping[Address, Any]) -> Any:
        found = leaves.get(self.address, ABSENT)
        return {} if found is ABSENT else found

    def hint(self, fault: Fault) -> str:
        if fault.method == "ul.lookup":
            return "The address of record may have more contacts than fit into a reply"
        return ""


def _contact(params: Dict[str, Any]) -> Resource:
    return UsrlocContact(
        params["table"],
        params["aor"],
        params["contact"],
        params["state"] == "present",
        params["expires"],
        **{name: params[name] for name in FIELDS},
    )


CONTACT = Kind(
    "usrloc_contact",
    Options(
        {
            "table": Option(default="location"),
            "aor": Option(required=True),
            "contact": Option(required=True),
            "state": Option(choices=["present", "absent"], default="present"),
            "expires": Option("int"),
            "q": Option("float"),
            "path": Option(),
            "flags": Option("int"),
            "cflags": Option("int"),
            "methods": Option("int"),
            "received": Option(),
            "socket": Option(),
        }
    ),
    _contact,
    subject="contact",
)
