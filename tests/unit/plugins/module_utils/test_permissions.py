# Copyright: The kamailio-binrpc authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.kamailio.ctl.plugins.module_utils._permissions import permissions
from ansible_collections.kamailio.ctl.plugins.module_utils.binrpc.desired.drive import drive
from ansible_collections.kamailio.ctl.plugins.module_utils.binrpc.faults import Fault, make_fault

DUMPS = {
    "addresses": ("permissions.addressDump", "No address table"),
    "subnets": ("permissions.subnetDump", "No subnet table"),
    "domains": ("permissions.domainDump", "No domain list table"),
    "trusted": ("permissions.trustedDump", "No trusted table"),
}


def read(scripted, name, values, **options):
    with scripted((DUMPS[name][0], values)) as endpoint:
        return drive(permissions([name], **options), endpoint)[name]


def address(group, **more):
    return {"group": group, "item": dict({"ip": "192.0.2.1", "port": 0, "tag": "NULL"}, **more)}


def test_addresses(scripted):
    values = [address(1), address(2, port=5060, tag="a")]
    assert read(scripted, "addresses", values) == [
        {"group": 1, "ip": "192.0.2.1", "port": 0, "tag": ""},
        {"group": 2, "ip": "192.0.2.1", "port": 5060, "tag": "a"},
    ]
    assert [each["group"] for each in read(scripted, "addresses", values, group=2)] == [2]


def test_subnets(scripted):
    values = [address(1, mask=24, tag="<null string>")]
    expected = {"group": 1, "ip": "192.0.2.1", "mask": 24, "port": 0, "tag": ""}
    assert read(scripted, "subnets", values) == [expected]
    assert read(scripted, "subnets", values, group=2) == []


def test_a_domain_belongs_to_the_group_before_it(scripted):
    def item(name):
        return {"item": {"domain_name": name, "port": 0, "tag": "t"}}

    values = [[{"group": 1}, item("a"), item("b"), {"group": 2}, item("c")]]
    found = read(scripted, "domains", values)
    assert [(each["group"], each["name"]) for each in found] == [(1, "a"), (1, "b"), (2, "c")]
    assert found[0] == {"group": 1, "name": "a", "port": 0, "tag": "t"}


@pytest.mark.parametrize("number, word", [(0, "any"), (2, "tcp"), (6, "wss"), (7, "unknown")])
def test_trusted_peers(scripted, number, word):
    texts = {"pattern": "NULL", "ruri_pattern": "^sip:", "tag": "NULL"}
    row = {"ip": "192.0.2.1", "proto": number, "priority": 5, **texts}
    # They belong to no group.
    assert read(scripted, "trusted", [[{"table": 0}, {"item": row}]], group=9) == [
        {
            "ip": "192.0.2.1",
            "protocol": word,
            "from_pattern": "",
            "ruri_pattern": "^sip:",
            "tag": "",
            "priority": 5,
        }
    ]


@pytest.mark.parametrize("name", DUMPS)
def test_a_table_that_is_not_loaded_is_empty(scripted, name):
    method, text = DUMPS[name]
    with scripted((method, make_fault(500, text, method))) as endpoint:
        assert drive(permissions([name]), endpoint) == {name: []}
    for other in ("reload in progress", "command %s not found" % method):
        with scripted((method, make_fault(500, other, method))) as endpoint, pytest.raises(Fault):
            drive(permissions([name]), endpoint)


def test_only_what_is_asked_for_is_read(scripted):
    lines = [(DUMPS[name][0], []) for name in ("trusted", "addresses")]
    with scripted(*lines) as endpoint:
        found = drive(permissions(["trusted", "addresses"]), endpoint)
    assert found == {"trusted": [], "addresses": []}
