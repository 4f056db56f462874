# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

from __future__ import annotations

import pytest

from kamailio_binrpc.core import pacing
from kamailio_binrpc.core.desired.drive import Ask, Do, Now, Save, Sleep, ask, ask_or, drive
from kamailio_binrpc.core.faults import Fault, MethodNotFound, NotFound

from .script import Script


def run(talk, script):
    return drive(talk, script, script.clock, script.pause)


def test_each_need_is_met():
    def talk():
        asked = yield Ask("a", (1,))
        done = yield Do("b", (2,))
        retried = yield Do("c", retry=True)
        yield Sleep(2.5)
        now = yield Now()
        return asked, done, retried, now

    script = Script({"a": ["x"], "b": ["y"], "c": ["z"]})
    assert run(talk(), script) == (["x"], ["y"], ["z"], 2.5)
    assert script.made == [("ask", "a", 1), ("once", "b", 2), ("retry", "c")]


def test_a_journal_hears_what_is_saved():
    def talk():
        return (yield Save("intent", 1)), (yield Save("outcome", 2))

    heard = []
    script = Script()
    save = lambda each: heard.append((each.event, each.what))  # noqa: E731
    assert drive(talk(), script, script.clock, script.pause, save) == (None, None)
    assert heard == [("intent", 1), ("outcome", 2)]
    assert run(talk(), script) == (None, None)


def test_an_error_is_raised_where_the_call_was_yielded():
    def talk():
        try:
            yield Do("a")
        except Fault as fault:
            found = fault
        return found, (yield Ask("b"))

    fault = NotFound(404, "no", "a")
    assert run(talk(), Script({"a": fault, "b": [1]})) == (fault, [1])


def test_an_error_that_nothing_catches_ends_the_run():
    fault = NotFound(404, "no", "a")
    with pytest.raises(NotFound) as caught:
        run(ask("a"), Script({"a": fault}))
    assert caught.value is fault


def test_a_run_that_needs_nothing():
    def talk():
        return 5
        yield

    assert run(talk(), Script()) == 5


@pytest.mark.parametrize("fault, found", [(Fault(500, "No Sets here"), None), (None, [1])])
def test_a_fault_may_mean_nothing(fault, found):
    assert run(ask_or(None, "no sets", "a"), Script({"a": fault or [1]})) == found


@pytest.mark.parametrize(
    "fault", [Fault(500, "other"), MethodNotFound(500, "no sets: command not found")]
)
def test_other_faults_stay(fault):
    with pytest.raises(type(fault)):
        run(ask_or(None, "no sets", "a"), Script({"a": fault}))


def test_rebuilds_are_spaced(tmp_path, monkeypatch):
    """Each run stands for a task of its own; the address is all that they have in common."""
    monkeypatch.setattr(pacing, "folder_of_user", lambda: str(tmp_path / "folder"))
    script = Script({"dispatcher.add": [], "dispatcher.reload": [], "htable.sets": []})
    script.address = "unixs:/x"
    pauses = []

    def talk(method, retry):
        return (yield Do(method, retry=retry))

    for method, retry in (
        ("dispatcher.add", False),
        ("htable.sets", False),
        ("dispatcher.reload", True),
    ):
        drive(talk(method, retry), script, pause=pauses.append)
    assert len(pauses) == 1
    assert 0 < pauses[0] <= pacing.SPACING
