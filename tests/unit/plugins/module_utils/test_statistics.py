# Copyright: The kamailio-binrpc authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.kamailio.ctl.plugins.module_utils._statistics import statistics
from ansible_collections.kamailio.ctl.plugins.module_utils.binrpc.desired.drive import drive
from ansible_collections.kamailio.ctl.plugins.module_utils.binrpc.errors import ProtocolError


def read(scripted, names, *answer):
    with scripted(("stats.fetch", *names, list(answer))) as endpoint:
        return drive(statistics(names), endpoint)


def test_counters_are_numbers_by_group_and_name(scripted):
    big = "18446744073709551615"
    found = read(scripted, ["all"], {"core.fwd": "3", "shmem.free": big, "core.bad.URIs": "0"})
    assert found == {"core": {"fwd": 3, "bad.URIs": 0}, "shmem": {"free": 2**64 - 1}}


def test_names_may_repeat(scripted):
    found = read(scripted, ["core:", "core.fwd"], [{"core.fwd": "1"}, {"core.fwd": "2"}])
    assert found == {"core": {"fwd": 2}}


@pytest.mark.parametrize("value", ["", "x", "1.5", "9" * 5000, "\u00b2", 1.5, {}, []])
def test_what_is_no_counter_is_no_answer(scripted, value):
    with pytest.raises(ProtocolError, match=r"the value of core\.fwd is not a number"):
        read(scripted, ["all"], {"core.fwd": value})


@pytest.mark.parametrize("name", ["all", "core:", "core.fwd", "core:fwd", "fwd", "bad.URIs"])
def test_names_that_are_found(scripted, name):
    assert read(scripted, [name], {"core.fwd": "3", "core.bad.URIs": "0"})["core"]["fwd"] == 3


@pytest.mark.parametrize("name", ["nothing", "core.nothing", "nothing:", "shmem.fwd"])
def test_a_name_that_the_server_does_not_have(scripted, name):
    with pytest.raises(ValueError, match="names: there are no counters %s" % name):
        read(scripted, ["core:", name], {"core.fwd": "3"})
