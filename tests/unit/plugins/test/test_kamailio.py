# Copyright: The kamailio-binrpc authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible.errors import AnsibleFilterError
from ansible_collections.kamailio.ctl.plugins.test.kamailio import TestModule as Plugin

TESTS = Plugin().tests()
ABSENT = {"code": 500, "text": "Key name doesn't exist in htable.", "kind": "not_found"}
FAILED = {"failed": True, "fault": ABSENT, "method": "htable.get"}


@pytest.mark.parametrize(
    "kinds,expected",
    [
        ((), True),
        (("not_found",), True),
        (("busy",), False),
        (("busy", "not_found"), True),
        ((["busy", 500],), True),
        ((404,), False),
        (("KEY NAME",), True),
    ],
)
def test_a_fault(kinds, expected):
    assert TESTS["kamailio_fault"](FAILED, *kinds) is expected


def test_no_fault():
    assert TESTS["kamailio_fault"]({"fault": None, "failed": True}) is False
    assert TESTS["kamailio_fault"]({"fault": None}, "not_found") is False


@pytest.mark.parametrize("value", ["text", {}, None])
def test_no_result(value):
    with pytest.raises(AnsibleFilterError, match="not a result of a module"):
        TESTS["kamailio_fault"](value)


def test_no_kind():
    with pytest.raises(AnsibleFilterError, match="neither the code"):
        TESTS["kamailio_fault"](FAILED, "")


@pytest.mark.parametrize(
    "flags,active,probed",
    [("AP", True, True), ("AX", True, False), ("IP", False, True), ("TX", False, False)],
)
def test_destinations(flags, active, probed):
    for value in (flags, {"FLAGS": flags}, {"DEST": {"FLAGS": flags}}):
        assert TESTS["kamailio_dispatcher_active"](value) is active
        assert TESTS["kamailio_dispatcher_probed"](value) is probed


def test_same_uri():
    same = TESTS["same_uri"]
    assert same({"uri": "sip:gw:5060"}, "GW;transport=udp") is True
    assert same("sip:gw", "sip:gw:5061") is False
    with pytest.raises(AnsibleFilterError, match="neither a URI nor a destination"):
        same("sip:gw", None)
