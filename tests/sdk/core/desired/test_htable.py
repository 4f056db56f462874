# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

from __future__ import annotations

import time

import pytest

from kamailio_binrpc.core.desired.drive import Ask
from kamailio_binrpc.core.desired.htable import ITEM, TABLE, HashTable, HashTableItem, item_value
from kamailio_binrpc.core.desired.resource import Answers, StateError
from kamailio_binrpc.core.faults import Fault


def methods(result):
    return [call["method"] for call in result["rpc_calls"]]


# --- items


@pytest.mark.parametrize("lab", ["5.6", "5.7.4", "5.8.0", "6.1", "master"], indirect=True)
@pytest.mark.parametrize("value", [5, -5, 2**31 - 1, "5", ""])
def test_a_value_with_its_type(ensure, lab, value):
    assert ensure(HashTableItem("t", "n", value))["changed"] is True
    stored = lab.modules["htable"].tables["t"]["n"]
    assert (type(stored), stored) == (type(value), value)
    assert ensure(HashTableItem("t", "n", value))["changed"] is False
    assert ensure(HashTableItem("t", "n", "x5"))["changed"] is True


def test_an_item_goes(ensure, lab):
    lab.modules["htable"].tables["t"]["n"] = 1
    assert methods(ensure(HashTableItem("t", "n", present=False))) == ["htable.delete"]
    assert ensure(HashTableItem("t", "n", present=False))["changed"] is False


def test_no_value_never_deletes():
    with pytest.raises(StateError, match="an item needs a value"):
        HashTableItem("t", "n")
    with pytest.raises(StateError, match="an item needs a value"):
        HashTableItem("t", "n", None)


def test_a_boolean_is_a_number(ensure, lab):
    ensure(HashTableItem("t", "n", True))
    assert lab.modules["htable"].tables["t"]["n"] == 1


@pytest.mark.parametrize("value", [2**31, -(2**31) - 1, 1.5, ["a"], "a\0b", None])
def test_what_a_table_cannot_hold(value):
    with pytest.raises(StateError):
        item_value(value)


@pytest.mark.parametrize("expire", [-1, 2**31])
def test_an_expiry_out_of_range(expire):
    with pytest.raises(StateError, match="expire is 0 to 2147483647"):
        HashTableItem("t", "n", 1, expire)


def test_only_a_lost_expiry_is_set_again(ensure, lab, calls):
    table = lab.modules["htable"].tables["blocked"]
    first = ensure(HashTableItem("blocked", "x", "short", expire=100))
    assert first["after"]["expire"] > 90
    longer = HashTableItem("blocked", "x", "something much longer", expire=100)
    assert methods(ensure(longer)) == ["htable.setxs", "htable.setex"]
    assert table.cells["x"].expire > 0
    assert ensure(HashTableItem("blocked", "x", "something much longer"))["changed"] is False
    calls.time += 50
    # Any expiry will do, unless a tolerance is given.
    same = ("blocked", "x", "something much longer", 100)
    assert ensure(HashTableItem(*same))["changed"] is False
    assert ensure(HashTableItem(*same, tolerance=60))["changed"] is False
    assert methods(ensure(HashTableItem(*same, tolerance=5))) == ["htable.setex"]


def test_an_expiry_is_taken_away(ensure, lab):
    ensure(HashTableItem("blocked", "x", 1, expire=100))
    assert methods(ensure(HashTableItem("blocked", "x", 1, expire=0))) == ["htable.setex"]
    assert lab.modules["htable"].tables["blocked"].cells["x"].expire == 0
    assert ensure(HashTableItem("blocked", "x", 1, expire=0))["changed"] is False


def test_a_new_item_that_never_expires(ensure, lab):
    result = ensure(HashTableItem("blocked", "new", 1, expire=0))
    assert result["after"] == {"value": 1, "expire": None}
    assert methods(result) == ["htable.seti", "htable.setex"]


def test_a_table_in_which_nothing_expires(ensure):
    result = ensure(HashTableItem("t", "x", 1, expire=60))
    assert "Items in table t never expire" in result["warnings"][0]
    assert ensure(HashTableItem("t", "x", 1, expire=60))["changed"] is False


def test_a_server_without_a_clock(ensure, lab):
    """Then the clock of this machine has to do."""
    ensure(HashTableItem("blocked", "x", 1, expire=100))

    def no_clock(ctx):
        return {"now": "who knows"}

    lab.registry.method("core.uptime")(no_clock)
    result = ensure(HashTableItem("blocked", "x", 1, expire=100, tolerance=10**9))
    assert result["changed"] is False


def test_a_table_that_is_not_there(ensure):
    result = ensure(HashTableItem("nowhere", "x", 1, expire=5), failed=True)
    assert result["fault"]["text"] == "No such htable"


