# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Which parameter a fault is about."""

from __future__ import annotations

import pytest

from kamailio_binrpc.core.catalogue.blame import explain
from kamailio_binrpc.core.faults import make_fault


@pytest.mark.parametrize(
    "code, text, method, params, parts",
    [
        (500, "Not enough parameters (htable name and key name)", "htable.get", ["t", 5], ["key"]),
        (500, "Not enough parameters", "htable.get", ["t"], ["missing: key"]),
        (500, "Invalid Parameters", "dispatcher.set_state", ["A", "1", "a"], ["group", "'1'"]),
        # The server converts the state, so it is not to blame.
        (500, "Invalid Parameters", "dispatcher.set_state", [1, "1", "a"], ["group"]),
        (500, "Unknown State Value", "uac.reg_add", [], []),
        (
            400,
            "error at parameter 1: expected string type but record doesn't match type",
            "core.prints",
            ["a", 1],
            ["parameter 2", "value"],
        ),
        (400, "error at parameter 0: expected x type but y", "core.echo", [1.5], ["parameter 1"]),
        (500, "Not enough parameters", "rtpengine.enable", ["all", 1, 1], ["one too many"]),
        (500, "Bad argument. Select: ALL, HOT or WARM", "pike.list", ["X"], ["ALL, HOT, WARM"]),
    ],
)
def test_explain_names_the_parameter(code, text, method, params, parts):
    said = explain(make_fault(code, text, method), params)
    for part in parts:
        assert part in said
    assert ("state," in said) is False
    assert bool(said) is bool(parts)


def test_the_value_of_a_secret_is_not_named():
    fault = make_fault(500, "Invalid Parameters", "auth_xkeys_.set")
    fault.meaning = "invalid"
    said = explain(fault, ["kid", "name", 123456, 1])
    assert "parameter 3, value, wants a text" in said
    assert "123456" not in said


def test_explain_has_nothing_to_say_of_other_faults():
    assert explain(make_fault(404, "Dialog not found", "dlg.end_dlg"), ["x"]) == ""
    assert explain(make_fault(500, "Invalid Parameters", "my.method"), ["x"]) == ""
    assert explain(make_fault(500, "Invalid Parameters", "uac.reg_remove"), ["x"]) == ""
