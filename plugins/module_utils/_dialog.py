# Copyright: The kamailio-binrpc authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: GPL-3.0-or-later

# Dialogs: how many there are, and how to end some. Private to this collection.

from __future__ import annotations

from time import monotonic, sleep

from ._state import Area, StateError, Step
from .binrpc.faults import NotFound

ANSWERED = (3, 4)
DELETED = 5


def matching(server, match):
    """Return the dialogs that fit ``(key, operator, value)`` and are not over."""
    try:
        values = server.ask("dlg.list_match", *match)
    except NotFound:
        return []
    return [each for each in values if each["state"] < DELETED]


def count(server, match=None, profile=None, profile_value=None):
    """Return how many dialogs there are: that fit, in a profile, or in all."""
    if match:
        return len(matching(server, match))
    if profile:
        params = [profile] if profile_value is None else [profile, profile_value]
        return server.ask("dlg.profile_get_size", *params)[0]
    return server.ask("dlg.stats_active")[0]["all"]


class Ended(Area):
    """Answered dialogs that fit, by entry and id: those seen at first, and no newer ones."""

    def __init__(self, match, at_most=None, wait=10.0, clock=monotonic, pause=sleep):
        self.match = match
        self.at_most = at_most
        self.wait = wait
        self.clock = clock
        self.pause = pause
        self.targets = None
        self.others = 0
        self.ended = False

    def read(self, server):
        give_up = self.clock() + self.wait
        while True:
            have = self._read(server)
            # Both sides have to agree to the end, which takes a while.
            if not have or not self.ended or self.clock() >= give_up:
                return have
            self.pause(0.2)

    def _read(self, server):
        found = matching(server, self.match)
        self.others = sum(each["state"] not in ANSWERED for each in found)
        have = {
            (each["h_entry"], each["h_id"]): {
                "call_id": each["call-id"],
                "from_uri": each["from_uri"],
                "to_uri": each["to_uri"],
            }
            for each in found
            if each["state"] in ANSWERED
        }
        if self.targets is None:
            self.targets = set(have)
        return {key: each for key, each in have.items() if key in self.targets}

    def want(self, have):
        if self.at_most is not None and len(have) > self.at_most:
            raise StateError("%d dialogs match, at most %d may" % (len(have), self.at_most))
        return {}

    def steps(self, have, want):
        self.ended = True
        return [Step("dlg.end_dlg", *key, tolerate=[NotFound]) for key in have]

    def show(self, state):
        return {each["call_id"]: each for each in state.values()}

    def members(self, have):
        return {"unanswered": self.others}
