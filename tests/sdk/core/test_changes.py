# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

import itertools
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kamailio_binrpc.core.changes import GENERATED, compare, fingerprint
from kamailio_binrpc.core.lab.engine import build
from kamailio_binrpc.core.lab.modules.dispatcher import Dispatcher
from kamailio_binrpc.core.lab.state import LabState
from kamailio_binrpc.core.views import reply_to_json
from tests.sdk.core.strategies import thorough


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
    assert [(kind, keys) for kind, _place, keys, *_rest in changes] == [
        ("removed", {"SET.ID": 1, "DEST.URI": "sip:b"}),
        ("added", {"SET.ID": 2}),
    ]


def test_a_count_is_told_only_if_no_row_came_or_went():
    old, new = dispatcher(A), dispatcher(A)
    new[0]["NRSETS"] = 7
    assert told(old, new) == [("changed", "0.NRSETS", {}, 1, 7, [])]
    new[0]["RECORDS"][0]["SET"]["TARGETS"][0]["DEST"]["FLAGS"] = "IP"
    assert [change[1] for change in told(old, new)][-1] == "0.NRSETS"


def slots(*each):
    """Make a reply to htable.dump of (entry, {key: value})."""
    return [
        {
            "entry": entry,
            "size": len(items),
            "slot": [{"name": k, "value": v, "type": "int"} for k, v in items.items()],
        }
        for entry, items in each
    ]


def test_items_of_a_hash_table_are_named_and_not_their_slots():
    old = slots((3, {"a": 1}), (5, {"b": 1}))
    now = slots((3, {"a": 2, "c": 1}), (9, {"d": 1}))
    assert [(kind, place, keys) for kind, place, keys, *_rest in told(old, now)] == [
        ("changed", "[name=a]", {"name": "a"}),
        ("removed", "[name=b]", {"name": "b"}),
        ("added", "[name=c]", {"name": "c"}),
        ("added", "[name=d]", {"name": "d"}),
    ]
    assert [change[2] for change in told([], now)] == [{"name": each} for each in "acd"]


def test_a_slot_is_named_if_only_it_differs():
    old, now = slots((3, {"a": 1})), slots((4, {"a": 1}))
    assert [(each[0], each[2]) for each in told(old, now)] == [
        ("removed", {"entry": 3}),
        ("added", {"entry": 4}),
    ]


def test_the_same_uri_twice_is_told_apart_by_duid():
    def reply(*pairs):
        return [{"DEST": {"URI": "sip:a", "FLAGS": f, "ATTRS": {"DUID": d}}} for d, f in pairs]

    assert told(reply(("x", "AX"), ("y", "IP")), reply(("y", "IP"), ("x", "AX"))) == []
    (change,) = told(reply(("x", "AX"), ("y", "IP")), reply(("y", "AX"), ("x", "AX")))
    assert change[2] == {"DEST.URI": "sip:a", "DEST.ATTRS.DUID": "y"}


def test_rows_of_the_same_name_are_not_changed_by_another_order():
    old = [{"name": "x", "v": 1}, {"name": "x", "v": 2}, {"name": "x", "v": 2}]
    for order in itertools.permutations(old):
        assert told(old, list(order)) == []
    assert [each[0] for each in told(old, [old[1], old[2], {"name": "x", "v": 3}])] == ["changed"]


@pytest.mark.parametrize(
    "old, new, line",
    [
        ([5], [6], "~ [0]: 5 -> 6"),
        ({"a": 1}, {}, "- a: 1"),
        ([], ["x"], "+ x"),
        (dispatcher(A), dispatcher(A, B), "+ SET.ID=1 DEST.URI=sip:b: "),
        (dispatcher(A, B), dispatcher(A), "- SET.ID=1 DEST.URI=sip:b: "),
        (
            dispatcher(A),
            dispatcher((1, "sip:a", "IP", 1.0)),
            "~ SET.ID=1 DEST.URI=sip:a: DEST.FLAGS AX -> IP",
        ),
        (slots((1, {"k": 1})), slots((1, {"k": 2, "l": 3}))[:1], "~ name=k: value 1 -> 2"),
        ([{"name": "x", "v": ["a"]}], [{"name": "x", "v": []}], "~ name=x: v - a"),
        ([{"name": "x"}], [{"name": "x", "v": {"a": 1}}], "~ name=x: v + a=1"),
        (["a\nb"], ["c"], "~ [0]: a\\nb -> c"),
    ],
)
def test_a_change_is_one_line(old, new, line):
    text = str(compare(old, new)[0])
    assert text.startswith(line)
    assert "\n" not in text


