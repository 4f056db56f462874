# Copyright: The kamailio-binrpc authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible.errors import AnsibleFilterError
from ansible_collections.kamailio.ctl.plugins.filter.kamailio import FilterModule

FILTERS = {name[len("kamailio_") :]: run for name, run in FilterModule().filters().items()}
GATEWAY = {"URI": "sip:192.0.2.11", "FLAGS": "IP", "PRIORITY": 3, "ATTRS": {"BODY": "duid=gw1"}}
LISTED = {"NRSETS": 1, "RECORDS": [{"SET": {"ID": 1, "TARGETS": [{"DEST": GATEWAY}]}}]}
SOCKETS = [{"socket": {"port": "5060"}}, {"socket": {"port": "5061"}}]
SHARED = [{"shv": {"name": "a", "value": 1}}, {"shv": {"name": "b", "value": 2}}]


def refused(name, *args, **options):
    with pytest.raises(AnsibleFilterError) as caught:
        FILTERS[name](*args, **options)
    return str(caught.value)


def test_every_filter_is_there():
    assert sorted(FILTERS) == [
        "at",
        "attrs",
        "destinations",
        "dispatcher_flags",
        "index",
        "members",
        "uri",
    ]


def test_at():
    path = "RECORDS.[SET.ID=1].SET.TARGETS.[DEST.URI=sip:192.0.2.11].DEST.FLAGS"
    assert FILTERS["at"](LISTED, path) == "IP"
    assert FILTERS["at"]([5, 6], "1") == 6
    assert FILTERS["at"](LISTED, "RECORDS.9", default="none") == "none"
    assert FILTERS["at"]({"a": None}, "a") is None
    assert "leads nowhere" in refused("at", LISTED, "RECORDS.9")
    assert "is not a path" in refused("at", LISTED, "RECORDS..9", default=1)


def test_members_of_either_shape():
    assert FILTERS["members"](SOCKETS, "socket") == [{"port": "5060"}, {"port": "5061"}]
    assert FILTERS["members"]({"socket": {"port": "5060"}}, "socket") == [{"port": "5060"}]
    assert FILTERS["members"]([{"a": 1}, {"b": 2}, {"a": 3}], "a") == [1, 3]
    assert FILTERS["members"]({"a": 1}, "b") == []
    assert FILTERS["members"]([], "b") == []


@pytest.mark.parametrize("value", ["text", 5, None, [5], [{"a": 1, "b": 2}]])
def test_members_of_something_else(value):
    assert "not a reply struct" in refused("members", value, "a")


def test_index():
    assert FILTERS["index"](SHARED, "shv.name")["b"]["shv"]["value"] == 2
    assert FILTERS["index"]([], "name") == {}
    assert list(FILTERS["index"]([{"n": 5}], "n")) == [5]
    assert "is not a lone value" in refused("index", SHARED, "shv")
    assert "is not a lone value" in refused("index", SHARED, "name")
    assert "takes a list" in refused("index", LISTED, "name")


def test_index_with_repeats():
    rows = [{"n": "a", "v": 1}, {"n": "a", "v": 2}]
    assert "several structs" in refused("index", rows, "n")
    assert FILTERS["index"](rows, "n", repeated="first") == {"a": rows[0]}
    assert FILTERS["index"](rows, "n", repeated="last") == {"a": rows[1]}
    assert FILTERS["index"](rows, "n", repeated="list") == {"a": rows}
    assert "repeated is" in refused("index", rows, "n", repeated="both")


@pytest.mark.parametrize(
    "value", [LISTED, [LISTED], {"values": [LISTED], "value": LISTED, "fault": None}]
)
def test_destinations(value):
    assert FILTERS["destinations"](value) == [
        {
            "set_id": 1,
            "uri": "sip:192.0.2.11",
            "state": "inactive",
            "probing": True,
            "priority": 3,
            "attrs": "duid=gw1",
            "duid": "",
        }
    ]


def test_destinations_of_something_else():
    assert "not a reply to dispatcher.list" in refused("destinations", "text")
    assert FILTERS["destinations"]({"values": [], "value": None}) == []


@pytest.mark.parametrize(
    "value", ["IP", GATEWAY, {"DEST": GATEWAY}, {"state": "inactive", "probing": True}]
)
def test_flags(value):
    assert FILTERS["dispatcher_flags"](value) == {"state": "inactive", "probing": True}


@pytest.mark.parametrize("value", ["", "QX", 5, None, {}])
def test_flags_of_something_else(value):
    assert "neither the flags" in refused("dispatcher_flags", value)


def test_attrs():
    assert FILTERS["attrs"]("duid=gw1;weight=50") == {"duid": "gw1", "weight": "50"}
    assert "are text" in refused("attrs", 5)


@pytest.mark.parametrize("value", ["192.0.2.11", GATEWAY, {"DEST": GATEWAY}, {"uri": "192.0.2.11"}])
def test_uri(value):
    assert FILTERS["uri"](value) == "sip:192.0.2.11:5060"


@pytest.mark.parametrize("value", [None, 5, {}, {"DEST": 5}, {"uri": None}, []])
def test_what_has_no_uri(value):
    assert "neither a URI nor a destination" in refused("uri", value)