def test_the_list_of_tables_may_lack_one(ensure, lab):
    lab.registry.method("htable.listTables")(lambda ctx: None)
    assert "never expire" in ensure(HashTableItem("blocked", "x", 1, expire=5))["warnings"][0]


# --- tables


def test_merged_leaves_the_rest_alone(ensure, lab):
    table = lab.modules["htable"].tables["t"]
    result = ensure(HashTable("t", {"limit": "10", "new": 1}, absent=["greeting"]))
    assert (table["limit"], table["new"]) == ("10", 1)
    assert "greeting" not in table
    assert "hosts[0]" in table
    assert result["before"] == {"limit": 10, "greeting": "hello"}


def test_merged_with_deletions_alone_never_flushes_the_table(ensure, lab):
    """A flush would take items that the task does not name."""
    table = lab.modules["htable"].tables["t"]
    before = dict(table)
    result = ensure(HashTable("t", {}, absent=["greeting", "none"]))
    assert methods(result) == ["htable.delete"]
    del before["greeting"]
    assert dict(table) == before


def test_exact_deletes_the_rest(ensure, lab):
    result = ensure(HashTable("t", {"limit": 10}, exact=True))
    assert list(lab.modules["htable"].tables["t"]) == ["limit"]
    assert set(methods(result)) == {"htable.delete"}
    assert ensure(HashTable("t", {"limit": 10}, exact=True))["changed"] is False


def test_exact_and_empty_flushes(ensure, lab):
    assert methods(ensure(HashTable("t", {}, exact=True))) == ["htable.flush"]
    assert not lab.modules["htable"].tables["t"]
    assert ensure(HashTable("t", {}, exact=True))["changed"] is False


def test_wanted_and_unwanted():
    with pytest.raises(StateError, match="both in items and absent: a, b"):
        HashTable("t", {"a": 1, "b": 1, "c": 1}, absent=["b", "a"])


def test_a_table_that_is_too_large(ensure, lab):
    def too_large(ctx):
        raise Fault(500, "internal error creating rpc data")

    lab.registry.method("htable.dump")(too_large)
    assert "Single items" in ensure(HashTable("t", {"a": 1}, exact=True), failed=True)["msg"]
    # What is named can be asked for.
    assert methods(ensure(HashTable("t", {"limit": 11}, absent=["greeting"]))) == [
        "htable.seti",
        "htable.delete",
    ]


def test_a_table_that_is_full(ensure, lab):
    def refuse(ctx):
        raise Fault(500, "no memory")

    lab.registry.method("htable.seti")(refuse)
    result = ensure(HashTable("t", {"a": 1}), failed=True)
    assert result["msg"] == "htable.seti: fault 500: no memory"


# --- options


def test_options_of_an_item():
    item = ITEM.make({"table": "t", "key": 5, "value": 1, "expire": 3})
    assert (item.table, item.key, item.value, item.expire) == ("t", "5", 1, 3)
    gone = ITEM.make({"table": "t", "key": "k", "state": "absent"})
    assert gone.present is False
    assert ITEM.make({"table": "t", "key": "", "value": ""}).key == ""


@pytest.mark.parametrize(
    "options, text",
    [
        ({"value": None}, "state is present; give value as well"),
        ({}, "state is present; give value as well"),
        ({"value": 1, "key": None}, "key is null; give it"),
        ({"value": 1, "table": ""}, "table is refused; it is empty"),
        ({"value": 1, "state": "absent"}, "value has no effect with state: absent"),
        ({"value": 1, "state": None}, "state is null; leave it out"),
        ({"value": 1, "expire_tolerance": 5}, "expire_tolerance is given; give expire as well"),
        ({"value": 1, "expire": -1}, "expire is -1; write a number from 0 to 2147483647"),
        ({"value": 1, "expire": 2**31}, "write a number from 0"),
    ],
)
def test_options_of_an_item_that_are_refused(options, text):
    with pytest.raises(ValueError, match=text):
        ITEM.make({"table": "t", "key": "k", **options})


def test_options_of_a_table():
    table = TABLE.make({"table": "t", "items": {"a": 1}, "absent": ["b"]})
    assert (table.items, table.absent, table.exact) == ({"a": 1}, {"b"}, False)
    assert TABLE.make({"table": "t", "items": {"a": 1}, "mode": "replaced"}).exact is True
    assert TABLE.make({"table": "t", "mode": "replaced", "allow_empty": True}).items == {}


