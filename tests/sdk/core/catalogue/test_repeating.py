# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Which calls may be repeated."""

from __future__ import annotations

import pytest

from kamailio_binrpc.core.catalogue.lookup import find, methods
from kamailio_binrpc.core.catalogue.repeating import is_repeatable

EVERY = list(methods())


@pytest.mark.parametrize(
    "method, params, repeatable",
    [
        ("htable.get", ["t", "k"], True),
        ("htable.sets", ["t", "k", "v"], True),
        ("dispatcher.set_state", ["A", 1, "all"], True),
        ("dispatcher.add", [1, "sip:a"], False),
        ("dispatcher.remove", [1, "sip:a"], False),
        ("cnt.reset", ["core", "x"], False),
        ("mqueue.fetch", ["q"], False),
        ("core.kill", [], False),
        ("siptrace.status", ["check"], True),
    ],
)
def test_what_may_be_repeated(method, params, repeatable):
    assert find(method).is_repeatable(params) is repeatable
    assert is_repeatable(method, params) is repeatable


def test_a_method_is_not_both_reading_and_marked_as_a_repeatable_write():
    both = [method.name for method in EVERY if method.again and method.access == "read"]
    assert both == []
    assert [m.name for m in EVERY if m.reads_without_params] == [
        "corex.debug",
        "dispatcher.ping_active",
        "pdb.timeout",
        "sipdump.enable",
    ]
