# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

from __future__ import annotations

import pytest

from kamailio_binrpc.core.desired.pv import VARIABLE, SharedVariable
from kamailio_binrpc.core.desired.resource import StateError


@pytest.mark.parametrize("value", [5, "5", "", -(2**31)])
def test_a_value_with_its_type(ensure, calls, value):
    calls.once("pv.shvSet", "maintenance", "str", "something else")
    result = ensure(SharedVariable("maintenance", value))
    kind = "int" if isinstance(value, int) else "str"
    (call,) = result["rpc_calls"]
    assert call == {"method": "pv.shvSet", "params": ["maintenance", kind, value]}
    assert result["after"] == {"maintenance": value}
    assert ensure(SharedVariable("maintenance", value))["changed"] is False


def test_a_number_is_not_its_text(ensure, calls):
    calls.once("pv.shvSet", "maintenance", "int", 1)
    assert ensure(SharedVariable("maintenance", True))["changed"] is False
    assert ensure(SharedVariable("maintenance", "1"))["changed"] is True


@pytest.mark.parametrize("value", [1.5, [1], None, 2**31, -(2**31) - 1])
def test_what_cannot_be(value):
    with pytest.raises(StateError):
        SharedVariable("x", value)


def test_a_variable_has_to_be_declared(ensure):
    result = ensure(SharedVariable("nothing", 1), failed=True)
    assert "there is no $shv(nothing)" in result["msg"]


def test_options():
    variable = VARIABLE.make({"name": "x", "value": {"type": "int", "value": "5"}})
    assert (variable.name, variable.value) == ("x", 5)