@pytest.mark.parametrize(
    "options, text",
    [
        ({"mode": "replaced"}, "mode: replaced without items deletes the whole table"),
        ({"mode": "replaced", "items": {}}, "mode: replaced without items deletes the whole"),
        ({"mode": "replaced", "items": None}, "items is null; leave it out, or give a value"),
        ({"items": {"a": None}}, "a is an integer or a text, not None"),
        ({"absent": [None]}, "absent has an item that is null"),
        ({"mode": "replaced", "items": {"a": 1}, "absent": ["b"]}, "absent has no effect with m"),
        ({"allow_empty": True}, "allow_empty has no effect with mode: merged"),
    ],
)
def test_options_of_a_table_that_are_refused(options, text):
    with pytest.raises(ValueError, match=text):
        TABLE.make({"table": "t", **options})


# --- whole times


def test_a_value_that_is_set_gets_its_whole_time(ensure, lab):
    ensure(HashTableItem("blocked", "x", 2, expire=5))
    result = ensure(HashTableItem("blocked", "x", 1, expire=3600))
    assert result["rpc_calls"][0]["params"] == ["blocked", "x", 1, 3600]
    assert result["after"]["expire"] > 3590


def test_an_item_that_is_about_to_expire_gets_its_time_again(ensure, calls):
    ensure(HashTableItem("blocked", "x", 1, expire=3600))
    calls.time += 1700
    assert ensure(HashTableItem("blocked", "x", 1, expire=3600))["changed"] is False
    calls.time += 200
    result = ensure(HashTableItem("blocked", "x", 1, expire=3600))
    assert methods(result) == ["htable.setex"]
    assert result["after"]["expire"] > 3590


# --- values that are too large to be read


@pytest.fixture
def small(lab):
    """Let the server have no room for values of more than 50 bytes."""
    table = lab.modules["htable"].tables["t"]
    get = lab.modules["htable"].get

    def read(ctx):
        name, key = ctx.scan("SS")
        if len(str(table.get(key, ""))) > 50:
            raise Fault(500, "Internal error creating rpc")
        return get(name, key)

    def dump(ctx):
        raise Fault(500, "Internal error creating rpc")

    lab.registry.method("htable.get")(read)
    lab.registry.method("htable.dump")(dump)
    return table


def test_a_value_that_cannot_be_read_back_is_taken_back(ensure, small):
    small["k"] = "short"
    for resource in (HashTableItem("t", "k", "x" * 90), HashTable("t", {"k": "x" * 90})):
        result = ensure(resource, failed=True)
        assert "too large to be read back" in result["msg"]
        assert (result["changed"], small["k"]) == (False, "short")


@pytest.mark.parametrize(
    "resource",
    [
        HashTableItem("t", "k", "short"),
        HashTableItem("t", "k", present=False),
        HashTable("t", {"k": "short"}),
        HashTable("t", {}, absent=["k"]),
    ],
    ids=["item", "no item", "of a table", "absent in a table"],
)
def test_a_value_that_cannot_be_read_can_be_replaced_and_deleted(ensure, small, resource):
    small["k"] = "x" * 90
    result = ensure(resource)
    assert result["before"] in ({"value": "too large"}, {"k": "too large"})
    assert small.get("k") in ("short", None)


def test_a_table_that_cannot_be_read_can_be_emptied(ensure, lab, small):
    dumped = []

    def dump(ctx):
        dumped.append(len(small))
        if small:
            raise Fault(500, "Internal error creating rpc")

    lab.registry.method("htable.dump")(dump)
    result = ensure(HashTable("t", {}, exact=True))
    assert methods(result) == ["htable.flush"]
    assert dumped[-1] == 0


# --- failures on the way


def test_a_table_is_as_before_after_a_lost_call(ensure, lab, calls):
    """Some was set when the answer to the second call got lost."""
    table = lab.modules["htable"].tables["blocked"]
    ensure(HashTableItem("blocked", "b", "old", expire=500))
    before = {key: (cell.value, cell.expire) for key, cell in table.cells.items()}
    lab.failures.add("drop", method="htable.sets", count=1)
    calls.lost = "htable.sets"
    wish = HashTable("blocked", {"a": 1, "b": "much longer than before", "c": 3})
    result = ensure(wish, failed=True)
    assert (result["changed"], result["after"]) == (False, {"b": "old"})
    after = {key: (cell.value, cell.expire) for key, cell in table.cells.items()}
    assert set(after) == set(before)
    for key, (value, expire) in before.items():
        assert after[key][0] == value
        assert abs(after[key][1] - expire) <= 2


def test_a_byte_that_is_not_utf8_is_escaped_by_no_one_here(ensure, lab):
    result = ensure(HashTableItem("t", "k", "caf\udce9"))
    assert result["after"] == {"value": "caf\udce9"}
    assert result["rpc_calls"][0]["params"][-1] == "caf\udce9"


def moment(lab, seconds):
    """Return a time by the clock of the server, in seconds since 1970."""
    return int(lab.state.clock()) + seconds


