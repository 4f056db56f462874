# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``ulpcscf.*``: contacts at a P-CSCF (upstream ``ims_usrloc_pcscf/ul_rpc.c``)."""

from __future__ import annotations

from ...values import Struct
from ..registry import Module, method

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, Iterable, List, Mapping, Optional

    Row = Mapping[str, Any]

SAMPLE: List[Dict[str, Any]] = [
    {"aor": "sip:alice@192.0.2.50:5060", "path": "<sip:term@pcscf.ims.example.com;lr>"},
    {"aor": "sip:bob@192.0.2.51:5060", "state": "registration pending, aar sent", "expires": 60},
]
SLOTS = 512


class PcscfContacts(Module):
    """The module ims_usrloc_pcscf.

    :param contacts: each with ``aor``, ``state``, ``expires`` in seconds from the start (0: it is
        permanent) and ``path``; None for samples.
    :param domain: the table, "" for none, as without ims_registrar_pcscf.
    :ivar contacts: the same, with all members; ``expires`` in seconds since 1970.
    """

    name = "ims_usrloc_pcscf"
    loads = ("ims_usrloc_pcscf",)

    def __init__(self, contacts: Optional[Iterable[Row]] = None, domain: str = "location") -> None:
        self._given = SAMPLE if contacts is None else list(contacts)
        self.domain = domain
        self.contacts: List[Dict[str, Any]] = []

    def added(self) -> None:
        now = int(self.state.clock())
        for given in self._given:
            one = {"state": "registered", "expires": 3600, "path": "", **given}
            one["expires"] = now + one["expires"] if one["expires"] else 0
            self.contacts.append(one)

    @method("ulpcscf.status", "", help="Dump PCSCF contacts and associated identitites")
    def status(self) -> Optional[Struct]:
        if not self.domain:
            return None
        now = int(self.state.clock())
        aors = Struct()
        # In 5.6 the code that lists contacts is commented out.
        for each in self.contacts if self.state.release >= (6, 0) else ():
            aors.add("AoR", each["aor"])
            aors.add("State", each["state"])
            aors.add("Expires", _expires(each["expires"], now))
            aors.add("Path", each["path"])
        # Contacts are spread by the address that they came from, which a lab has not.
        fullest = min(len(self.contacts), 1)
        aors.add("Stats", Struct([("Records", len(self.contacts)), ("Max-Slots", fullest)]))
        return Struct(Domain=self.domain, Size=SLOTS, AoRs=aors)


def _expires(expires: int, now: int) -> Any:
    if expires == 0:
        return "permanent"
    return "expired" if now > expires else expires - now
