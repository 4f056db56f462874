# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

"""Which calls only read."""

from __future__ import annotations

import pytest

from kamailio_binrpc.core.catalogue.reading import is_read_only


@pytest.mark.parametrize(
    "method, params, expected",
    [
        ("core.version", [], True),
        ("core.psx", [], True),
        ("htable.get", ["t", "k"], True),
        ("system.listMethods", [], True),
        ("dispatcher.list", ["full"], True),
        ("core.kill", [15], False),
        ("htable.sets", ["t", "k", "v"], False),
        ("dispatcher.reload", [], False),
        ("mqueue.fetch", [], False),  # consumes what it gives
        ("uac.reg_active", [1], False),
        ("no.such", [], False),
        ("CORE.VERSION", [], False),
        ("", [], False),
        # Shows without parameters, sets with them.
        ("corex.debug", [], True),
        ("corex.debug", [3], False),
        ("dispatcher.ping_active", (), True),
        ("dispatcher.ping_active", (0,), False),
        ("siptrace.status", ["check"], True),
        ("siptrace.status", ["on"], False),
        ("siptrace.status", [], False),
    ],
)
def test_is_read_only(method, params, expected):
    assert is_read_only(method, params) is expected
