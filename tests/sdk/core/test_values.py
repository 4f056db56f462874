# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

"""Struct: a list of members that reads like a mapping; int views; Avp; Reply."""

from __future__ import annotations

import copy
import pickle

import pytest

from kamailio_binrpc.core.reply import Reply
from kamailio_binrpc.core.values import Avp, Fixed, Struct, signed, unsigned

PAIRS = [("a", 1), (None, 2), ("a", 3), ("b", None), (None, 4)]


@pytest.fixture
def struct():
    return Struct(PAIRS)


def test_keeps_order_repeated_and_unnamed_members(struct):
    assert struct.items() == PAIRS
    assert struct.keys() == list(struct) == ["a", None, "a", "b", None]
    assert struct.values() == [1, 2, 3, None, 4]
    assert len(struct) == 5


def test_reads_like_a_mapping(struct):
    assert struct["a"] == 1
    assert struct[None] == 2
    assert struct.get("a") == 1
    assert struct.get("b", 9) is None
    assert struct.get("c") is None
    assert struct.get("c", 9) == 9
    assert struct.get_all("a") == [1, 3]
    assert struct.get_all(None) == [2, 4]
    assert struct.get_all("c") == []
    assert "a" in struct
    assert None in struct
    assert "c" not in struct
    assert 1 not in struct  # a value is not a name
    with pytest.raises(KeyError, match="c"):
        struct["c"]


@pytest.mark.parametrize(
    "made",
    [
        Struct({"a": 1, "b": 2}),
        Struct(a=1, b=2),
        Struct([("a", 1)], b=2),
        Struct(iter([("a", 1), ("b", 2)])),
        Struct(Struct(a=1), b=2),
    ],
)
def test_is_made_from(made):
    assert made.items() == [("a", 1), ("b", 2)]


def test_members_may_be_called_anything():
    names = {name: 1 for name in ("members", "self")}  # noqa: C420 - pylint reads through fromkeys
    assert Struct(**names).items() == [("members", 1), ("self", 1)]


def test_of_and_add():
    struct = Struct.of(1, "x")
    struct.add("name", 2)
    struct.add(None, 3)
    assert struct.items() == [(None, 1), (None, "x"), ("name", 2), (None, 3)]
    assert Struct.of() == Struct()


def test_copies_are_independent(struct):
    for twin in (Struct(struct), copy.copy(struct), copy.deepcopy(struct)):
        assert twin == struct
        twin.add("more", 1)
        assert twin != struct
    assert pickle.loads(pickle.dumps(struct)) == struct


def test_equality_minds_order_and_kind(struct):
    assert struct == Struct(PAIRS)
    assert struct != Struct(reversed(PAIRS))
    assert Struct(a=1) != {"a": 1}
    assert Struct() != []
    assert not Struct()
    with pytest.raises(TypeError):
        hash(struct)


def test_shows_itself():
    struct = Struct([("a", Struct.of(1))])
    assert repr(struct) == "Struct([('a', Struct([(None, 1)]))])"
    assert eval(repr(struct)) == struct
    assert repr(Avp("a", 1)) == "Avp('a', 1)"


def test_refuses_what_is_no_pair():
    with pytest.raises(ValueError, match="unpack"):
        Struct([("a", 1, 2)])


@pytest.mark.parametrize(
    "one, other", [(0, 0), (5, 5), (2**31 - 1, 2**31 - 1), (-1, 2**32 - 1), (-(2**31), 2**31)]
)
def test_signed_and_unsigned(one, other):
    assert unsigned(one) == unsigned(other) == other
    assert signed(other) == signed(one) == one


def test_fixed_is_a_float():
    value = Fixed(1500)
    assert value == 1.5
    assert value.raw == 1500
    assert copy.copy(value).raw == copy.deepcopy(value).raw == 1500
    assert Fixed(2**60 + 1).raw - Fixed(2**60).raw == 1


def test_reply_is_a_list_with_a_method():
    reply = Reply([1, "a"], "core.ps")
    assert reply == [1, "a"]
    assert reply.method == "core.ps"
    assert repr(reply) == "Reply([1, 'a'])"
    assert Reply([5]).value == 5
    assert Reply() == []
    assert Reply([Struct(a=1)]).to_json() == [{"a": 1}]


@pytest.mark.parametrize("values, method", [([], "m.none"), ([1, 2], "m.two"), ([], "")])
def test_reply_has_one_value_or_says_how_many(values, method):
    match = "^%s: the reply has %d values, not one" % (method or "reply", len(values))
    reply = Reply(values, method)
    with pytest.raises(ValueError, match=match):
        assert reply.value


# -- work ------------------------------------------------------------------------------


class Name(str):
    """A name that counts how often it is compared."""

    compared = 0
    __slots__ = ()
    __hash__ = str.__hash__

    def __eq__(self, other):
        Name.compared += 1
        return str.__eq__(self, other)


def wide(count):
    """A struct of many members, and texts equal to their names."""
    return Struct((Name(f"m{n}"), n) for n in range(count)), [f"m{n}" for n in range(count)]


@pytest.mark.parametrize("count", [10, 17, 3000])
def test_each_name_is_found_in_a_few_comparisons(monkeypatch, count):
    monkeypatch.setattr(Name, "compared", 0)
    struct, names = wide(count)
    assert [struct[name] for name in names] == list(range(count))
    assert all(name in struct for name in names)
    assert [struct.get(name) for name in names] == list(range(count))
    assert "other" not in struct
    assert Name.compared <= 60 * count


def test_a_wide_struct_that_grows_is_found_in(monkeypatch):
    monkeypatch.setattr(Name, "compared", 0)
    struct = Struct()
    for number in range(2000):
        struct.add(Name(f"m{number}"), number)
        assert struct[f"m{number}"] == number
        struct.add(f"m{number}", "again")
        assert struct.get(f"m{number}") == number
        assert f"m{number + 1}" not in struct
    assert struct.get_all("m7") == [7, "again"]
    assert struct.get(None) is None
    struct.add(None, "bare")
    assert struct[None] == "bare"
    assert Name.compared <= 100 * 2000


@pytest.mark.parametrize("count", [2, 40])
def test_what_is_no_name_is_not_found(count):
    struct, _names = wide(count)
    for odd in (5, None, [], Struct()):
        assert odd not in struct
        assert struct.get(odd, "none") == "none"
        with pytest.raises(KeyError):
            struct[odd]


def test_a_searched_struct_is_copied_and_equal():
    struct, names = wide(40)
    assert names[5] in struct
    for copied in (
        pickle.loads(pickle.dumps(Struct(struct))),
        copy.deepcopy(struct),
        Struct(struct),
    ):
        assert copied == struct
        copied.add("m99", 1)
        assert "m99" in copied
        assert "m99" not in struct
