# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Batches, the failures they allow, and the end of all."""

from __future__ import annotations

import pytest

from kamailio_binrpc.core.batches import Batches, DeadlinePassed, Limit
from kamailio_binrpc.core.retry import may_retry


@pytest.mark.parametrize(
    "serial, sizes",
    [
        (None, [10]),
        ([], [10]),
        (3, [3, 3, 3, 1]),
        ("3", [3, 3, 3, 1]),
        ("20%", [2] * 5),
        ([1, "50%"], [1, 5, 4]),
        ("1%", [1] * 10),
    ],
)
def test_sizes_as_in_ansible(serial, sizes):
    assert [len(batch) for batch in Batches(list(range(10)), serial)] == sizes


@pytest.mark.parametrize("serial", [0, "x", "0%", -1, "inf%", [1, 0]])
def test_bad_sizes_are_refused(serial):
    with pytest.raises(ValueError, match="serial"):
        Batches([1], serial)


def test_no_endpoints_are_no_batch():
    assert list(Batches([], 5)) == []


@pytest.mark.parametrize(
    "failures, most, stopped",
    [(0, 0, False), (1, 0, True), (1, 25, False), (2, 25, True), (4, None, False), (4, 99, True)],
)
def test_too_many_failures_of_one_batch_end_it(failures, most, stopped):
    batches = Batches("abcdefgh", 4, most)
    seen = []
    for batch in batches:
        seen.append(batch)
        for number in range(len(batch)):
            batches.count(failed=number < failures)
    assert seen == (["abcd"] if stopped else ["abcd", "efgh"])
    assert batches.stopped is stopped
    assert batches.skipped == (list("efgh") if stopped else [])


def test_failures_of_earlier_batches_do_not_count():
    batches = Batches("abcdefgh", 2, 50)
    for batch in batches:
        for number in range(len(batch)):
            batches.count(failed=not number)
    assert not batches.stopped


def test_failures_of_the_last_batch_are_known():
    batches = Batches("ab", None, 0)
    for _batch in batches:
        batches.count(failed=True)
    assert batches.stopped
    assert not batches.skipped


@pytest.mark.parametrize(
    "options, name",
    [
        ({"max_fail_percentage": -1}, "max_fail_percentage"),
        ({"max_fail_percentage": 100.1}, "max_fail_percentage"),
        ({"deadline": 0}, "deadline"),
        ({"deadline": -5}, "deadline"),
        ({"deadline": 1e12}, "deadline"),
    ],
)
def test_numbers_out_of_range(options, name):
    with pytest.raises(ValueError, match=name):
        Batches([1], **options)


def test_the_limit_shortens_every_time(monkeypatch):
    now = [50.0]
    monkeypatch.setattr(Limit, "_clock", staticmethod(lambda: now[0]))
    limit = Batches([1], deadline=10).limit
    assert limit.at_most(3) == 3
    now[0] += 8
    assert limit.at_most(3) == 2
    now[0] += 2
    with pytest.raises(DeadlinePassed, match="deadline of 10 s for all endpoints has passed") as it:
        limit.at_most(3)
    assert it.value.executed is False
    assert not may_retry(it.value, repeatable=True)


def test_a_limit_can_be_stopped():
    for limit in (Limit(), Limit(100)):
        assert limit.at_most(3) == 3
        limit.stop()
        with pytest.raises(DeadlinePassed, match="was stopped"):
            limit.at_most(3)
