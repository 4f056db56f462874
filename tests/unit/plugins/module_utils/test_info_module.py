# Copyright: The kamailio-binrpc authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.kamailio.ctl.plugins.module_utils._info_module import info_task
from ansible_collections.kamailio.ctl.plugins.module_utils._task import SHARED, Setting
from ansible_collections.kamailio.ctl.plugins.module_utils.binrpc.desired.drive import ask
from ansible_collections.kamailio.ctl.plugins.module_utils.binrpc.desired.options import (
    Option,
    Options,
)
from ansible_collections.kamailio.ctl.plugins.module_utils.binrpc.errors import CallTimeout
from ansible_collections.kamailio.ctl.plugins.module_utils.binrpc.faults import Fault


def gather(params):
    return {"found": (yield from ask("m.list", params["name"]))}


TASK = info_task(gather, Options({"name": Option()}))


def run(endpoint):
    with endpoint:
        return TASK.prepare({"name": "n"})(endpoint, Setting())


def test_what_is_gathered_is_the_result(scripted):
    found = run(scripted(("m.list", "n", [1, 2])))
    assert found == {"changed": False, "endpoint": "udp:192.0.2.1:2049", "found": [1, 2]}


@pytest.mark.parametrize(
    "error, said",
    [
        (Fault(400, "no such thing"), "no such thing"),
        (CallTimeout("no answer", executed=None), "no answer. Whether the server has run"),
    ],
)
def test_a_call_that_fails_fails_the_task(scripted, error, said):
    found = run(scripted(("m.list", "n", error)))
    assert (found["failed"], found["changed"]) == (True, False)
    assert said in found["msg"]
    assert found["endpoint"] == "udp:192.0.2.1:2049"


def test_options_are_its_own_and_those_of_all_modules():
    assert TASK.spec["name"] == {"type": "str"}
    assert set(TASK.spec) == {"name", *SHARED}


def test_an_option_that_the_server_shows_to_be_wrong(scripted):
    def refuse(params):
        yield from ask("m.list")
        raise ValueError("no such name")

    with scripted(("m.list", [])) as endpoint:
        found = info_task(refuse, Options({})).prepare({})(endpoint, Setting())
    assert (found["failed"], found["msg"]) == (True, "no such name")