def test_the_line_of_an_added_row_holds_all_of_it():
    (change,) = compare(dispatcher(A), dispatcher(A, B))
    assert str(change) == ("+ SET.ID=1 DEST.URI=sip:b: DEST.FLAGS=AX, DEST.LATENCY.AVG=1.0")


leaves = st.one_of(st.none(), st.booleans(), st.integers(0, 2), st.floats(), st.sampled_from("ab"))
member_names = st.sampled_from(
    ["name", "id", "entry", "size", "slot", "v", "NRSETS", "Stats", "SET", "ID", "SET.ID", "a.b"]
)
replies = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(member_names, inner, max_size=4)
    ),
    max_leaves=25,
)


def shuffled(value, rng):
    """Change the order of everything whose order does not count."""
    if isinstance(value, dict):
        pairs = [(name, shuffled(member, rng)) for name, member in value.items()]
        rng.shuffle(pairs)
        return dict(pairs)
    if isinstance(value, list):
        items = [shuffled(item, rng) for item in value]
        rng.shuffle(items)
        return items
    return value


@thorough
@given(replies, replies)
def test_any_two_replies_differ_exactly_if_there_is_a_change(old, new):
    changes = compare(old, new)
    assert bool(changes) is (fingerprint(old) != fingerprint(new))
    for change in changes:
        assert "\n" not in str(change)
        assert change.kind != "changed" or fingerprint(change.old) != fingerprint(change.new)


@thorough
@given(replies, st.randoms(use_true_random=False))
def test_order_is_no_change(value, rng):
    other = shuffled(value, rng)
    assert compare(value, other) == []
    assert fingerprint(value) == fingerprint(other)


@thorough
@given(st.lists(st.fixed_dictionaries({"name": st.sampled_from("abc"), "v": leaves})), st.data())
def test_rows_that_come_and_go_are_exactly_those(rows, data):
    """Names repeat here: what was removed and added turns the old rows into the new ones."""
    now = [row for row in rows if data.draw(st.booleans())]
    random.Random(0).shuffle(now)
    left = sorted(map(fingerprint, rows))
    for change in compare(rows, now):
        assert change.kind == "removed"
        left.remove(fingerprint(change.old))
    assert left == sorted(map(fingerprint, now))


def test_members_can_be_ignored():
    now = dispatcher((1, "sip:a", "AX", 9.0), B)
    assert told(dispatcher(A, B), now, ignore=["LATENCY"]) == []
    assert told(dispatcher(A, B), now)[0][5] == ["DEST.LATENCY.AVG"]


def test_what_a_server_makes_again_can_be_ignored():
    """As the lab server of 6.1 does with each change of a set."""
    sets = {1: ["sip:192.0.2.1", "sip:192.0.2.2"], 2: ["sip:192.0.2.1"]}
    engine = build([Dispatcher(sets, reload_delta=0)], LabState("6.1"))

    def listed():
        return reply_to_json(engine.call("dispatcher.list"), "dispatcher.list")

    before = listed()
    engine.call("dispatcher.add", 1, "sip:192.0.2.9")
    names = GENERATED["dispatcher.list"]
    assert len(compare(before, listed())) > 1
    (change,) = compare(before, listed(), ignore=names)
    assert change.kind == "added" and change.keys == {"SET.ID": 1, "DEST.URI": "sip:192.0.2.9"}
    engine.call("dispatcher.remove", 1, "sip:192.0.2.9")
    assert compare(before, listed(), ignore=names) == []
    assert fingerprint(before, names) == fingerprint(listed(), names)
    assert fingerprint(before) != fingerprint(listed())


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
