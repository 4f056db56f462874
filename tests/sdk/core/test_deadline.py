# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

"""One time limit for a whole call."""

from __future__ import annotations

import math

import pytest

from kamailio_binrpc.core.deadline import Deadline


class Clock:
    now = 100.0

    def __call__(self):
        return self.now


def test_counts_down_and_stays_at_zero():
    clock = Clock()
    limit = Deadline(5, clock)
    assert limit.seconds == 5
    for later, remaining, expired in [(0, 5, False), (3, 2, False), (5, 0, True), (9, 0, True)]:
        clock.now = 100.0 + later
        assert limit.remaining() == remaining
        assert limit.expired() is expired


def test_begins_again():
    clock = Clock()
    limit = Deadline(5, clock)
    clock.now += 7
    assert limit.expired()
    limit.renew()
    assert (limit.end, limit.remaining(), limit.expired()) == (112.0, 5, False)


@pytest.mark.parametrize("seconds", [0, 0.0, -1, math.nan, math.inf, 31_536_001])
def test_refused_numbers(seconds):
    with pytest.raises(ValueError, match="a timeout is more than 0 and at most 31536000 s"):
        Deadline(seconds)


@pytest.mark.parametrize("seconds", ["5", None, []])
def test_refused_kinds(seconds):
    with pytest.raises(TypeError):
        Deadline(seconds)


@pytest.mark.parametrize("seconds", [0.001, 5, 31_536_000])
def test_taken(seconds):
    assert Deadline(seconds, clock=lambda: 0.0).remaining() == seconds
