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
    from typing import Any, Dict, Iterable, List, Mapping, Optional, Sequence, Union

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

    :param url: of one node, in any case of letters, or "all"; or a mapping from URLs to whether
        they are enabled.
    :param enabled: whether they are, where ``url`` is not a mapping.
    :param must_answer: a node that is enabled has to answer.
    :param least: how many nodes in service each set must keep if nodes are disabled; None for 1,
        and for 0 with "all".
    """

    persisted_by = "the database or the configuration says the same"

    def __init__(
        self,
        url: Union[str, Mapping[str, bool]],
        enabled: bool = True,
        must_answer: bool = True,
        least: Optional[int] = None,
    ) -> None:
        nodes = {url: enabled} if isinstance(url, str) else url
        self.nodes = {each.strip(): value for each, value in nodes.items()}
        self._folded = {fold(each): value for each, value in self.nodes.items()}
        if len(self._folded) < len(nodes):
            raise StateError("a node is given twice")
        self.must_answer = must_answer
        self.least = least

    def questions(self, answers: Answers) -> Iterable[Ask]:
        return [Ask("rtpengine.show", (ALL,))]

    def observe(self, answers: Answers) -> Leaves:
        try:
            values = answers.values("rtpengine.show", ALL)
        except NotFound as fault:
            names = ", ".join(self.nodes)
            raise StateError("no node %s: %s" % (names, fault.text.strip())) from fault
        found = {each["url"]: node(each) for each in values if self._wanted(each) is not None}
        known = {fold(each["url"]) for each in values}
        missing = [each for each in self.nodes if each != ALL and fold(each) not in known]
        if missing:
            raise StateError(
                "no node %s. There are %s"
                % (", ".join(missing), ", ".join(sorted({each["url"] for each in values})))
            )
        seen = Leaves({("rtpengine", url): each["enabled"] for url, each in found.items()})
        # Not disturbed by a change; a way back has to know how many were enabled.
        seen.neighbours = {
            ("rtpengine", each["url"]): node(each)["enabled"]
            for each in values
            if each["url"] not in found
        }
        seen.facts["sets"] = {each["url"]: each["set"] for each in values}
        seen.facts["serving"] = sorted(each["url"] for each in filter(in_service, values))
        seen.facts["silent"] = sorted(url for url, each in found.items() if not each["answers"])
        left: Dict[int, int] = {}
        taken: Dict[int, int] = {}
        for each in values:
            wanted = self._wanted(each)
            # One that is brought back has to answer before others go.
            back = bool(wanted) and self.must_answer and not node(each)["enabled"]
            if in_service(each) or back:
                counts = taken if wanted is False else left
                counts[each["set"]] = counts.get(each["set"], 0) + 1
        seen.facts.update(left=left, taken=taken)
        return seen

    def _wanted(self, shown: Mapping[str, Any]) -> Optional[bool]:
        """Return whether a node has to be enabled; None if it is not meant."""
        return self._folded.get(fold(shown["url"]), self.nodes.get(ALL))

    def resolve(self, seen: Leaves) -> Dict[Address, Any]:
        for number, taken in seen.facts["taken"].items():
            what = "working nodes would be left in set %d" % number
            left = seen.facts["left"].get(number, 0)
            check_left(left, taken, self.least, ALL in self.nodes, what)
        return {address: self._wanted({"url": address[1]}) for address in seen}

    def steps(self, changes: Sequence[Change], seen: Leaves) -> List[Step]:
        return [
            Step(
                "rtpengine.enable",
                change.address[1],
                int(change.after),
                phase=ENABLE if change.after else DISABLE,
                leaves={change.address: change.after},
                refusal=SILENT if self._must_answer(change) else None,
            )
            for change in changes
        ]

    def _must_answer(self, change: Change) -> bool:
        # What goes back may be as silent as it was.
        url = {"url": change.address[1]}
        return bool(self.must_answer and change.after and self._wanted(url))

    def too_few(self, before: Leaves, now: Leaves, after: Mapping[Address, Any]) -> str:
        sets = now.facts["sets"]
        least = 1 if self.least is None else self.least
        for address, enabled in after.items():
            url = str(address[1])
            if enabled or url not in now.facts["serving"]:
                continue
            number = sets[url]
            mine = [("rtpengine", each) for each in sets if sets[each] == number]
            was = sum(before.at(each) is True for each in mine)
            left = [
                each
                for each in now.facts["serving"]
                if sets[each] == number and after.get(("rtpengine", each)) is not False
            ]
            if len(left) < min(was, least):
                return (
                    "only %d working nodes would be left in set %d, and at least %d must stay"
                    % (len(left), number, least)
                )
        return ""

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
