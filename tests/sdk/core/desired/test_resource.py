# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

from __future__ import annotations

import pytest

from kamailio_binrpc.core.desired.drive import Ask
from kamailio_binrpc.core.desired.leaf import ABSENT, TOO_LARGE, UNKNOWN, Leaves
from kamailio_binrpc.core.desired.resource import Answers, Resource
from kamailio_binrpc.core.desired.step import Step
from kamailio_binrpc.core.faults import NotFound, ReplyTooLarge, make_fault

A = ("a",)


class Plain(Resource):
    def steps(self, changes, seen):
        return [Step("set", each.address, each.after) for each in changes]


@pytest.mark.parametrize("marker", [UNKNOWN, TOO_LARGE])
def test_what_is_unknown_equals_nothing(marker):
    assert not Plain().equal(A, marker, marker)
    assert not Plain().equal(A, marker, 5)
    assert not Plain().equal(A, ABSENT, marker)


def test_types_count():
    assert Plain().equal(A, ABSENT, ABSENT)
    assert not Plain().equal(A, 5, "5")
    assert not Plain().equal(A, 1, True)
    (change,) = Plain().compare(Leaves(), {A: 5})
    assert (change.before, change.after) == (ABSENT, 5)


@pytest.mark.parametrize(
    "before, left, now, steps, why",
    [
        (1, 2, 2, [1], None),
        (1, 2, 1, [], None),
        (1, 2, 3, [], "another client has changed it since"),
        (ABSENT, 2, 2, [ABSENT], None),
        (1, ABSENT, ABSENT, [1], None),
        (UNKNOWN, 2, 2, [], "the server does not show what it was before"),
        (TOO_LARGE, 2, 2, [], "what it was before was too large to be read"),
        (1, TOO_LARGE, TOO_LARGE, [1], None),
    ],
)
def test_the_three_way_rule(before, left, now, steps, why):
    undo = Plain().undo({A: before}, {A: left}, Leaves({A: now}).merged())
    assert [each.params[1] for each in undo.steps] == steps
    assert [each.why for each in undo.conflicts] == ([why] if why else [])


def test_what_an_rpc_cannot_make():
    class Gone(Plain):
        def restorable(self, address, found, old):
            return "it is gone"

    (conflict,) = Gone().undo({A: 1}, {A: ABSENT}, Leaves()).conflicts
    assert conflict.why == "it is gone"


def test_answers():
    answers = Answers()
    answers.add(Ask("a", (1,)), [5])
    answers.add(Ask("b"), NotFound(404, "no"))
    answers.add(Ask("c"), ReplyTooLarge(500, "overflow"))
    assert answers.values("a", 1) == [5]
    assert answers.has("a", 1) and not answers.has("a")
    assert Ask("b") in answers
    with pytest.raises(NotFound):
        answers.values("b")
    assert answers.fault("a", 1) is None
    assert (answers.too_large("c"), answers.too_large("b")) == (True, False)


def test_neighbours_that_differ():
    before = Leaves({}, {A: 1, ("b",): 2})
    assert Plain().disturbed(before, Leaves({}, {("b",): 2})) == [A]


def test_what_resources_need_not_say():
    resource = Plain()
    assert resource.members(Leaves()) == {}
    assert resource.warnings(Leaves()) == []
    assert resource.effects([], Leaves()) == []
    assert resource.unmet([]) == ""
    assert resource.hint(make_fault(500, "x")) == ""
