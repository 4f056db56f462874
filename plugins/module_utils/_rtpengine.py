# Copyright: The kamailio-binrpc authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: GPL-3.0-or-later

# Media nodes of the module rtpengine. Private to this collection.

from __future__ import annotations

from ._state import Area, StateError, Step
from .binrpc.faults import NotFound


def node(shown):
    """Return a node of rtpengine.show as {enabled, answers}, whatever the release.

    Up to 5.6 a node that was disabled on purpose reads "1(permanent)", and one that does not
    answer reads 1. Later, ``active`` tells the second.
    """
    disabled = shown["disabled"]
    if "active" in shown:
        return {"enabled": not disabled, "answers": bool(shown["active"])}
    return {"enabled": "permanent" not in str(disabled), "answers": disabled == 0}


class Nodes(Area):
    """A dict of URL to whether the node is enabled. What does not answer may still be enabled.

    :param url: of one node, or "all".
    :param must_answer: a node that is enabled has to answer.
    """

    lost = "the database or the configuration says the same"

    def __init__(self, url, enabled, must_answer=True):
        self.url = url
        self.enabled = enabled
        self.must_answer = must_answer
        self.silent = []

    def read(self, server):
        try:
            values = server.ask("rtpengine.show", self.url)
        except NotFound as fault:
            raise StateError("no node %s: %s" % (self.url, fault.text.strip())) from fault
        nodes = {each["url"]: node(each) for each in values}
        self.silent = sorted(url for url, each in nodes.items() if not each["answers"])
        return {url: each["enabled"] for url, each in nodes.items()}

    def want(self, have):
        return dict.fromkeys(have, self.enabled)

    def steps(self, have, want):
        return [
            Step("rtpengine.enable", url, int(self.enabled), check=self._answered)
            for url in have
            if have[url] != self.enabled
        ]

    def _answered(self, values):
        if self.must_answer and any(value.get("status") == "fail" for value in values):
            return (
                "the node does not answer pings. It is enabled, but will not be used before it "
                "answers. Say must_answer: false where that may be"
            )
        return ""

    def show(self, state):
        return {url: "enabled" if enabled else "disabled" for url, enabled in state.items()}

    def members(self, have):
        return {"silent": [url for url in self.silent if have.get(url)]}
