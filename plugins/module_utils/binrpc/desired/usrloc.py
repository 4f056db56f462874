# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Contacts of the module usrloc."""

from __future__ import annotations

from ..faults import NotFound
from ..values import set_text, unsigned
from .drive import Ask, ask
from .kind import Kind
from .leaf import ABSENT, Leaves
from .options import Option, Options, no_blanks
from .resource import Resource, StateError
from .step import ADD, REMOVE, Step

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, Iterable, List, Mapping, Optional, Sequence

    from ..faults import Fault
    from .drive import Talk
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


GONE = ("deleted", "expired")
"""In the place of the seconds that are left."""


class UsrlocContact(Resource):
    """One contact: its fields, whether it is permanent, and who made it.

    :param fields: those of FIELDS that matter.
    :param expires: seconds; 0 for a permanent contact; None to leave it.
    :param adopt: may a contact that a phone has registered be changed? Its Call-ID and CSeq go, and
        the phone can no longer refresh it.
    """

    persisted_by = "usrloc stores its contacts in the database"

    def __init__(
        self,
        table: str,
        aor: str,
        contact: str,
        present: bool = True,
        expires: Optional[int] = None,
        adopt: bool = True,
        **fields: Any,
    ) -> None:
        self.table = table
        self.aor = aor
        self.contact = contact
        self.present = present
        self.expires = expires
        self.adopt = adopt
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
            if contact["Address"] == self.contact and left not in GONE:
                leaves: Leaves = Leaves({self.address: self.fields_of(contact)})
                leaves.facts["left"] = 0 if left == "permanent" else left
                leaves[self.expires_at] = leaves.facts["left"]
                leaves[self.by_rpc] = str(contact.get("Call-ID")).endswith(BY_RPC)
                return leaves
        return Leaves()

    @staticmethod
    def fields_of(contact: Mapping[str, Any]) -> Dict[str, Any]:
        """Return a contact of a reply as a state."""
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

    def became(self, address: Address, value: Any, found: Any) -> bool:
        if self.equal(address, value, found):
            return True
        # Time runs down, and only another client adds to it.
        timed = address == self.expires_at and isinstance(value, int) and isinstance(found, int)
        return timed and 0 < found <= value

    def resolve(self, seen: Leaves) -> Dict[Address, Any]:
        have = seen.at(self.address)
        if not self.present:
            self._check_maker(have is not ABSENT, seen)
            return {self.address: ABSENT}
        known = {} if have is ABSENT else have
        want = dict(known or dict(DEFAULTS, permanent=True), **self.fields)
        if self.expires is not None:
            want["permanent"] = self.expires == 0
        if want != known and not want["permanent"] and not self.expires:
            raise StateError(
                "the contact expires, so that expires has to be given as well to change it"
            )
        self._check_maker(bool(known) and want != known, seen)
        return {self.address: want}

    def _check_maker(self, differs: bool, seen: Leaves) -> None:
        """Refuse to change what a phone has registered.

        :raises StateError: a phone did, and that is not allowed.
        """
        if differs and not self.adopt and seen.at(self.by_rpc) is False:
            raise StateError(
                "a phone has registered %s for %s; to write over it, say adopt: true"
                % (self.contact, self.aor)
            )

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


def _q(value: float) -> str:
    return "" if value == DEFAULTS["q"] or 0 <= value <= 1 else "write 0 to 1, or -1 for unset"


CONTACT = Kind(
    "usrloc_contact",
    Options(
        {
            "table": Option(default="location"),
            "aor": Option(required=True, wrong=no_blanks),
            "contact": Option(required=True, wrong=no_blanks),
            "state": Option(choices=["present", "absent"], default="present"),
            "expires": Option("int", low=0),
            "q": Option("float", wrong=_q),
            "path": Option(empty="unset"),
            "flags": Option("int", high=2**32 - 1),
            "cflags": Option("int", high=2**32 - 1),
            "methods": Option("int", high=2**32 - 1),
            "received": Option(empty="unset"),
            "socket": Option(empty="unset"),
        },
        only_if=[("state", "present", ["expires", *FIELDS])],
    ),
    _contact,
    subject="contact",
)


INFO = Options({"table": Option(default="location"), "aor": Option()})


def describe(params: Mapping[str, Any]) -> Talk[Dict[str, Any]]:
    """Return contacts in the words of the options of CONTACT.

    :param params: options of INFO.
    """
    table, aor = params["table"], params["aor"]
    if aor is None:
        values = yield from ask("ul.dump")
        domains = [each["Domain"] for each in values[0]["Domains"]]
        records = [
            info["Info"] for each in domains if each["Domain"] == table for info in each["AoRs"]
        ]
    else:
        try:
            records = yield from ask("ul.lookup", table, aor)
        except NotFound:
            records = []
    contacts: List[Dict[str, Any]] = []
    left: Dict[str, int] = {}
    for record in records:
        for each in record["Contacts"]:
            contact = each["Contact"]
            if contact["Expires"] in GONE:
                continue
            fields = UsrlocContact.fields_of(contact)
            # Of a contact that expires, any time would be a wish for another one.
            expires = {"expires": 0} if fields.pop("permanent") else {}
            if not expires:
                left[contact["Address"]] = contact["Expires"]
            of = {"table": table, "aor": record["AoR"], "contact": contact["Address"]}
            contacts.append({**of, **expires, **fields})
    return {"contacts": contacts, "left": left}
