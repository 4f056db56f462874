# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

from __future__ import annotations

import json

from kamailio_binrpc.core.state.outcome import Outcome
from kamailio_binrpc.core.state.run import apply
from tests.support.state import four


def test_what_is_shown_is_json(server):
    shown = server.drive(apply([four()])).shown()
    assert json.loads(json.dumps(shown)) == shown
    assert {each["action"] for each in shown["changes"]} == {"add", "change", "remove"}
    assert len(shown["steps"]) == 6


def test_only_what_is_as_wanted_is_done():
    assert [Outcome(each).done for each in ("unchanged", "changed", "pending", "undone")] == [
        True,
        True,
        True,
        False,
    ]
    assert "lost" in repr(Outcome("refused", "lock", "it is lost"))
