# Copyright: The kamailio-binrpc authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible.errors import AnsibleFilterError
from ansible_collections.kamailio.ctl.plugins.plugin_utils import _replies as replies

DEST = {"URI": "sip:192.0.2.11", "FLAGS": "IP", "PRIORITY": 3, "ATTRS": {"BODY": "duid=gw1"}}
LISTED = {"NRSETS": 1, "RECORDS": [{"SET": {"ID": 1, "TARGETS": [{"DEST": DEST}]}}]}
ABSENT = {"code": 500, "text": "Key name doesn't exist in htable.", "kind": "not_found"}


@pytest.mark.parametrize(
    "value, expected",
    [([1], True), ((1,), True), ("text", False), (b"text", False), ({}, False), (None, False)],
)
def test_lists(value, expected):
    assert replies.is_list(value) is expected


# --- paths


@pytest.mark.parametrize(
    "path, expected",
    [
        ("RECORDS.0.SET.ID", 1),
        ("RECORDS.[SET.ID=1].SET.TARGETS.0.DEST.URI", "sip:192.0.2.11"),
        ("RECORDS.[SET.ID=2]", replies.MISSING),
        ("NRSETS.deeper", replies.MISSING),
    ],
)
def test_a_path(path, expected):
    assert replies.follow(LISTED, path) == expected


@pytest.mark.parametrize("path", ["", "a..b", ".a", None])
def test_what_is_no_path(path):
    with pytest.raises(AnsibleFilterError):
        replies.follow(LISTED, path)


# --- structs and values


@pytest.mark.parametrize(
    "struct, expected",
    [
        ({"a": 1, "b": 2}, [("a", 1), ("b", 2)]),
        ([{"a": 1}, {"a": 2}], [("a", 1), ("a", 2)]),
        ({}, []),
        ([], []),
    ],
)
def test_members_of_either_shape(struct, expected):
    assert replies.pairs(struct) == expected


@pytest.mark.parametrize("struct", ["text", 5, None, [{"a": 1, "b": 2}], [5], [{}]])
def test_what_is_no_struct(struct):
    with pytest.raises(AnsibleFilterError, match="mapping"):
        replies.pairs(struct)


@pytest.mark.parametrize(
    "result, expected",
    [
        ({"values": [1, 2], "changed": False}, [1, 2]),
        ([1, 2], [1, 2]),
        ({"a": 1}, [{"a": 1}]),
        # A struct of a server may have such a name as well.
        ({"values": "three"}, [{"values": "three"}]),
        (5, [5]),
    ],
)
def test_values_of_a_result_or_of_a_part_of_it(result, expected):
    assert replies.values_of(result) == expected


# --- destinations


@pytest.mark.parametrize("result", [LISTED, [LISTED], {"values": [LISTED]}])
def test_destinations(result):
    (found,) = replies.destinations(result)
    assert (found["set_id"], found["uri"], found["state"]) == (1, "sip:192.0.2.11", "inactive")


def test_what_has_no_destinations():
    with pytest.raises(AnsibleFilterError):
        replies.destinations({"NRSETS": 1})


@pytest.mark.parametrize(
    "value, expected",
    [
        ("AP", ("active", True)),
        ("IX", ("inactive", False)),
        (DEST, ("inactive", True)),
        ({"DEST": DEST}, ("inactive", True)),
        ({"state": "trying", "probing": 1}, ("trying", True)),
        ({"state": "trying"}, ("trying", False)),
    ],
)
def test_the_state_of_a_destination(value, expected):
    assert replies.state_of(value) == expected


@pytest.mark.parametrize("value", ["", "sip:192.0.2.1", {"URI": "sip:192.0.2.1"}, 5, None])
def test_what_has_no_state(value):
    with pytest.raises(AnsibleFilterError, match="flags of a destination"):
        replies.state_of(value)


# --- faults


@pytest.mark.parametrize(
    "fault, patterns, expected",
    [
        (ABSENT, (), True),
        (None, (), False),
        (None, ("not_found",), False),
        (ABSENT, ("not_found",), True),
        (ABSENT, ("busy",), False),
        (ABSENT, ("busy", 500), True),
        (ABSENT, (["busy", "not_found"],), True),
        (ABSENT, (404,), False),
        (ABSENT, ("key NAME",), True),
    ],
)
def test_faults(fault, patterns, expected):
    result = {"fault": fault, "method": "htable.get"}
    assert replies.has_fault(result, *patterns) is expected


@pytest.mark.parametrize("result", [{}, {"failed": True}, "text", None])
def test_a_result_of_another_module(result):
    with pytest.raises(AnsibleFilterError, match="no member fault"):
        replies.has_fault(result)


def test_what_is_no_fault_pattern():
    with pytest.raises(AnsibleFilterError):
        replies.has_fault({"fault": ABSENT}, "")