def test_items_that_expire_at_a_time(ensure, lab, calls):
    """A table lets them expire, so they go by themselves."""
    wish = HashTable("blocked", {"a": 1, "b": "x"}, until={"a": moment(lab, 600)})
    result = ensure(wish)
    assert [call["method"] for call in result["rpc_calls"]] == ["htable.setxi", "htable.sets"]
    (item,) = calls.call("htable.get", "blocked", "a")
    assert "NEVER" not in item["item"]["expire"]
    assert ensure(wish)["changed"] is False
    sooner = HashTable("blocked", {"a": 2}, until={"a": moment(lab, 300)})
    assert ensure(sooner)["after"] == {"a": 2}
    assert ensure(sooner)["changed"] is False
    assert ensure(wish)["changed"] is True


def test_an_item_whose_time_is_over_is_not_wanted(ensure, lab):
    ensure(HashTable("blocked", {"a": 1}))
    wish = HashTable("blocked", {"a": 1}, until={"a": moment(lab, -5)})
    result = ensure(wish)
    assert [call["method"] for call in result["rpc_calls"]] == ["htable.delete"]
    assert ensure(wish)["changed"] is False


def test_items_that_stay_for_some_time(ensure, calls):
    wish = HashTable("blocked", {"a": 1}, at_least={"a": 100})
    assert ensure(wish)["changed"] is True
    assert ensure(wish)["changed"] is False
    calls.pause(90)
    assert ensure(wish)["changed"] is False
    calls.pause(60)
    result = ensure(wish)
    assert [call["method"] for call in result["rpc_calls"]] == ["htable.setex"]
    # Its value can be changed without its time.
    result = ensure(HashTable("blocked", {"a": 7}, at_least={"a": 100}))
    assert result["after"] == {"a": 7}
    assert ensure(HashTable("blocked", {"a": 7}, at_least={"a": 150}))["changed"] is False
    # What never expires stays long enough.
    calls.once("htable.setex", "blocked", "a", 0)
    assert ensure(HashTable("blocked", {"a": 7}, at_least={"a": 5000}))["changed"] is False


@pytest.mark.parametrize("more", [{"until": {"a": 2**31}}, {"at_least": {"a": 5}}])
def test_a_table_without_expiry_takes_no_time(ensure, more):
    result = ensure(HashTable("t", {"a": 1}, **more), failed=True)
    assert "items in table t never expire" in result["msg"]
    assert result["rpc_calls"] == []


def test_exact_removes_no_more_than_allowed(ensure):
    ensure(HashTable("t", {"a": 1, "b": 2, "c": 3}, exact=True))
    result = ensure(HashTable("t", {"a": 1}, exact=True, max_remove=1), failed=True)
    assert "2 items would be removed from table t, and max_remove is 1" in result["msg"]
    result = ensure(HashTable("t", {}, exact=True, allow_empty=False), failed=True)
    assert "exact without items would empty table t" in result["msg"]
    # What is named as absent is meant to go.
    assert ensure(HashTable("t", {"a": 1}, ["b"], exact=True, max_remove=1))["changed"] is True
    ensure(HashTable("t", {}, exact=True))
    assert ensure(HashTable("t", {}, exact=True, allow_empty=False))["changed"] is False


@pytest.fixture
def in_zone(monkeypatch):
    """Put this process into a zone."""

    def move(name):
        monkeypatch.setenv("TZ", name)
        time.tzset()

    yield move
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize("of_server", [0, 7200, -34200])
def test_an_expiry_does_not_depend_on_the_zone_of_the_process(in_zone, of_server):
    """A guardian, which may be in another zone, compares the values of a journal."""
    now = time.time()

    def text(moment, form):
        return time.strftime(form, time.gmtime(moment + of_server))

    item = {"name": "a", "value": 1, "expire": text(now + 600, "%Y-%m-%d %H:%M:%S")}
    answers = Answers()
    replies = [
        (Ask("htable.dump", ("exp",)), [{"entry": 1, "slot": [{"name": "a", "value": 1}]}]),
        (Ask("htable.listTables"), [{"name": "exp", "expire": 60, "dbtable": ""}]),
        (Ask("htable.get", ("exp", "a")), [{"item": item}]),
        (Ask("core.uptime"), [{"now": text(now, "%a %b %d %H:%M:%S %Y")}]),
    ]
    for ask, reply in replies:
        answers.add(ask, reply)
    for zone in ("UTC", "Europe/Berlin", "Asia/Kolkata", "America/St_Johns"):
        in_zone(zone)
        seen = HashTable("exp", {"a": 1}, until={"a": int(now) + 900}).observe(answers)
        assert abs(seen["htable", "exp", "a", "until"] - (now + 600)) < 2
        assert abs(seen.facts["now"] - now) < 2
