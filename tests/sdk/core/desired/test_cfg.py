# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

from __future__ import annotations

import pytest

from kamailio_binrpc.core.desired.cfg import VARIABLES, CfgVariables
from kamailio_binrpc.core.desired.resource import StateError
from kamailio_binrpc.core.faults import Fault
from kamailio_binrpc.core.values import NULL_TEXT


def methods(result):
    return [call["method"] for call in result["rpc_calls"]]


def test_one_variable(ensure, lab):
    result = ensure(CfgVariables({"lab": {"max_calls": 11}}))
    assert methods(result) == ["cfg.seti"]
    assert result["after"] == {"lab": {"max_calls": 11}}
    assert lab.modules["cfg_rpc"]["lab"]["max_calls"] == 11
    assert ensure(CfgVariables({"lab": {"max_calls": "11"}}))["changed"] is False


def test_several_variables_change_one_by_one(ensure, lab):
    result = ensure(CfgVariables({"lab": {"max_calls": 11, "label": "x"}}))
    # Delayed changes are shared by all clients: another could roll them back, or commit them.
    assert methods(result) == ["cfg.seti", "cfg.sets"]
    assert result["before"] == {"lab": {"max_calls": 10, "label": "box"}}
    assert ensure(CfgVariables({"lab": {"max_calls": 11, "label": "x"}}))["changed"] is False


def test_several_variables_or_none(ensure, lab):
    # The last one can be read, but not set.
    wish = {"lab": {"max_calls": 11, "label": "x"}, "tcp": {"fd_cache": 0}}
    result = ensure(CfgVariables(wish), failed=True)
    assert "may be read-only" in result["msg"]
    assert methods(result) == ["cfg.seti", "cfg.sets", "cfg.seti", "cfg.sets"]
    assert result["changed"] is False
    assert lab.modules["cfg_rpc"]["lab"]["label"] == "box"
    assert lab.modules["cfg_rpc"]["lab"]["max_calls"] == 10
    assert lab.modules["cfg_rpc"].pending == []


def test_a_transaction_of_another_client_is_left_alone_and_told(ensure, lab, calls):
    calls.once("cfg.set_delayed_int", "core", "debug", 0)
    result = ensure(CfgVariables({"lab": {"max_calls": 11, "label": "x"}}))
    assert result["warnings"][0].endswith("wait for cfg.commit: core.debug = 0")
    assert len(lab.modules["cfg_rpc"].pending) == 1


@pytest.mark.parametrize("lab", ["5.6", "6.1.0", "6.1.1", "master"], indirect=True)
def test_a_variable_that_cannot_be_read(ensure, lab):
    """Nothing shows what it was, so it is set each time, and counts as a change."""
    wish = CfgVariables({"tm": {"fr_timer": "20000"}})
    for _number in range(2):
        result = ensure(wish)
        assert [call["params"] for call in result["rpc_calls"]] == [["tm", "fr_timer", 20000]]
        assert result["changed"] is True
        assert result["before"] == {"tm": {"fr_timer": "unknown"}}
        assert result["after"] == {"tm": {"fr_timer": 20000}}
    assert lab.modules["cfg_rpc"]["tm"]["fr_timer"] == 20000


def test_a_variable_that_cannot_be_read_is_not_put_back(ensure):
    wish = {"tm": {"fr_timer": 20000}, "tcp": {"fd_cache": 0}}
    result = ensure(CfgVariables(wish), failed=True)
    assert result["changed"] is True
    (left,) = result["not_undone"]
    assert left["address"] == "cfg.tm.fr_timer"
    assert left["why"] == "the server does not show what it was before"


def test_an_instance_is_made_for_its_variables(ensure, lab):
    result = ensure(CfgVariables({"maxfwd[1]": {"max_limit": "5"}}))
    assert methods(result) == ["cfg.add_group_inst", "cfg.seti"]
    assert result["after"] == {"maxfwd[1]": {"max_limit": 5}}
    assert ensure(CfgVariables({"maxfwd[1]": {"max_limit": 5}}))["changed"] is False


def test_an_instance_that_was_made_goes_with_the_failure(ensure, calls):
    result = ensure(CfgVariables({"maxfwd[1]": {"max_limit": 256}}), failed=True)
    assert (result["changed"], result["after"]) == (False, {})
    assert methods(result) == ["cfg.add_group_inst", "cfg.del_group_inst"]
    with pytest.raises(Fault, match="Failed to get"):
        calls.call("cfg.get", "maxfwd[1]", "max_limit")


def test_an_instance_of_a_group_that_is_not_there(ensure):
    result = ensure(CfgVariables({"nothing[1]": {"a": 5}}), failed=True)
    assert "nothing.a cannot be read" in result["msg"]


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


def test_an_instance_inherits_again(ensure, lab):
    ensure(CfgVariables({"lab[1]": {"max_calls": 250}}))
    wish = CfgVariables({"core": {"debug": 2}}, inherit=[["lab[1]", "max_calls"]])
    result = ensure(wish)
    assert {"method": "cfg.del", "params": ["lab[1]", "max_calls"]} in result["rpc_calls"]
    assert result["after"]["lab[1]"] == {"max_calls": 10}
    assert ensure(wish)["changed"] is False
    ensure(CfgVariables({"lab": {"max_calls": 20}}))
    assert ensure(wish)["changed"] is False


def test_an_instance_that_is_not_there_has_nothing_of_its_own(ensure):
    result = ensure(CfgVariables({}, inherit=[("lab[7]", "max_calls")]))
    assert (result["changed"], result["rpc_calls"]) == (False, [])


def test_inheriting_is_undone(ensure, lab, calls):
    ensure(CfgVariables({"lab[1]": {"max_calls": 250}}))
    once, sent = calls.once, []

    def failing(method, *params):
        sent.append(method)
        if method == "cfg.seti" and params[1] == "feature_on":
            raise Fault(400, "no", method)
        return once(method, *params)

    calls.once = failing
    wish = CfgVariables({"lab[1]": {"feature_on": 0}}, inherit=[("lab[1]", "max_calls")])
    result = ensure(wish, failed=True)
    assert result["changed"] is False
    assert lab.modules["cfg_rpc"].instances["lab", 1]["max_calls"] == 250


@pytest.mark.parametrize("group", ["lab", "core"])
def test_only_instances_inherit(group):
    with pytest.raises(StateError, match="is not an instance"):
        CfgVariables({}, inherit=[(group, "max_calls")])


def test_unset_text_is_written_as_the_server_shows_it(ensure, lab):
    lab.modules["cfg_rpc"]["lab"]["label"] = "box"
    wish = CfgVariables({"lab": {"label": NULL_TEXT}})
    assert ensure(wish)["changed"] is True
    assert ensure(wish)["changed"] is False
