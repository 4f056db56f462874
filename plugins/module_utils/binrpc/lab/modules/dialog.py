# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``dlg.*``: dialogs (upstream ``dialog/dialog.c``)."""

from __future__ import annotations

import re

from ...faults import Fault
from ...values import Struct
from ..hashing import core_hash
from ..registry import Module, method

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, Iterable, Iterator, List, Mapping, Optional

SAMPLE: List[Dict[str, Any]] = [
    {
        "call-id": "lab-call-1",
        "from_uri": "sip:alice@example.com",
        "to_uri": "sip:bob@example.com",
        "state": 4,
        "caller": {"tag": "a1", "contact": "sip:alice@192.0.2.50:5060"},
        "callee": {"tag": "b1", "contact": "sip:bob@192.0.2.60:5060"},
        "profiles": {"caller": "alice", "inbound": None},
        "variables": {"color": "blue"},
    },
    {
        "call-id": "lab-call-2",
        "from_uri": "sip:carol@example.com",
        "to_uri": "sip:dave@example.com",
        "state": 2,
        "caller": {"tag": "a2", "contact": "sip:carol@192.0.2.52:5060"},
    },
]
SAMPLE_PROFILES = {"caller": True, "inbound": False}

UNCONFIRMED, EARLY, UNACKED, CONFIRMED, DELETED = 1, 2, 3, 4, 5
SLOTS = 4096
_TEXTS = ("call-id", "from_uri", "to_uri")
_NUMBERS = ("state", "start_ts", "init_ts", "end_ts")
_LEG = ("tag", "contact", "cseq", "route_set", "socket")
_KEYS = {"ruri": "req_uri", "furi": "from_uri", "turi": "to_uri", "callid": "call-id"}
_BRIEF = {
    "f": "from_uri",
    "t": "to_uri",
    "c": "call-id",
    "I": "init_ts",
    "S": "start_ts",
    "E": "end_ts",
    "s": "state",
}
_OPERATORS = ("eq", "re", "sw", "gt", "lt")


