# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

from __future__ import annotations

import pytest

from kamailio_binrpc.core.desired.cfg import VARIABLES, CfgVariables
from kamailio_binrpc.core.desired.engine import StateError
from kamailio_binrpc.core.faults import Fault


def methods(result):
    return [call["method"] for call in result["rpc_calls"]]


def test_one_variable(ensure, lab):
    result = ensure(CfgVariables({"lab": {"max_calls": 11}}))
    assert methods(result) == ["cfg.seti"]
    assert result["after"] == {"lab": {"max_calls": 11}}
    assert lab.modules["cfg_rpc"]["lab"]["max_calls"] == 11
    assert ensure(CfgVariables({"lab": {"max_calls": "11"}}))["changed"] is False


def test_several_variables_change_at_once(ensure, lab):
    result = ensure(CfgVariables({"lab": {"max_calls": 11, "label": "x"}}))
    assert methods(result) == ["cfg.set_delayed_int", "cfg.set_delayed_string", "cfg.commit"]
    assert result["before"] == {"lab": {"max_calls": 10, "label": "box"}}
    assert ensure(CfgVariables({"lab": {"max_calls": 11, "label": "x"}}))["changed"] is False


def test_several_variables_or_none(ensure, lab):
    # The last one can be read, but not set.
    wish = {"lab": {"max_calls": 11, "label": "x"}, "tcp": {"fd_cache": 0}}
    result = ensure(CfgVariables(wish), failed=True)
    assert "may be read-only" in result["msg"]
    assert methods(result)[-1] == "cfg.rollback"
    assert result["changed"] is False
    assert lab.modules["cfg_rpc"]["lab"]["max_calls"] == 10
    assert lab.modules["cfg_rpc"].pending == []


def test_what_was_set_is_put_back():
    wish = CfgVariables({"lab": {"max_calls": 11, "label": "x"}})
    before = {("lab", "max_calls"): 10, ("lab", "label"): "box"}
    now = {("lab", "max_calls"): 11, ("lab", "label"): "x"}
    undone = [(step.method, *step.params) for step in wish.undo(before, now)]
    assert undone == [("cfg.seti", "lab", "max_calls", 10), ("cfg.sets", "lab", "label", "box")]
    assert wish.undo(before, before) == []


def test_a_transaction_of_another_client_is_not_committed(ensure, lab, calls):
    calls.once("cfg.set_delayed_int", "core", "debug", 0)
    result = ensure(CfgVariables({"lab": {"max_calls": 11, "label": "x"}}), failed=True)
    assert "core.debug = 0" in result["msg"]
    assert result["changed"] is False
    assert len(lab.modules["cfg_rpc"].pending) == 1


def test_the_wait_for_another_client_shows_in_check_mode(ensure, calls):
    calls.once("cfg.set_delayed_int", "core", "debug", 0)
    wish = CfgVariables({"lab": {"max_calls": 11, "label": "x"}})
    (call,) = ensure(wish, check=True)["rpc_calls"]
    assert "core.debug = 0" in call["waits_for"]


def test_the_variable_decides_on_the_type(ensure, lab):
    assert ensure(CfgVariables({"lab": {"max_calls": "10"}}))["changed"] is False
    ensure(CfgVariables({"lab": {"label": 5}}))
    assert lab.modules["cfg_rpc"]["lab"]["label"] == "5"
    ensure(CfgVariables({"lab": {"max_calls": True}}))
    assert lab.modules["cfg_rpc"]["lab"]["max_calls"] == 1
    result = ensure(CfgVariables({"lab": {"max_calls": "many"}}), failed=True)
    assert "lab.max_calls is a number, and 'many' is none" in result["msg"]


def test_a_text_that_is_not_set(ensure, lab):
    lab.modules["cfg_rpc"].put("lab", "label", None)
    assert ensure(CfgVariables({"lab": {"label": ""}}))["changed"] is False


def test_a_variable_that_is_not_there(ensure):
    result = ensure(CfgVariables({"lab": {"nothing": 1}}), failed=True)
    assert "lab.nothing cannot be read" in result["msg"]


def test_other_faults_stay_as_they_are(ensure, lab):
    def refuse(ctx):
        raise Fault(500, "no")

    lab.registry.method("cfg.get")(refuse)
    assert ensure(CfgVariables({"lab": {"label": ""}}), failed=True)["msg"].endswith("500: no")


@pytest.mark.parametrize(
    "groups, text",
    [
        ({"lab": 5}, "variables.lab has to be a mapping"),
        ({"lab": {"a": 1.5}}, "lab.a is a number or a text"),
        ({"lab": {"a": 2**31}}, "lab.a: 2147483648 needs more than 32 bits"),
        ({}, "there is no variable"),
    ],
)
def test_what_cannot_be(groups, text):
    with pytest.raises(StateError, match=text):
        CfgVariables(groups)


def test_options():
    one = VARIABLES.make({"group": "core", "name": "debug", "value": 3})
    assert one.wanted == {("core", "debug"): 3}
    several = VARIABLES.make({"variables": {"core": {"debug": 3}}})
    assert several.wanted == one.wanted
    with pytest.raises(ValueError, match="group, name, value belong together"):
        VARIABLES.make({"group": "core"})
