# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Which methods answer with numbers that are never negative."""

from __future__ import annotations

import pytest

from kamailio_binrpc.core.catalogue.counters import is_unsigned
from kamailio_binrpc.core.catalogue.lookup import find, methods


@pytest.mark.parametrize(
    "method, counts",
    [
        ("core.shmmem", True),
        ("shm.stats", True),
        ("stats.fetchn", True),
        ("mod.mem_stats", True),
        ("core.printi", False),
        ("pkg.stats", False),  # a process's rank may be negative
        ("my.method", False),
    ],
)
def test_which_replies_hold_counters(method, counts):
    assert is_unsigned(method) is counts
    known = find(method)
    assert known is None or known.counts is counts


def test_what_counts_only_reads():
    assert [each.name for each in methods() if each.counts and each.access != "read"] == []
