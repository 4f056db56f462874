# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Media nodes of the module rtpengine."""

from __future__ import annotations

from ..faults import NotFound
from ..uri import fold
from .drive import ask
from .engine import Resource, StateError, Step
from .guard import check_left
from .kind import Kind
from .options import Option, Options

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, List, Mapping, Optional

    from .drive import Talk
    from .engine import Plan


ALL = "all"
"""In the place of a URL: all nodes."""


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
    """A dict of URL to whether the node is enabled. What does not answer may still be enabled.

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
        self.silent: List[str] = []
        self.left: Dict[int, int] = {}
        self.taken: Dict[int, int] = {}

    def read(self) -> Talk[Any]:
        try:
            values = yield from ask("rtpengine.show", ALL)
        except NotFound as fault:
            raise StateError("no node %s: %s" % (self.url, fault.text.strip())) from fault
        found = {each["url"]: node(each) for each in values if self._means(each)}
        if not found:
            raise StateError(
                "no node %s. There are %s"
                % (self.url, ", ".join(sorted({each["url"] for each in values})))
            )
        self.silent = sorted(url for url, each in found.items() if not each["answers"])
        self.left, self.taken = {}, {}
        for each in filter(in_service, values):
            counts = self.taken if self._means(each) else self.left
            counts[each["set"]] = counts.get(each["set"], 0) + 1
        return {url: each["enabled"] for url, each in found.items()}

    def _means(self, shown: Mapping[str, Any]) -> bool:
        return self.url == ALL or fold(shown["url"]) == fold(self.url)

    def want(self, have: Any) -> Any:
        for number, taken in self.taken.items() if not self.enabled else ():
            what = "working nodes would be left in set %d" % number
            check_left(self.left.get(number, 0), taken, self.least, self.url == ALL, what)
        return dict.fromkeys(have, self.enabled)

    def steps(self, have: Any, want: Any) -> Plan:
        return [
            Step("rtpengine.enable", url, int(self.enabled), check=self._answered)
            for url in have
            if have[url] != self.enabled
        ]

    def _answered(self, values: List[Any]) -> str:
        if self.must_answer and any(value.get("status") == "fail" for value in values):
            return (
                "the node does not answer pings. It is enabled, but will not be used before it "
                "answers. Say must_answer: false where that may be"
            )
        return ""

    def show(self, state: Any) -> Any:
        return {url: "enabled" if enabled else "disabled" for url, enabled in state.items()}

    def members(self, have: Any) -> Dict[str, Any]:
        return {"silent": [url for url in self.silent if have.get(url)]}


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
            "url": Option(required=True),
            "state": Option(choices=["enabled", "disabled"], required=True),
            "must_answer": Option("bool", default=True),
            "at_least_active": Option("int"),
        }
    ),
    _nodes,
    subject="url",
)
