# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``peerstate.*``: who is registered or in a call (upstream ``peerstate/peerstate_mod.c``)."""

from __future__ import annotations

from ...faults import Fault
from ...values import Struct
from ..hashing import core_hash
from ..registry import Module, method

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, Iterable, List, Mapping, Optional

    Row = Mapping[str, Any]

SAMPLE: List[Dict[str, Any]] = [
    {"name": "alice@example.com", "state": "INUSE", "call_count": 1, "registered": "yes"},
    {"name": "bob@example.com", "registered": "yes"},
    {"name": "carol@example.com", "state": "UNAVAILABLE"},
]
STATES = ("NOT_INUSE", "INUSE", "RINGING", "UNAVAILABLE")
SLOTS = 4096
_STATES = ", ".join(STATES)


class PeerStates(Module):
    """The module peerstate, which 6.1 is the first to have.

    :param peers: each with ``name`` (user@host), ``state`` (NOT_INUSE, INUSE, RINGING,
        UNAVAILABLE), ``call_count`` and ``registered`` (yes or no); None for samples.
    :ivar peers: the members of each by its name, in the order of their arrival.
    """

    name = "peerstate"
    loads = ("peerstate",)

    def __init__(self, peers: Optional[Iterable[Row]] = None) -> None:
        self.peers: Dict[str, Dict[str, Any]] = {}
        for given in SAMPLE if peers is None else peers:
            self.peers[given["name"]] = _peer(**given)

    def registered(self, name: str, present: bool) -> None:
        """Take note of the first contact of an address, or of the end of its last."""
        peer = self.peers.setdefault(name, _peer(name))
        if present and peer["state"] == "UNAVAILABLE":
            peer["state"] = "NOT_INUSE"
        elif not present and peer["state"] == "NOT_INUSE":
            peer["state"] = "UNAVAILABLE"
        peer["registered"] = "yes" if present else "no"

    def _in_order(self, *states: str) -> List[Struct]:
        """Return the peers in some states slot by slot, the newest of each slot first."""
        newest_first = reversed(list(self.peers.values()))
        chosen = [peer for peer in newest_first if peer["state"] in states]
        return [Struct(peer) for peer in sorted(chosen, key=_slot)]

    @method(
        "peerstate.get_peer",
        "S",
        help="Get state information for specific peer",
        missing=(400, "Peer parameter required"),
        since=(6, 1),
    )
    def get_peer(self, name: str) -> Struct:
        if name not in self.peers:
            raise Fault(404, "Peer not found")
        peer = self.peers[name]
        return Struct(
            peer=name,
            state=peer["state"],
            call_count=peer["call_count"],
            registered=peer["registered"],
        )

    @method("peerstate.stats", "", help="Get cache statistics", since=(6, 1))
    def stats(self) -> Struct:
        peers = self.peers.values()
        return Struct(
            total_peers=len(peers),
            incall_peers=sum(each["state"] in ("INUSE", "RINGING") for each in peers),
            registered_peers=sum(each["registered"] == "yes" for each in peers),
        )

    @method(
        "peerstate.list",
        "S",
        help="List all peers in specific state (%s)" % _STATES,
        missing=(400, "State parameter required (%s)" % _STATES),
        since=(6, 1),
    )
    def list(self, text: str) -> Struct:
        # It compares as many letters as the state has: INUSEFUL is INUSE to it.
        for state in STATES:
            if text.upper().startswith(state):
                break
        else:
            raise Fault(400, "Invalid state (use: %s)" % _STATES)
        peers = self._in_order(state)
        return Struct(Peers=Struct(count=len(peers), state=text, Peer=peers))

    @method("peerstate.dump", "", help="Dump all cache entries", since=(6, 1))
    def dump(self) -> Struct:
        peers = self._in_order(*STATES)
        return Struct(Peers=Struct(count=len(peers), Peer=peers))


def _peer(
    name: str, state: str = "NOT_INUSE", call_count: int = 0, registered: str = "no"
) -> Dict[str, Any]:
    if state not in STATES:
        raise ValueError("no state %r; there are %s" % (state, _STATES))
    return {"name": name, "state": state, "call_count": call_count, "registered": registered}


def _slot(peer: Mapping[str, Any]) -> int:
    return core_hash(peer["name"]) % SLOTS
