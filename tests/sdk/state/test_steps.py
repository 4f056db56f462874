# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

from __future__ import annotations

import json

import pytest

from kamailio_binrpc.core.desired.drive import Save
from kamailio_binrpc.core.desired.step import Step
from kamailio_binrpc.core.state.journal import JournalError
from kamailio_binrpc.state.steps import StepsTold

FIRST = Step("uac.reg_add", "one", "hidden-1", secret=[1]).dump()
SECOND = Step("htable.delete", "t", "a").dump()


def told(*needs, save=None):
    found = []
    tell = StepsTold("edge1", found.append, save)
    for event, what in needs:
        tell(Save(event, what))
    return [each.to_json() for each in found]


def test_a_step_begins_and_ends_and_hides_its_secrets():
    found = told(
        ("begin", {}),
        ("intent", {"part": 0, "step": FIRST}),
        ("outcome", {"part": 0}),
        ("intent", {"part": 0, "step": SECOND}),
        ("refused", {"part": 0, "step": SECOND}),
        ("undo", {"steps": 1}),
        ("intent", {"part": 0, "step": SECOND}),
    )
    assert [(each["method"], each["state"], each["undo"]) for each in found] == [
        ("uac.reg_add", "sending", False),
        ("uac.reg_add", "done", False),
        ("htable.delete", "sending", False),
        ("htable.delete", "refused", False),
        ("htable.delete", "sending", True),
    ]
    assert found[0]["params"] == ["one", "(hidden)"]
    assert "hidden-1" not in json.dumps(found)


def test_what_is_not_saved_is_not_told():
    def full(need):
        raise JournalError("full")

    found = []
    with pytest.raises(JournalError):
        StepsTold("edge1", found.append, full)(Save("intent", {"part": 0, "step": FIRST}))
    assert found == []
