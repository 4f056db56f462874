# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

from __future__ import annotations

import pytest

from kamailio_binrpc.core.desired.dialog import DIALOGS, EndedDialogs, count, drained, match_of
from kamailio_binrpc.core.desired.resource import StateError

MATCH = ["furi", "re", "example"]


def call_ids(lab):
    return [each["call-id"] for each in lab.modules["dialog"].dialogs]


def test_counts(talk, lab):
    assert talk(count()) == 2
    assert talk(count(MATCH)) == 2
    assert talk(count(["furi", "eq", "nobody"])) == 0
    lab.registry.method("dlg.profile_get_size")(lambda ctx: len(ctx.scan("s*s")))
    assert talk(count(profile="p")) >= 1


def test_answered_dialogs_end(ensure, lab):
    result = ensure(EndedDialogs(MATCH))
    assert list(result["before"]) == ["lab-call-1"]
    assert (result["after"], result["unanswered"]) == ({}, 1)
    assert call_ids(lab) == ["lab-call-2"]
    assert ensure(EndedDialogs(MATCH))["changed"] is False


def test_too_many_matches(ensure, lab):
    result = ensure(EndedDialogs(MATCH, at_most=0), failed=True)
    assert "1 dialogs match, at most 0 may" in result["msg"]
    assert len(call_ids(lab)) == 2


def test_the_end_takes_a_while(ensure, lab, calls):
    """Both sides have to agree to it."""
    dialogs = lab.modules["dialog"].dialogs
    lab.registry.method("dlg.end_dlg")(lambda ctx: None)
    pause = calls.pause

    def agree(seconds):
        pause(seconds)
        if len(calls.pauses) == 3:
            del dialogs[0]

    calls.pause = agree
    assert ensure(EndedDialogs(MATCH))["changed"] is True
    assert calls.pauses == [0.2] * 3


def test_a_dialog_that_does_not_end(ensure, lab, calls):
    lab.registry.method("dlg.end_dlg")(lambda ctx: None)
    result = ensure(EndedDialogs(MATCH, wait=1), failed=True)
    assert "dlg.end_dlg answered with success, but" in result["msg"]
    assert calls.time >= 1


def test_a_dialog_that_begins_meanwhile_is_left_alone(ensure, lab):
    dialogs = lab.modules["dialog"]

    def end(ctx):
        number = ctx.scan("dd")[1]
        dialogs.dialogs = [each for each in dialogs.dialogs if each["h_id"] != number]
        dialogs.add({"call-id": "new", "from_uri": "sip:eve@example.com", "state": 4}, 99)

    lab.registry.method("dlg.end_dlg")(end)
    assert ensure(EndedDialogs(MATCH))["after"] == {}
    assert "new" in call_ids(lab)


def test_options():
    match = {"key": "furi", "value": "x"}
    ended = DIALOGS.make({"state": "absent", "match": match, "require_matches_max": 3})
    assert (ended.match, ended.at_most, ended.settles) == (("furi", "eq", "x"), 3, 300)
    assert match_of({"match": None}) is None
    with pytest.raises(StateError, match="drained is waited for"):
        DIALOGS.make({"state": "drained"})
    with pytest.raises(ValueError, match="state is absent; give match as well"):
        DIALOGS.make({"state": "absent"})
    with pytest.raises(ValueError, match="profile_value is given; give profile as well"):
        DIALOGS.make({"state": "drained", "profile_value": "x"})


def wanted(**given):
    return DIALOGS.options.check({"state": "drained", **given})


def test_waiting_until_no_dialog_is_left(talk, lab, calls):
    dialogs = lab.modules["dialog"].dialogs
    pause = calls.pause

    def end(seconds):
        pause(seconds)
        dialogs.pop()

    calls.pause = end
    result = talk(drained(wanted()))
    assert (result["failed"], result["remaining"]) == (False, 0)
    assert (result["before"], result["after"]) == ({"dialogs": 2}, {"dialogs": 0})
    assert calls.pauses == [2, 2]


def test_dialogs_that_stay(talk):
    result = talk(drained(wanted(wait_timeout=5)))
    assert result["msg"] == "2 dialogs are left after 5 s (wait_timeout)"


def test_check_mode_only_counts(talk, calls):
    result = talk(drained(wanted(), check_mode=True))
    assert (result["failed"], result["remaining"], calls.pauses) == (False, 2, [])


def test_a_profile_that_there_is_not(talk):
    result = talk(drained(wanted(profile="none")))
    assert result["failed"] is True
    assert result["fault"]["code"] == 404
