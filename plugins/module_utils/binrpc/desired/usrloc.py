# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Contacts of the module usrloc."""

from __future__ import annotations

from ..faults import NotFound
from ..values import set_text, unsigned
from .drive import ask
from .engine import Resource, StateError, Step
from .kind import Kind
from .options import Option, Options

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, Mapping, Optional

    from ..faults import Fault
    from .drive import Talk
    from .engine import Plan

FIELDS = {
    "q": "Q",
    "path": "Path",
    "flags": "Flags",
    "cflags": "CFlags",
    "methods": "Methods",
    "received": "Received",
    "socket": "Socket",
}
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
    """One contact: ``{}``, or its fields and ``permanent``.

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
        self.fields = {name: value for name, value in fields.items() if value is not None}
        for name in ("flags", "cflags", "methods"):
            if name in self.fields:
                self.fields[name] = unsigned(self.fields[name])

    def read(self) -> Talk[Any]:
        try:
            values = yield from ask("ul.lookup", self.table, self.aor)
        except NotFound as fault:
            if "table" in fault.text.lower() and "aor" not in fault.text.lower():
                raise StateError("there is no location table %s" % self.table) from fault
            return {}
        for each in values[0]["Contacts"]:
            contact = each["Contact"]
            left = contact["Expires"]
            if contact["Address"] == self.contact and left not in ("deleted", "expired"):
                return self._fields(contact)
        return {}

    @staticmethod
    def _fields(contact: Mapping[str, Any]) -> Dict[str, Any]:
        have = {name: contact[member] for name, member in FIELDS.items()}
        for name in ("path", "received", "socket"):
            have[name] = set_text(have[name])
        for name in ("flags", "cflags", "methods"):
            have[name] = unsigned(have[name])
        have["permanent"] = contact["Expires"] == "permanent"
        return have

    def want(self, have: Any) -> Any:
        if not self.present:
            return {}
        want = dict(have or dict(DEFAULTS, permanent=True), **self.fields)
        if self.expires is not None:
            want["permanent"] = self.expires == 0
        if want != have and not want["permanent"] and not self.expires:
            raise StateError(
                "the contact expires, so that expires has to be given as well to change it"
            )
        return want

    def steps(self, have: Any, want: Any) -> Plan:
        if not want:
            params = (self.table, self.aor, self.contact)
            return [Step("ul.rm_contact", *params, accepts=[NotFound])]
        numbers = [want[name] for name in ("flags", "cflags", "methods")]
        # What is left out would be stored as whatever lies in memory.
        step = Step(
            "ul.add",
            self.table,
            self.aor,
            self.contact,
            0 if want["permanent"] else self.expires,
            float(want["q"]),
            want["path"] or ".",
            *numbers,
            want["received"] or ".",
            want["socket"] or ".",
        )
        return [step]

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
