# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

from __future__ import annotations

import json

from kamailio_binrpc.core.desired.leaf import ABSENT, TOO_LARGE, UNKNOWN, Secret
from kamailio_binrpc.core.desired.step import (
    ADD,
    REMOVE,
    Change,
    Conflict,
    Step,
    Undo,
    shown,
)
from kamailio_binrpc.core.faults import NotFound

ADDRESS = ("htable", "t", "caf\udce9")


def again(thing):
    return type(thing).load(json.loads(json.dumps(thing.dump())))


def step(**more):
    return Step("m.set", "t", 2**63, "caf\udce9", 1.5, leaves={ADDRESS: ABSENT}, **more)


def test_json_loses_nothing():
    other = step(phase=ADD)
    full = step(
        phase=REMOVE,
        accepts=[NotFound],
        refusal=("status", "fail", "it did not"),
        fallback=other,
        scope="t",
    )
    change = Change(ADDRESS, UNKNOWN, 5)
    conflict = Conflict(ADDRESS, 1, TOO_LARGE, "because")
    for each in (change, other, full, conflict, Undo([full, other], [conflict])):
        assert again(each) == each


def test_secrets_are_not_shown():
    password = Step("add", "user", "sesame", secret=[1], leaves={("a",): Secret("sesame")})
    assert password.shown == {"method": "add", "params": ["user", "(hidden)"]}
    assert "sesame" not in repr(password) + json.dumps(password.dump())
    assert again(password).params == ("user", UNKNOWN)
    conflict = Conflict(ADDRESS, Secret("sesame"), ABSENT, "no")
    assert "sesame" not in repr(conflict) + json.dumps(conflict.dump())
    assert conflict.shown["before"] == "(hidden)"
    record = Conflict(ADDRESS, {"password": Secret("sesame"), "left": [1]}, ABSENT, "no")
    assert json.loads(json.dumps(record.shown))["before"] == {"password": "(hidden)", "left": [1]}


def test_values_in_results():
    assert [shown(each) for each in (ABSENT, UNKNOWN, TOO_LARGE, Secret(1), 5)] == [
        *("absent", "unknown", "too large"),
        *("(hidden)", 5),
    ]
