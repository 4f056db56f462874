# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Dialogs of the module dialog: how many there are, and ending some of them."""

from __future__ import annotations

from ..errors import BinrpcError
from ..faults import Fault, NotFound
from .drive import Ask, ask, ask_or
from .kind import Kind
from .leaf import ABSENT, Leaves
from .options import Option, Options
from .outcome import fault_data, message
from .resource import Resource, StateError
from .step import REMOVE, Step
from .waiting import wait_until

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, Iterable, List, Mapping, Optional, Sequence, Tuple

    from .drive import Talk
    from .leaf import Address
    from .resource import Answers
    from .step import Change

    Match = Sequence[str]
    Result = Dict[str, Any]

ANSWERED = (3, 4)
DELETED = 5


def matching(match: Match) -> Talk[List[Any]]:
    """Return the dialogs that fit ``(key, operator, value)`` and are not over."""
    try:
        values = yield from ask("dlg.list_match", *match)
    except NotFound:
        return []
    return [each for each in values if each["state"] < DELETED]


def count(
    match: Optional[Match] = None,
    profile: Optional[str] = None,
    profile_value: Optional[str] = None,
) -> Talk[int]:
    """Return how many dialogs there are: that fit, in a profile, or in all."""
    if match:
        return len((yield from matching(match)))
    if profile:
        params = [profile] if profile_value is None else [profile, profile_value]
        return int((yield from ask("dlg.profile_get_size", *params))[0])
    return int((yield from ask("dlg.stats_active"))[0]["all"])


class EndedDialogs(Resource):
    """Answered dialogs that fit, by entry and id: those seen at first, and no newer ones.

    :param match: key, operator and value, as ``dlg.list_match`` takes them.
    :param at_most: how many may match, or None for any number.
    :param wait: seconds until both sides have to agree to the end.
    """

    fixed = True

    def __init__(self, match: Match, at_most: Optional[int] = None, wait: float = 10.0) -> None:
        self.match = tuple(match)
        self.at_most = at_most
        # Both sides have to agree to the end, which takes a while.
        self.settles = wait

    def questions(self, answers: Answers) -> Iterable[Ask]:
        return [Ask("dlg.list_match", self.match)]

    def observe(self, answers: Answers) -> Leaves:
        try:
            values = answers.values("dlg.list_match", *self.match)
        except NotFound:
            values = []
        leaves = Leaves(others=0)
        for each in values:
            if each["state"] in ANSWERED:
                leaves["dialog", each["h_entry"], each["h_id"]] = {
                    "call_id": each["call-id"],
                    "from_uri": each["from_uri"],
                    "to_uri": each["to_uri"],
                }
            elif each["state"] < DELETED:
                leaves.facts["others"] += 1
        return leaves

    def resolve(self, seen: Leaves) -> Dict[Address, Any]:
        if self.at_most is not None and len(seen) > self.at_most:
            raise StateError("%d dialogs match, at most %d may" % (len(seen), self.at_most))
        return dict.fromkeys(seen, ABSENT)

    def steps(self, changes: Sequence[Change], seen: Leaves) -> List[Step]:
        return [
            Step(
                "dlg.end_dlg",
                *change.address[1:],
                phase=REMOVE,
                leaves={change.address: ABSENT},
                accepts=[NotFound],
            )
            for change in changes
        ]

    def restorable(self, address: Address, found: Any, old: Any) -> str:
        return "a call that was ended does not come back"

    def show(self, leaves: Mapping[Address, Any]) -> Any:
        return {each["call_id"]: each for each in leaves.values() if each is not ABSENT}

    def members(self, seen: Leaves) -> Dict[str, Any]:
        return {"unanswered": seen.facts["others"]}


def drained(params: Mapping[str, Any], check_mode: bool = False) -> Talk[Result]:
    """Wait until no dialog is left, and return the result; in check mode, only count them.

    :param params: options of DIALOGS, checked.
    """
    result: Result = {
        "changed": False,
        "failed": False,
        "before": None,
        "after": None,
        "rpc_calls": [],
        "fault": None,
        "warnings": [],
        "remaining": None,
        "progress": [],
    }

    def check() -> Talk[Tuple[bool, Any]]:
        left = yield from count(match_of(params), params["profile"], params["profile_value"])
        return left == 0, left

    timeout = 0 if check_mode else params["wait_timeout"]
    try:
        wait = yield from wait_until(check, timeout, params["poll"])
    except BinrpcError as error:
        result["failed"] = True
        result["msg"] = message(error)
        if isinstance(error, Fault):
            result["fault"] = fault_data(error)
        return result
    result["progress"] = wait.seen
    result["remaining"] = wait.seen[-1]["value"]
    result["before"] = {"dialogs": wait.seen[0]["value"]}
    result["after"] = {"dialogs": wait.seen[-1]["value"]}
    if not wait.met and not check_mode:
        result["failed"] = True
        result["msg"] = "%s dialogs are left after %g s (wait_timeout)" % (
            result["remaining"],
            timeout,
        )
    return result


def match_of(params: Mapping[str, Any]) -> Optional[Match]:
    """Return key, operator and value of the option ``match``, or None."""
    match = params["match"]
    return match and [match[name] for name in ("key", "operator", "value")]


def _ended(params: Dict[str, Any]) -> Resource:
    match = match_of(params)
    if params["state"] != "absent" or match is None:
        raise StateError("drained is waited for, not made; state: absent with match ends dialogs")
    return EndedDialogs(match, params["require_matches_max"], params["wait_timeout"])


DIALOGS = Kind(
    "dialog",
    Options(
        {
            "state": Option(choices=["drained", "absent"], required=True),
            "match": Option(
                "dict",
                options={
                    "key": Option(
                        choices=["ruri", "furi", "turi", "callid", "start_ts"],
                        required=True,
                        secret=False,
                    ),
                    "operator": Option(choices=["eq", "re", "sw", "gt", "lt"], default="eq"),
                    "value": Option(required=True),
                },
            ),
            "profile": Option(),
            "profile_value": Option(),
            "require_matches_max": Option("int", low=0),
            "wait_timeout": Option("float", default=300, low=0),
            "poll": Option("float", default=2, above=0),
        },
        required_if=[("state", "absent", ["match"])],
        only_if=[
            ("state", "absent", ["require_matches_max"]),
            ("state", "drained", ["profile", "profile_value", "poll"]),
        ],
        required_by={"profile_value": ["profile"]},
        mutually_exclusive=[("match", "profile")],
    ),
    _ended,
)


STATES = {1: "unconfirmed", 2: "early", 3: "confirmed_without_ack", 4: "confirmed", 5: "deleted"}
INFO = Options({"match": DIALOGS.options.fields["match"]})


def describe(params: Mapping[str, Any]) -> Talk[Dict[str, Any]]:
    """Return dialogs that are not over, each with the match that means it alone.

    :param params: options of INFO.
    """
    match = match_of(params)
    if match:
        found = yield from matching(match)
    else:
        values: List[Any] = yield from ask_or([], "not found", "dlg.list")
        found = [each for each in values if each["state"] < DELETED]
    return {
        "dialogs": [
            {
                "match": {"key": "callid", "operator": "eq", "value": each["call-id"]},
                "call_id": each["call-id"],
                "from_uri": each["from_uri"],
                "to_uri": each["to_uri"],
                "state": STATES.get(each["state"], str(each["state"])),
                "started": each["start_ts"],
                "duration": each["duration"],
            }
            for each in found
        ]
    }
