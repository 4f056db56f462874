# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

"""One time limit for a whole call."""

from __future__ import annotations

import math

import pytest

from kamailio_binrpc.core import deadline
from kamailio_binrpc.core.deadline import Deadline


def test_counts_down_and_stays_at_zero(monkeypatch):
    now = [100.0]
    monkeypatch.setattr(deadline, "monotonic", lambda: now[0])
    limit = Deadline(5)
    assert limit.seconds == 5
    for later, remaining, expired in [(0, 5, False), (3, 2, False), (5, 0, True), (9, 0, True)]:
        now[0] = 100.0 + later
        assert limit.remaining() == remaining
        assert limit.expired() is expired


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
    assert 0 < Deadline(seconds).remaining() <= seconds
