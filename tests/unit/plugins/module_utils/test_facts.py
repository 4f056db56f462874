# Copyright: The kamailio-binrpc authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.kamailio.ctl.plugins.module_utils import _facts
from ansible_collections.kamailio.ctl.plugins.module_utils._facts import facts_task
from ansible_collections.kamailio.ctl.plugins.module_utils._task import Setting
from ansible_collections.kamailio.ctl.plugins.module_utils.binrpc.errors import ConnectError


def place(facts):
    return {"there": facts}


def run(endpoint, *subset):
    job = facts_task(place).prepare({"gather_subset": list(subset)})
    with endpoint:
        return job(endpoint, Setting())


def test_facts_stand_where_the_module_wants_them(scripted):
    found = run(scripted(("core.modules", ["kex", "ctl"])), "!all", "!min", "modules")
    assert found == {"there": {"modules": ["ctl", "kex"], "missing": {}}}


def test_a_server_that_cannot_be_reached_fails_the_task(scripted, monkeypatch):
    def gather(call, parts):
        raise ConnectError("nothing listens")

    monkeypatch.setattr(_facts, "gather", gather)
    assert run(scripted(), "all") == {"failed": True, "msg": "nothing listens"}


def test_a_wrong_subset_is_refused_with_the_options_name():
    with pytest.raises(ValueError, match=r"^gather_subset: .*moon"):
        facts_task(place).prepare({"gather_subset": ["moon"]})


def test_options():
    assert facts_task(place).spec["gather_subset"]["default"] == ["all"]
