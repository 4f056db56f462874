# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

from __future__ import annotations

import pytest

from kamailio_binrpc.core.state.merge import File, Merged, MergeError
from kamailio_binrpc.core.state.wish import parse

FIRST, SECOND = "sip:192.0.2.11:5060", "sip:192.0.2.12:5060"
BASE = {
    "version": 1,
    "name": "routing",
    "htable": {"t": {"items": {"a": 1, "b": 2}, "absent": ["old"]}},
    "cfg": {"core": {"debug": 2}},
    "dispatcher": {
        "1": {
            "min_enabled": 1,
            "destinations": [{"uri": FIRST, "attrs": "duid=a"}, {"uri": SECOND, "priority": 1}],
            "absent": ["sip:192.0.2.99"],
        }
    },
}


def merged(*files):
    found = Merged(
        [
            File(f"{number}.yml", documents if isinstance(documents, list) else [documents], late)
            for number, (documents, late) in enumerate(files)
        ]
    )
    parse(found.documents)
    return found


def refused(*files):
    with pytest.raises(MergeError) as caught:
        merged(*files)
    return caught.value


def test_files_add_to_each_other():
    other = {
        "version": 1,
        "name": "acl",
        "htable": {"t": {"items": {"c": 3}, "absent": ["older"]}, "u": {"items": {"x": ""}}},
        "dispatcher": {"1": {"min_enabled": 1, "destinations": [{"uri": FIRST, "priority": 5}]}},
    }
    (document,) = merged((BASE, False), (other, False)).documents
    assert document["name"] == "routing+acl"
    assert document["htable"] == {
        "t": {"items": {"a": 1, "b": 2, "c": 3}, "absent": ["old", "older"]},
        "u": {"items": {"x": ""}},
    }
    assert document["dispatcher"]["1"]["destinations"] == [
        {"uri": FIRST, "attrs": "duid=a", "priority": 5},
        {"uri": SECOND, "priority": 1},
    ]
    # What was given is as before.
    assert BASE["htable"]["t"]["absent"] == ["old"]


@pytest.mark.parametrize(
    "other, path, text",
    [
        ({"htable": {"t": {"items": {"a": 1}}}}, "htable.t.items.a", "0.yml names it as well"),
        ({"htable": {"t": {"absent": ["old"]}}}, "htable.t.absent.0", "0.yml names it as well"),
        ({"cfg": {"core": {"debug": {"value": 2}}}}, "cfg.core.debug", "0.yml names it as well"),
        (
            {"dispatcher": {"1": {"destinations": [{"uri": SECOND}]}}},
            "dispatcher.1.destinations.0",
            "names it as well",
        ),
        (
            {"dispatcher": {"1": {"destinations": [{"uri": SECOND, "priority": 1}]}}},
            "dispatcher.1.destinations.0.priority",
            "names it as well",
        ),
        ({"dispatcher": {"1": {"min_enabled": 2}}}, "dispatcher.1.min_enabled", "says otherwise"),
        ({"htable": {"t": {"exact": True}}}, "htable.t.exact", "exact, and 0.yml names more"),
        (
            {"dispatcher": {"1": {"exact": True, "destinations": []}}},
            "dispatcher.1.exact",
            "exact, and 0.yml names more",
        ),
        ({"htabel": {}}, "htabel", "did you mean htable?"),
    ],
)
def test_what_two_files_must_not_say(other, path, text):
    error = refused((BASE, False), ({"version": 1, **other}, False))
    assert str(error).startswith(path + ": ")
    assert text in str(error)
    assert error.file == 1


def test_exact_is_for_one_file():
    base = {"version": 1, "htable": {"t": {"exact": True, "items": {"a": 1}}}}
    error = refused((base, False), ({"htable": {"t": {"items": {"b": 1}}}}, False))
    assert "name all in one file, or the rest in an overlay" in str(error)
    (document,) = merged((base, False), ({"htable": {"t": {"items": {"b": 1}}}}, True)).documents
    assert document["htable"]["t"] == {"exact": True, "items": {"a": 1, "b": 1}}


def test_an_item_may_be_called_as_a_setting_is():
    base = {"version": 1, "htable": {"t": {"items": {"exact": 1, "name": 2}}}}
    assert "names it as well" in str(refused((base, False), (base, False)))


def test_an_overlay_wins():
    overlay = {
        "name": "edge1",
        "htable": {"t": {"items": {"a": 7, "old": 1}, "absent": ["b"]}},
        "cfg": {"core": {"debug": 3}},
        "dispatcher": {
            "1": {
                "min_enabled": 0,
                "destinations": [{"uri": FIRST, "state": "disabled"}, {"uri": "192.0.2.99"}],
                "absent": ["SIP:192.0.2.12"],
            }
        },
    }
    (document,) = merged((BASE, False), (overlay, True)).documents
    assert document["name"] == "routing"
    assert document["htable"]["t"] == {"items": {"a": 7, "old": 1}, "absent": ["b"]}
    assert document["cfg"] == {"core": {"debug": 3}}
    assert document["dispatcher"]["1"] == {
        "min_enabled": 0,
        "destinations": [
            {"uri": FIRST, "attrs": "duid=a", "state": "disabled"},
            {"uri": "192.0.2.99"},
        ],
        "absent": ["SIP:192.0.2.12"],
    }
    only = {"version": 1, "name": "only"}
    assert merged((only, True)).documents[0]["name"] == "only"


def test_stages_are_joined_one_by_one():
    whole = merged(
        ([BASE, {"pv": {"shv": {"a": 1}}}], False),
        ([{}, {"pv": {"shv": {"b": 2}}}, {"pv": {"shv": {"c": 3}}}], False),
    )
    assert [document.get("pv") for document in whole.documents] == [
        None,
        {"shv": {"a": 1, "b": 2}},
        {"shv": {"c": 3}},
    ]
    assert whole.origin(1, ("pv", "shv", "b")) == (1, ("pv", "shv", "b"))
    assert whole.origin(2, ("pv", "shv", "c", "x")) == (1, ("pv", "shv", "c", "x"))


def test_checks_add_up():
    check = {"method": "tm.stats"}
    base = {"version": 1, "checks": [check]}
    (document,) = merged((base, False), (base, False), (base, True)).documents
    assert document["checks"] == [check] * 3


def test_where_a_part_is_from():
    base = {"version": 1, "dispatcher": {"1": {"destinations": [{"uri": FIRST}]}}}
    other = {"dispatcher": {"1": {"destinations": [{"uri": SECOND, "priority": 1}]}}}
    whole = merged((base, False), (other, False))
    path = ("dispatcher", "1", "destinations")
    assert whole.origin(0, (*path, 1, "priority")) == (1, (*path, 0, "priority"))
    assert whole.origin(0, (*path, 0)) == (0, (*path, 0))
    assert whole.origin(0, ("nothing",)) == (0, ("nothing",))
