# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``ulscscf.*``: public identities at an S-CSCF (upstream ``ims_usrloc_scscf/ul_rpc.c``)."""

from __future__ import annotations

from ...values import Struct
from ..hashing import core_hash
from ..registry import Module, method

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, Mapping, Optional

SAMPLE: Dict[str, Dict[str, Any]] = {
    "sip:alice@ims.example.com": {
        "impi": "alice@ims.example.com",
        "profiles": [["sip:alice@ims.example.com", "tel:+4930123456"]],
        "contacts": {"sip:alice@192.0.2.50:5060": {"client": "Lab phone 1.0"}},
    }
}
SLOTS = 512


class ScscfIdentities(Module):
    """The module ims_usrloc_scscf.

    :param identities: public identity to ``state`` (registered, not registered, unregistered),
        ``barring``, ``ccf1``, ``ccf2``, ``ecf1``, ``ecf2``, ``impi``, ``profiles`` (public
        identities of each) and ``contacts``: URI to ``expires`` in seconds from the start and
        ``client``; None for samples.
    :param domain: the table, "" for none, as without ims_registrar_scscf.
    :ivar identities: the same, with all members.
    """

    name = "ims_usrloc_scscf"
    loads = ("ims_usrloc_scscf",)

    def __init__(
        self,
        identities: Optional[Mapping[str, Mapping[str, Any]]] = None,
        domain: str = "location",
    ) -> None:
        self._given = SAMPLE if identities is None else identities
        self.domain = domain
        self.identities: Dict[str, Dict[str, Any]] = {}

    def added(self) -> None:
        now = int(self.state.clock())
        for impu, given in self._given.items():
            one: Dict[str, Any] = {"state": "registered", "barring": 0}
            one.update(dict.fromkeys(("ccf1", "ccf2", "ecf1", "ecf2", "impi"), ""))
            one.update(given)
            one["contacts"] = {
                uri: {"expires": now + each.get("expires", 3600), "client": each.get("client", "")}
                for uri, each in given.get("contacts", {}).items()
            }
            self.identities[impu] = one

    @method("ulscscf.status", "", help="Dump SCSCF user location tables")
    def status(self) -> Optional[Struct]:
        if not self.domain:
            return None
        slots = [core_hash(impu) % SLOTS for impu in self.identities]
        fullest = max(map(slots.count, slots), default=0)
        stats = Struct([("Records", len(slots)), ("Max-Slots", fullest)])
        return Struct(Domain=self.domain, Size=SLOTS, Stats=stats)

    @method(
        "ulscscf.showimpu",
        "S",
        help="Dump SCSCF IMPU information",
        missing=(400, "required IMPU argument"),
    )
    def showimpu(self, impu: str) -> Optional[Struct]:
        one = self.identities.get(impu)
        if one is None or self.domain != "location":
            return None
        now = int(self.state.clock())
        profiles = Struct(
            (str(number), Struct(impus=_numbered(impus)))
            for number, impus in enumerate(one.get("profiles", ()), 1)
        )
        contacts = Struct(
            (uri, Struct(expires=each["expires"] - now, client=each["client"]))
            for uri, each in one["contacts"].items()
        )
        names = ("state", "barring", "ccf1", "ccf2", "ecf1", "ecf2")
        reply = Struct([("impu", impu), *((name, one[name]) for name in names)])
        reply.add("subscription", Struct([("impi", one["impi"]), ("service profiles", profiles)]))
        reply.add("contacts", contacts)
        return reply

    @method(
        "ulscscf.snapshot",
        "S",
        help="Dump snapshot of SCSCF usrloc to file",
        missing=(400, "required filename to dump usrloc snapshot to"),
    )
    def snapshot(self, path: str) -> None:
        """Write nothing: a lab server does not touch files that its clients name."""


def _numbered(values: Any) -> Struct:
    return Struct((str(number), value) for number, value in enumerate(values, 1))
