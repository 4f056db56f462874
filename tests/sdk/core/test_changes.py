# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

import itertools

import pytest

from kamailio_binrpc.core.changes import compare


def told(*args, **options):
    return [
        (change.kind, change.place, change.keys, change.old, change.new, change.members)
        for change in compare(*args, **options)
    ]


def dispatcher(*targets):
    """Make a reply of (set, uri, flags)."""
    records = [
        {
            "SET": {
                "ID": number,
                "TARGETS": [
                    {"DEST": {"URI": uri, "FLAGS": flags, "LATENCY": {"AVG": average}}}
                    for _number, uri, flags, average in group
                ],
            }
        }
        for number, group in itertools.groupby(targets, key=lambda target: target[0])
    ]
    return [{"NRSETS": len(records), "RECORDS": records}]


A = (1, "sip:a", "AX", 1.0)
B = (1, "sip:b", "AX", 1.0)
C = (2, "sip:a", "AX", 1.0)


def test_nothing_changed():
    value = dispatcher(A, B, C)
    assert told(value, dispatcher(A, B, C)) == []


def test_the_innermost_row_is_told():
    now = dispatcher(A, (1, "sip:b", "IP", 1.0), C)
    place = "0.RECORDS.[SET.ID=1].SET.TARGETS.[DEST.URI=sip:b]"
    (change,) = told(dispatcher(A, B, C), now)
    assert change == (
        "changed",
        place,
        {"SET.ID": 1, "DEST.URI": "sip:b"},
        {"DEST": {"URI": "sip:b", "FLAGS": "AX", "LATENCY": {"AVG": 1.0}}},
        {"DEST": {"URI": "sip:b", "FLAGS": "IP", "LATENCY": {"AVG": 1.0}}},
        ["DEST.FLAGS"],
    )


def test_positions_do_not_count():
    assert told(dispatcher(A, B, C), dispatcher(C, B, A)) == []


def test_rows_come_and_go():
    changes = told(dispatcher(A, B), dispatcher(A, C))
    assert [(kind, keys) for kind, _place, keys, *_rest in changes[1:]] == [
        ("removed", {"SET.ID": 1, "DEST.URI": "sip:b"}),
        ("added", {"SET.ID": 2}),
    ]
    # NRSETS is a member of no row.
    assert changes[0] == ("changed", "0.NRSETS", {}, 1, 2, [])


def test_members_can_be_ignored():
    now = dispatcher((1, "sip:a", "AX", 9.0), B)
    assert told(dispatcher(A, B), now, ignore=["LATENCY"]) == []
    assert told(dispatcher(A, B), now)[0][5] == ["DEST.LATENCY.AVG"]


def test_a_row_and_one_inside_it():
    def table(size, value):
        return [{"name": "t", "size": size, "slots": [{"name": "k", "value": value}]}]

    changes = told(table(1, 1), table(2, 2))
    assert [(kind, place, members) for kind, place, _keys, _old, _new, members in changes] == [
        ("changed", "[name=t].slots.[name=k]", ["value"]),
        ("changed", "[name=t]", ["size"]),
    ]
    assert changes[0][2] == {"name": "k"}


def test_rows_of_the_same_name_are_not_lost():
    old = [{"name": "x", "v": 1}, {"name": "x", "v": 2}]
    assert told(old, old[:1])[0][:2] == ("removed", "[name=x]")
    assert told(old, [old[0], {"name": "x", "v": 3}])[0][3:5] == (old[1], {"name": "x", "v": 3})


def test_several_members_can_make_a_key():
    nodes = [{"host": "a", "port": "1", "s": 0}, {"host": "a", "port": "2", "s": 0}]
    now = [nodes[0], dict(nodes[1], s=1)]
    (change,) = told(nodes, now)
    assert change[1:3] == ("[host=a,port=2]", {"host": "a", "port": "2"})


def test_own_keys():
    old = [{"nick": "x", "v": 1}, {"nick": "y", "v": 1}]
    assert [each[0] for each in told(old, [old[1], {"nick": "x", "v": 2}])] == ["removed", "added"]
    assert told(old, [old[1], {"nick": "x", "v": 2}], keys=["nick"])[0][1] == "[nick=x]"


def test_lists_without_keys_are_bags():
    assert told(["a", "b", "b"], ["b", "c", "a"]) == [
        ("removed", "", {}, "b", None, []),
        ("added", "", {}, None, "c", []),
    ]
    assert told([{"x": 1, "t": 1}, {"x": 2, "t": 1}], [{"x": 2, "t": 5}, {"x": 1, "t": 2}]) != []
    ignored = told(
        [{"x": 1, "t": 1}, {"x": 2, "t": 1}], [{"x": 2, "t": 5}, {"x": 1, "t": 2}], ignore=["t"]
    )
    assert ignored == []


def test_a_single_value_is_changed_and_not_replaced():
    assert told([5], [6]) == [("changed", "0", {}, 5, 6, [])]
    assert told([{"used": 1}], [{"used": 2}]) == [("changed", "0.used", {}, 1, 2, [])]


@pytest.mark.parametrize("pair", list(itertools.permutations([1, "1", 1.0, True, None, [], {}], 2)))
def test_types_count(pair):
    assert [each[0] for each in told([pair[0]], [pair[1]])] == ["changed"]


def test_members_come_and_go():
    assert told({"a": 1}, {"b": 1}) == [
        ("removed", "a", {}, 1, None, []),
        ("added", "b", {}, None, 1, []),
    ]
