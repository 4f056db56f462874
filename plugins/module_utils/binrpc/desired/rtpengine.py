# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Media nodes of the module rtpengine."""

from __future__ import annotations

from ..faults import NotFound
from ..uri import fold
from .drive import Ask
from .guard import check_left
from .kind import Kind
from .leaf import Leaves
from .options import Option, Options, no_blanks
from .resource import Resource, StateError
from .step import DISABLE, ENABLE, Step

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, Iterable, List, Mapping, Optional, Sequence

    from .leaf import Address
    from .resource import Answers
    from .step import Change


ALL = "all"
"""In the place of a URL: all nodes."""

SILENT = (
    "status",
    "fail",
    "the node does not answer pings, so it would not be used. Say must_answer: false to allow it",
)


def node(shown: Mapping[str, Any]) -> Dict[str, bool]:
    """Return a node of rtpengine.show as {enabled, answers}, whatever the release.

    Up to 5.6 a node that was disabled on purpose reads "1(permanent)", and one that does not
    answer reads 1. Later, ``active`` tells the second.
    """
    disabled = shown["disabled"]
    if "active" in shown:
        return {"enabled": not disabled, "answers": bool(shown["active"])}
    return {"enabled": "permanent" not in str(disabled), "answers": disabled == 0}


def in_service(shown: Mapping[str, Any]) -> bool:
    """Does a node of rtpengine.show get calls: is it enabled, and does it answer?"""
    return all(node(shown).values())


class MediaNodes(Resource):
    """Whether nodes are enabled, by URL. What does not answer may still be enabled.

    :param url: of one node, in any case of letters, or "all".
    :param must_answer: a node that is enabled has to answer.
    :param least: how many nodes in service each set must keep if nodes are disabled; None for 1,
        and for 0 with "all".
    """

    persisted_by = "the database or the configuration says the same"

    def __init__(
        self, url: str, enabled: bool, must_answer: bool = True, least: Optional[int] = None
    ) -> None:
        self.url = url.strip()
        self.enabled = enabled
        self.must_answer = must_answer
        self.least = least

    def questions(self, answers: Answers) -> Iterable[Ask]:
        return [Ask("rtpengine.show", (ALL,))]

    def observe(self, answers: Answers) -> Leaves:
        try:
            values = answers.values("rtpengine.show", ALL)
        except NotFound as fault:
            raise StateError("no node %s: %s" % (self.url, fault.text.strip())) from fault
        found = {each["url"]: node(each) for each in values if self._means(each)}
        if not found:
            raise StateError(
                "no node %s. There are %s"
                % (self.url, ", ".join(sorted({each["url"] for each in values})))
            )
        seen = Leaves({("rtpengine", url): each["enabled"] for url, each in found.items()})
        seen.facts["silent"] = sorted(url for url, each in found.items() if not each["answers"])
        left: Dict[int, int] = {}
        taken: Dict[int, int] = {}
        for each in filter(in_service, values):
            counts = taken if self._means(each) else left
            counts[each["set"]] = counts.get(each["set"], 0) + 1
        seen.facts.update(left=left, taken=taken)
        return seen

    def _means(self, shown: Mapping[str, Any]) -> bool:
        return self.url == ALL or fold(shown["url"]) == fold(self.url)

    def resolve(self, seen: Leaves) -> Dict[Address, Any]:
        for number, taken in seen.facts["taken"].items() if not self.enabled else ():
            what = "working nodes would be left in set %d" % number
            left = seen.facts["left"].get(number, 0)
            check_left(left, taken, self.least, self.url == ALL, what)
        return dict.fromkeys(seen, self.enabled)

    def steps(self, changes: Sequence[Change], seen: Leaves) -> List[Step]:
        return [
            Step(
                "rtpengine.enable",
                change.address[1],
                int(change.after),
                phase=ENABLE if change.after else DISABLE,
                leaves={change.address: change.after},
                refusal=SILENT if change.after and self.enabled and self.must_answer else None,
            )
            for change in changes
        ]

    def show(self, leaves: Mapping[Address, Any]) -> Any:
        return {
            str(address[1]): "enabled" if enabled else "disabled"
            for address, enabled in leaves.items()
        }

    def members(self, seen: Leaves) -> Dict[str, Any]:
        return {"silent": [url for url in seen.facts["silent"] if seen.at(("rtpengine", url))]}


def _nodes(params: Dict[str, Any]) -> Resource:
    return MediaNodes(
        params["url"],
        params["state"] == "enabled",
        params["must_answer"],
        params["at_least_active"],
    )


NODES = Kind(
    "rtpengine_node",
    Options(
        {
            "url": Option(required=True, wrong=no_blanks),
            "state": Option(choices=["enabled", "disabled"], required=True),
            "must_answer": Option("bool", default=True),
            "at_least_active": Option("int", low=0),
        },
        only_if=[("state", "disabled", ["at_least_active"])],
    ),
    _nodes,
    subject="url",
)
