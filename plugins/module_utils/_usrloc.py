# Copyright: The kamailio-binrpc authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: GPL-3.0-or-later

# Contacts of the module usrloc. Private to this collection.

from __future__ import annotations

from ._state import Area, StateError, Step
from .binrpc.faults import NotFound
from .binrpc.values import set_text, unsigned

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


class Contact(Area):
    """One contact: ``{}``, or its fields and ``permanent``.

    :param fields: those of FIELDS that matter.
    :param expires: seconds; 0 for a permanent contact; None to leave it.
    """

    lost = "usrloc stores its contacts in the database"

    def __init__(self, table, aor, contact, present=True, expires=None, **fields):
        self.table = table
        self.aor = aor
        self.contact = contact
        self.present = present
        self.expires = expires
        self.fields = {name: value for name, value in fields.items() if value is not None}
        for name in ("flags", "cflags", "methods"):
            if name in self.fields:
                self.fields[name] = unsigned(self.fields[name])

    def read(self, server):
        try:
            values = server.ask("ul.lookup", self.table, self.aor)
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
    def _fields(contact):
        have = {name: contact[member] for name, member in FIELDS.items()}
        for name in ("path", "received", "socket"):
            have[name] = set_text(have[name])
        for name in ("flags", "cflags", "methods"):
            have[name] = unsigned(have[name])
        have["permanent"] = contact["Expires"] == "permanent"
        return have

    def want(self, have):
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

    def steps(self, have, want):
        if not want:
            params = (self.table, self.aor, self.contact)
            return [Step("ul.rm_contact", *params, tolerate=[NotFound])]
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

    def hint(self, fault):
        if fault.method == "ul.lookup":
            return "The address of record may have more contacts than fit into a reply"
        return ""