class Dialogs(Module):
    """The module dialog.

    :param dialogs: as ``dlg.list`` shows them, all but the call-id with a default, and
        ``req_uri``; ``profiles`` and ``variables`` are mappings, a profile without a value
        has None. None for two samples.
    :param profiles: the configured profiles: with a value or without.
    :ivar dialogs: the same, completed, in the order in which they began.
    """

    name = "dialog"
    loads = ("dialog",)

    def __init__(
        self,
        dialogs: Optional[Iterable[Mapping[str, Any]]] = None,
        profiles: Optional[Mapping[str, bool]] = None,
        timeout: int = 43200,
    ) -> None:
        if dialogs is None and profiles is None:
            profiles = SAMPLE_PROFILES
        self._given = list(SAMPLE if dialogs is None else dialogs)
        self.profiles: Dict[str, bool] = dict(profiles or {})
        self.timeout = timeout
        self.dialogs: List[Dict[str, Any]] = []

    def added(self) -> None:
        for number, given in enumerate(self._given, 1):
            self.add(given, number)
        self._given = []

    def add(self, given: Mapping[str, Any], number: int = 0) -> Dict[str, Any]:
        """Begin a dialog."""
        now = int(self.state.clock())
        state = given.get("state", CONFIRMED)
        begun = state >= CONFIRMED
        dialog: Dict[str, Any] = {
            "h_entry": core_hash(given["call-id"]) % SLOTS,
            "h_id": number,
            "ref": 2,
            "from_uri": "",
            "to_uri": "",
            "state": CONFIRMED,
            "init_ts": now,
            "end_ts": 0,
            "start_ts": now if begun else 0,
            "lifetime": self.timeout,
            "dflags": 1667,
            "sflags": 0,
            "iflags": 0,
            "profiles": {},
            "variables": {},
            **given,
        }
        dialog.setdefault("req_uri", dialog["to_uri"])
        dialog.setdefault("timeout", dialog["start_ts"] + dialog["lifetime"] if begun else 0)
        socket = "%s:%s:%s" % tuple(self.state.sockets[0]) if self.state.sockets else ""
        for leg in ("caller", "callee"):
            blank = {"tag": "", "contact": "", "cseq": "1", "route_set": "", "socket": socket}
            dialog[leg] = {**blank, **given.get(leg, {})}
        self.dialogs.append(dialog)
        return dialog

    def _in_order(self) -> List[Dict[str, Any]]:
        return sorted(self.dialogs, key=lambda dialog: int(dialog["h_entry"]))

    def _describe(self, dialog: Mapping[str, Any]) -> Struct:
        reply = Struct((name, dialog[name]) for name in ("h_entry", "h_id", "ref"))
        for name in (*_TEXTS, *_NUMBERS):
            reply.add(name, dialog[name])
        until = dialog["end_ts"] or int(self.state.clock())
        reply.add("duration", until - dialog["start_ts"] if dialog["start_ts"] else 0)
        for name in ("timeout", "lifetime", "dflags", "sflags", "iflags"):
            reply.add(name, dialog[name])
        for leg in ("caller", "callee"):
            reply.add(leg, Struct((name, dialog[leg][name]) for name in _LEG))
        alive = dialog["state"] < DELETED
        profiles = dialog["profiles"].items() if alive else ()
        variables = dialog["variables"].items() if alive else ()
        reply.add(
            "profiles",
            [name if value is None else Struct({name: value}) for name, value in profiles],
        )
        reply.add("variables", [Struct({name: value}) for name, value in variables])
        return reply

    # --- lists

    @method("dlg.list", "", help="Print all dialogs")
    @method("dlg.list_ctx", "", help="Print all dialogs with associated context")
    def list(self) -> List[Struct]:
        return [self._describe(dialog) for dialog in self._in_order()]

    @method(
        "dlg.dlg_list",
        help="Print dialog based on callid and optionally fromtag",
    )
    @method(
        "dlg.dlg_list_ctx",
        help="Print dialog with associated context based on callid and optionally fromtag",
    )
    def list_call(self, ctx: Any) -> List[Struct]:
        call = ctx.scan(".S")
        if call.count < 1:
            return []
        tag = ctx.scan("*.S")
        return [
            self._describe(dialog)
            for dialog in self._in_order()
            if dialog["call-id"] == call[0]
            and (tag.count != 1 or dialog["caller"]["tag"] == tag[0])
        ]

    @method("dlg.list_match", help="Print matching dialogs")
    @method("dlg.list_match_ctx", help="Print matching dialogs with associated context")
    def list_match(self, ctx: Any) -> List[Struct]:
        params = ctx.scan("SSS")
        if params.count < 3 or not all(params):
            raise Fault(500, "Invalid parameters")
        key, operator, value = params
        if key not in _KEYS and key != "start_ts":
            raise Fault(500, "Invalid matching key parameter")
        if operator not in _OPERATORS:
            raise Fault(500, "Invalid matching operator parameter")
        pattern = None
        if operator == "re":
            try:
                pattern = re.compile(value, re.IGNORECASE | re.MULTILINE)
            except re.error:
                raise Fault(500, "Invalid matching value parameter") from None
        limit = ctx.scan("*d")
        compares = operator in ("gt", "lt")
        if key == "start_ts" and not compares:
            raise Fault(500, "Matching operator not supported with start_ts key")
        if key != "start_ts" and compares:
            raise Fault(500, "Matching operator not supported")

        def fits(dialog: Mapping[str, Any]) -> bool:
            if compares:
                if not re.fullmatch("[0-9]+", value):
                    return False
                left, right = int(dialog["start_ts"]), int(value) & 0xFFFFFFFF
                return left > right if operator == "gt" else left < right
            text: str = dialog[_KEYS[key]]
            if pattern is not None:
                return pattern.search(text) is not None
            return text == value if operator == "eq" else text.startswith(value)

        found = [self._describe(dialog) for dialog in self._in_order() if fits(dialog)]
        if not found:
            raise Fault(404, "Not found")
        most = limit[0] if limit.count == 1 and limit[0] > 0 else len(found)
        return found[:most]

    @method("dlg.briefing", help="List the summary of dialog records in memory")
    def briefing(self, ctx: Any) -> Iterator[Struct]:
        params = ctx.scan("S")
        letters = params[0] if params.count == 1 else "ftcFT"
        for dialog in self._in_order():
            reply = Struct(h_entry=dialog["h_entry"], h_id=dialog["h_id"])
            for letter in letters:
                if letter in _BRIEF:
                    reply.add(_BRIEF[letter], dialog[_BRIEF[letter]])
                elif letter in "FT":
                    # The tag of the caller for both, indeed.
                    name = "from_tag" if letter == "F" else "to_tag"
                    reply.add(name, dialog["caller"]["tag"])
            yield reply

    @method("dlg.stats_active", help="Get stats about active dialogs")
    def stats(self, ctx: Any) -> Struct:
        ctx.scan("*d")
        reply = Struct()
        names = ("starting", "connecting", "answering", "ongoing")
        for state, name in enumerate(names, UNCONFIRMED):
            reply.add(name, sum(dialog["state"] == state for dialog in self.dialogs))
        reply.add("all", sum(reply.values()))
        return reply

    @method("dlg.dump_file", ".S", help="Print all dialogs to json file")
    def dump_file(self, path: str) -> None:
        """Write nothing: a lab leaves the file system alone."""

    # --- profiles

    @method("dlg.profile_get_size", help="Returns the number of dialogs belonging to a profile")
    def profile_size(self, ctx: Any) -> Optional[int]:
        dialogs = self._in_profile(ctx)
        return None if dialogs is None else len(dialogs)

    @method("dlg.profile_list", help="Lists all the dialogs belonging to a profile")
    def profile_list(self, ctx: Any) -> List[Struct]:
        return [self._describe(dialog) for dialog in self._in_profile(ctx) or ()]

    def _in_profile(self, ctx: Any) -> Optional[List[Dict[str, Any]]]:
        name = ctx.scan(".S")
        if name.count < 1:
            return None
        value = ctx.scan("*.S")
        if name[0] not in self.profiles:
            raise Fault(404, "Profile not found: %s" % name[0])
        any_value = value.count < 1 or not self.profiles[name[0]]
        return [
            dialog
            for dialog in sorted(self.dialogs, key=lambda each: _profile_slot(each, name[0]))
            if name[0] in dialog["profiles"]
            and (any_value or dialog["profiles"][name[0]] == value[0])
        ]

    # --- one dialog

    def _find(self, call: str, from_tag: str, to_tag: str) -> Optional[Dict[str, Any]]:
        undecided = None
        for dialog in self.dialogs:
            if dialog["call-id"] != call:
                continue
            caller, callee = dialog["caller"]["tag"], dialog["callee"]["tag"]
            if not callee:
                if caller in (from_tag, to_tag):
                    undecided = dialog
            elif (caller, callee) in ((from_tag, to_tag), (to_tag, from_tag)) or (
                not to_tag and dialog["state"] == UNACKED and caller == from_tag
            ):
                return dialog
        return undecided

    @method("dlg.end_dlg", help="End a given dialog based on [h_entry] [h_id]")
    def end(self, ctx: Any) -> None:
        params = ctx.scan("dd")
        if params.count < 2:
            raise Fault(500, "Invalid parameters")
        for dialog in self.dialogs:
            if [dialog["h_entry"], dialog["h_id"]] == params:
                # Both sides say yes to the BYE at once.
                self.dialogs.remove(dialog)
                return
        raise Fault(404, "Dialog not found")

    @method(
        "dlg.terminate_dlg",
        ".S.S.S",
        help="End a given dialog based on callid",
        missing=(400, "Need a Callid ,from tag ,to tag"),
    )
    def terminate(self, call: str, from_tag: str, to_tag: str) -> None:
        dialog = self._find(call, from_tag, to_tag)
        if dialog is None:
            raise Fault(500, "Couldnt find callid in dialog")
        self.dialogs.remove(dialog)

    @method(
        "dlg.is_alive",
        ".S.S.S",
        help="Check whether dialog is alive or not",
        missing=(400, "Too few parameters (required callid, from-tag, to-tag)"),
    )
    def is_alive(self, call: str, from_tag: str, to_tag: str) -> str:
        dialog = self._find(call, from_tag, to_tag)
        if dialog is None:
            raise Fault(404, "Dialog not found")
        if dialog["state"] != CONFIRMED:
            raise Fault(500, "Dialog not in confirmed state")
        return "Alive"

    @method(
        "dlg.set_state",
        ".S.S.Sd",
        help="Set state for a dialog based on callid and tags",
        missing=(400, "Need the callid, from tag,to tag and state"),
    )
    def set_state(self, call: str, from_tag: str, to_tag: str, state: int) -> str:
        if not UNCONFIRMED <= state <= DELETED:
            raise Fault(500, "Invalid state value")
        dialog = self._find(call, from_tag, to_tag)
        if dialog is None:
            raise Fault(500, "Dialog not found")
        if dialog["state"] == CONFIRMED and state == DELETED:
            dialog["init_ts"] = dialog["end_ts"] = int(self.state.clock())
        dialog["state"] = state
        return "Done"

    @method(
        "dlg.bridge_dlg",
        help="Bridge two SIP addresses in a call using INVITE(hold)-REFER-BYE mechanism:"
        " to, from, [outbound SIP proxy]",
    )
    def bridge(self, ctx: Any) -> None:
        if ctx.scan("SS").count < 2:
            raise Fault(500, "Invalid parameters")


def _profile_slot(dialog: Mapping[str, Any], profile: str) -> int:
    return core_hash(dialog["profiles"].get(profile) or dialog["call-id"]) % 16
