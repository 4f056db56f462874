# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Faults get their meaning from the method."""

from __future__ import annotations

import pytest

from kamailio_binrpc.core import faults
from kamailio_binrpc.core.catalogue import meanings
from kamailio_binrpc.core.catalogue.lookup import methods
from kamailio_binrpc.core.faults import (
    AlreadyExists,
    Busy,
    Fault,
    InvalidParams,
    NotFound,
    make_fault,
)

NAMES = [method.name for method in methods()]


@pytest.mark.parametrize(
    "code, text, method, kind, meaning",
    [
        (500, "No Destination Sets", "dispatcher.list", NotFound, "empty"),
        (500, "State Update Failed", "dispatcher.set_state", NotFound, "absent"),
        (500, "Unknown State Value", "dispatcher.set_state", InvalidParams, "invalid"),
        (500, "Failed to set the item", "htable.setxs", NotFound, "absent"),
        (500, "Failed to set the item", "htable.sets", Fault, ""),
        (409, "uuid already exists", "uac.reg_add", AlreadyExists, "exists"),
        (500, "Node is already added", "dmq.add", AlreadyExists, "exists"),
        (500, "Ongoing reload", "dispatcher.reload", Busy, "busy"),
        (500, "Nothing collected yet - try later", "statsc.report", Busy, "busy"),
        (500, "dst blocklist support disabled", "dst_blocklist.view", Fault, "refused"),
        (400, "no open stream connection", "ctl.who", NotFound, "empty"),
        (500, "No Destination Sets", "my.method", NotFound, "absent"),
        (500, "Not enabled", "uac.reg_dump", Fault, "refused"),
        (500, "Not enabled", "my.method", Fault, ""),
    ],
)
def test_faults_get_their_meaning_from_the_method(code, text, method, kind, meaning):
    fault = make_fault(code, text, method)
    assert (type(fault), fault.meaning) == (kind, meaning)


def test_the_table_of_meanings_is_sound():
    meanings.meanings_of("core.version")
    words = set(faults._MEANINGS)
    for name, rules in meanings._rules.items():
        module = name.partition(".")[0]
        assert name in NAMES or name == module + ".*", name
        assert any(known.startswith(module + ".") for known in NAMES), name
        for meaning, part in rules:
            assert meaning in words, (name, meaning)
            assert part, name
            assert part == part.lower(), (name, part)
