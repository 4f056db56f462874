# Copyright: The kamailio-binrpc authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.kamailio.ctl.plugins.module_utils._state_module import (
    finished,
    state_task,
)
from ansible_collections.kamailio.ctl.plugins.module_utils._task import SHARED, Setting
from ansible_collections.kamailio.ctl.plugins.module_utils.binrpc.desired.drive import Ask
from ansible_collections.kamailio.ctl.plugins.module_utils.binrpc.desired.kind import Kind
from ansible_collections.kamailio.ctl.plugins.module_utils.binrpc.desired.leaf import Leaves
from ansible_collections.kamailio.ctl.plugins.module_utils.binrpc.desired.options import (
    Option,
    Options,
)
from ansible_collections.kamailio.ctl.plugins.module_utils.binrpc.desired.resource import Resource
from ansible_collections.kamailio.ctl.plugins.module_utils.binrpc.desired.step import Step
from ansible_collections.kamailio.ctl.plugins.module_utils.binrpc.faults import Fault, make_fault

OPTIONS = Options(
    {"level": Option("int"), "pin": Option(secret=True)}, required_by={"pin": ["level"]}
)
BUSY = make_fault(500, "ongoing reload", "permissions.addressReload")


LEVEL = ("m", "level")
METHODS = ("system.listMethods", ["m.get", "m.set"])


class Level(Resource):
    persisted_by = "it is in the configuration"

    def __init__(self, level):
        self.level = level

    def questions(self, answers):
        return [Ask("m.get")]

    def observe(self, answers):
        return Leaves({LEVEL: answers.values("m.get")[0]})

    def resolve(self, seen):
        return {LEVEL: self.level}

    def steps(self, changes, seen):
        return [Step("m.set", each.after, leaves={LEVEL: each.after}) for each in changes]

    def show(self, leaves):
        return {"level": leaves[LEVEL]}


TASK = state_task(Kind("level", OPTIONS, lambda params: Level(params["level"])))


def run(endpoint, level, busy_timeout=60, warn_lost=True, **setting):
    params = {"level": level, "busy_timeout": busy_timeout, "warn_lost": warn_lost}
    with endpoint:
        return TASK.prepare(params)(endpoint, Setting(**setting))


def test_options_are_those_of_the_kind_and_of_all_state_modules():
    assert set(TASK.spec) == {"level", "pin", *SHARED}
    assert TASK.spec["pin"]["no_log"] is True
    assert TASK.options.required_by == {"pin": ["level"]}


def test_a_change(scripted):
    script = scripted(("m.get", [1]), ("m.set", 2, []), ("m.get", [2]))
    result = run(script, 2, diff=True)
    assert result["changed"] is True
    assert result["endpoint"] == script.address
    assert result["diff"] == {"before": {"level": 1}, "after": {"level": 2}}
    (warning,) = result["warnings"]
    assert warning.endswith("is lost when Kamailio is restarted, unless it is in the configuration")
    assert "persisted_by" not in result


def test_nothing_to_change(scripted):
    result = run(scripted(("m.get", [2])), 2)
    assert (result["changed"], result["warnings"]) == (False, [])
    assert "diff" not in result


@pytest.mark.parametrize("setting, warn_lost", [({"check_mode": True}, True), ({}, False)])
def test_no_warning_of_what_is_lost(scripted, setting, warn_lost):
    lines = [("m.get", [1])]
    if setting:
        lines.append(METHODS)
    else:
        lines += [("m.set", 2, []), ("m.get", [2])]
    result = run(scripted(*lines), 2, warn_lost=warn_lost, **setting)
    assert (result["changed"], result["warnings"]) == (True, [])


def test_check_mode_changes_nothing_and_says_what_it_would_do(scripted):
    result = run(scripted(("m.get", [1]), METHODS), 2, check_mode=True)
    assert result["rpc_calls"] == [{"method": "m.set", "params": [2]}]
    assert result["after"] == {"level": 2}


def test_a_diff_of_what_could_not_be_read(scripted):
    result = run(scripted(("m.get", Fault(500, "no"))), 2, diff=True)
    assert result["failed"] is True
    assert result["diff"] == {"before": {}, "after": {}}


def test_a_server_that_is_busy_is_waited_for_by_the_endpoints_pause(scripted):
    lines = [("m.get", [1]), ("m.set", 2, BUSY), ("m.get", [1]), ("m.set", 2, []), ("m.get", [2])]
    script = scripted(*lines)
    assert run(script, 2)["changed"] is True
    assert len(script.pauses) == 1
    assert run(scripted(*lines[:2]), 2, busy_timeout=0)["failed"] is True


def test_a_result_is_completed_once(scripted):
    result = {"persisted_by": "", "warnings": [], "before": None, "after": None}
    found = finished(result, scripted(), {"warn_lost": True}, Setting(diff=True))
    assert found == {
        "warnings": [],
        "before": None,
        "after": None,
        "endpoint": scripted.address,
        "diff": {"before": {}, "after": {}},
    }
