# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

from __future__ import annotations

from kamailio_binrpc.core.desired.leaf import ABSENT, TOO_LARGE, Leaves
from kamailio_binrpc.core.desired.record import Record
from kamailio_binrpc.core.desired.resource import Resource
from kamailio_binrpc.core.desired.step import Step

A = ("a",)
B = ("b",)


class Plain(Resource):
    def steps(self, changes, seen):
        return [Step("set", each.address[0], each.after) for each in changes]


def test_a_step_that_did_not_run_is_forgotten():
    ledger = {}
    record = Record(Plain(), Leaves({A: 1}), ledger)
    record.may_have_left(Step("set", leaves={A: 2}))
    record.may_have_left(Step("set", leaves={A: 3, B: 4}))
    record.withdraw(Step("set", leaves={A: 3, B: 4}))
    assert record.acted == ledger == {A: [2]}
    record.withdraw(Step("set", leaves={A: 2}))
    assert record.acted == ledger == {}


def test_what_another_resource_of_the_run_left_is_not_by_others():
    ledger = {}
    one = Record(Plain(), Leaves({A: 1}), ledger)
    other = Record(Plain(), Leaves({A: 1}), ledger)
    one.may_have_left(Step("set", leaves={A: 2}))
    other.may_have_left(Step("set", leaves={A: 3}))
    now = Leaves({A: 3})
    assert [step.params for step in one.undo(now).steps] == [("a", 1)]
    assert one.undo(Leaves({A: 1})).steps == ()


def test_what_others_left_is_a_conflict_unless_it_is_forced():
    record = Record(Plain(), Leaves({A: 1}))
    record.may_have_left(Step("set", leaves={A: 2}))
    (conflict,) = record.undo(Leaves({A: 9})).conflicts
    assert (conflict.before, conflict.found) == (1, 9)
    assert record.undo(Leaves({A: 9}), force=True).conflicts == ()
    assert record.not_as_before(Leaves()) == [A]
    assert record.was(B) is ABSENT


def test_what_cannot_be_read_any_more_is_not_written_over():
    """Another client may have changed it: once it could be read as this run left it."""
    record = Record(Plain(), Leaves({A: 1}))
    record.may_have_left(Step("set", leaves={A: 2}))
    now = Leaves({A: TOO_LARGE})
    assert [step.params for step in record.undo(now).steps] == [("a", 1)]
    record.verified()
    assert record.undo(now).steps == ()
    (conflict,) = record.undo(now).conflicts
    assert "too large to be read" in conflict.why


def test_what_is_below_what_a_step_removes_is_gone_as_well():
    table, item = ("htable", "t"), ("htable", "t", "k")
    flush = Step("flush", leaves={table: ABSENT})
    record = Record(Plain(), Leaves({item: 1, ("htable", "u", "k"): 1}))
    record.may_have_left(flush)
    assert record.acted == {table: [ABSENT], item: [ABSENT]}
    assert record.not_as_before(Leaves({("htable", "u", "k"): 1})) == [item]
    record.succeeded(flush)
    assert record.missing(Leaves({item: 1})) == ["htable.t.k is 1"]
    record.withdraw(flush)
    assert record.acted == {}


def test_neighbours_count_once_a_step_may_have_disturbed_them():
    record = Record(Plain(), Leaves({A: 1}, {B: 5}))
    now = Leaves({A: 1}, {B: 6})
    assert record.disturbed(now) == []
    record.may_have_left(Step("set", leaves={A: 2}, scope="all"))
    assert record.disturbed(now) == [B]


def test_what_others_change_after_all_was_in_order_is_theirs():
    record = Record(Plain(), Leaves({A: 1}, {B: 5}))
    record.may_have_left(Step("set", leaves={A: 2}, scope="all"))
    record.settled(Leaves({A: 2}, {B: 6}))
    assert record.disturbed(Leaves({A: 2}, {B: 7})) == []
    record.may_have_left(Step("set", leaves={A: 3}, scope="all"))
    assert record.disturbed(Leaves({A: 3}, {B: 6})) == []
    now = Leaves({A: 3}, {B: 7})
    assert record.disturbed(now) == [B]
    assert sorted(step.params for step in record.undo(now).steps) == [("a", 1), ("b", 6)]


def test_what_was_left_on_the_way_is_not_this_runs_once_the_end_was_seen():
    """A destination that was removed and added again, and is gone: another client removed it."""
    record = Record(Plain(), Leaves({A: "old"}))
    record.may_have_left(Step("remove", leaves={A: ABSENT}))
    record.may_have_left(Step("set", leaves={A: "new"}))
    gone = Leaves({A: ABSENT})
    assert record.left(A, gone) is ABSENT
    record.verified()
    assert record.left(A, gone) == "new"
    assert record.left(A, Leaves({A: "new"})) == "new"
