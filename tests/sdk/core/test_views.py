# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

"""Views of decoded values, and what each of them drops."""

from __future__ import annotations

import json

import pytest

from kamailio_binrpc.core.catalogue.arrays import arrays_of
from kamailio_binrpc.core.errors import BinrpcError
from kamailio_binrpc.core.reply import Reply
from kamailio_binrpc.core.values import Fixed, Struct
from kamailio_binrpc.core.views import LossyView, reply_to_json, to_dict, to_json, to_pairs

from .test_values import Name

REPEATED = Struct([("a", 1), ("b", Struct(c=2)), ("a", 3)])
MIXED = Struct([("a", 1), (None, 2), (None, 3)])


@pytest.mark.parametrize(
    "value, pairs",
    [
        (5, 5),
        ("a", "a"),
        (Struct(), []),
        (REPEATED, [("a", 1), ("b", [("c", 2)]), ("a", 3)]),
        (MIXED, [("a", 1), (None, 2), (None, 3)]),
        ([Struct(a=1), [Struct.of(2)]], [[("a", 1)], [[(None, 2)]]]),
    ],
)
def test_to_pairs_drops_nothing(value, pairs):
    assert to_pairs(value) == pairs


@pytest.mark.parametrize(
    "value, expected",
    [
        (1.5, 1.5),
        ("é", "é"),
        (b"\xff\xc3\xa9", "\udcffé"),
        (Fixed(2**60 + 1), float(2**60 + 1) / 1000),
        (Fixed(9_007_199_254_740_993_000), 9_007_199_254_740_993),  # whole: no digit is lost
        (Struct(), {}),
        (Struct(a=1, b=Struct(c="x")), {"a": 1, "b": {"c": "x"}}),
        (Struct.of(1, "a"), [1, "a"]),
        (Struct.of(Struct(a=1)), [{"a": 1}]),
        (REPEATED, [{"a": 1}, {"b": {"c": 2}}, {"a": 3}]),
        (MIXED, [{"a": 1}, 2, 3]),
        ([1, [Struct(a=1)]], [1, [{"a": 1}]]),
    ],
)
def test_to_json(value, expected):
    result = to_json(value)
    assert result == expected
    assert result.__class__ is expected.__class__
    json.dumps(result)


@pytest.mark.parametrize(
    "arrays, value, expected",
    [
        # Only the list of arrays can tell an array with one or no member from a struct.
        ({"."}, Struct(a=1), [{"a": 1}]),
        ({"."}, Struct(), []),
        ({"a"}, Struct(a=Struct(b=1), c=Struct(b=1)), {"a": [{"b": 1}], "c": {"b": 1}}),
        ({"a.b"}, Struct(a=Struct(b=Struct(b=1))), {"a": {"b": [{"b": 1}]}}),
        # An array's unnamed members are not arrays themselves; their members may be.
        ({"a"}, Struct(a=Struct.of(Struct(b=1, c=2))), {"a": [{"b": 1, "c": 2}]}),
        ({"a", "a.b"}, Struct(a=Struct.of(Struct(b=Struct(c=1)))), {"a": [{"b": [{"c": 1}]}]}),
        ({"a"}, Struct(a=Struct.of(Struct.of(1))), {"a": [[1]]}),
    ],
)
def test_to_json_with_known_arrays(arrays, value, expected):
    assert to_json(value, arrays) == expected


@pytest.mark.parametrize(
    "method, value, expected",
    [
        (
            "htable.dump",
            Struct(entry=0, size=1, slot=Struct.of(Struct(name="k", value=5, type="int"))),
            {"entry": 0, "size": 1, "slot": [{"name": "k", "value": 5, "type": "int"}]},
        ),
        (
            "dispatcher.list",
            Struct(
                NRSETS=1,
                RECORDS=Struct(SET=Struct(ID=1, TARGETS=Struct(DEST=Struct(URI="sip:a")))),
            ),
            {
                "NRSETS": 1,
                "RECORDS": [{"SET": {"ID": 1, "TARGETS": [{"DEST": {"URI": "sip:a"}}]}}],
            },
        ),
        (
            "core.sockets_list",
            Struct(socket=Struct(proto="udp")),
            [{"socket": {"proto": "udp"}}],
        ),
        ("my.method", Struct(slot=Struct(a=1)), {"slot": {"a": 1}}),
    ],
)
def test_replies_have_the_shape_of_jsonrpcs(method, value, expected):
    assert reply_to_json([value], method) == [expected]
    assert Reply([value], method).to_json() == [expected]


def test_arrays_of():
    assert arrays_of("htable.dump") == {"slot"}
    assert arrays_of("ul.lookup") == {"Contacts"}
    assert arrays_of("core.sockets_list") == {"."}
    assert "routes.domains" in arrays_of("cr.dump_routes")
    assert arrays_of("my.method") == frozenset()


@pytest.mark.parametrize(
    "value, expected",
    [
        (5, 5),
        (b"a", b"a"),
        (Struct(), {}),
        (Struct(a=1, b=Struct(c=2)), {"a": 1, "b": {"c": 2}}),
        (Struct.of(1, Struct(a=2)), [1, {"a": 2}]),
        ([Struct(a=1)], [{"a": 1}]),
    ],
)
def test_to_dict_of_what_a_dict_can_hold(value, expected):
    for repeated in ("error", "first", "last", "list"):
        assert to_dict(value, repeated) == expected


@pytest.mark.parametrize(
    "value, first, last, gathered",
    [
        (
            REPEATED,
            {"a": 1, "b": {"c": 2}},
            {"a": 3, "b": {"c": 2}},
            {"a": [1, 3], "b": {"c": 2}},
        ),
        (MIXED, {"a": 1, None: 2}, {"a": 1, None: 3}, {"a": 1, None: [2, 3]}),
    ],
)
def test_to_dict_told_how(value, first, last, gathered):
    assert to_dict(value, "first") == first
    assert to_dict(value, "last") == last
    assert to_dict(value, "list") == gathered
    assert to_dict([Struct.of(value)], "list") == [[gathered]]


@pytest.mark.parametrize(
    "value, what",
    [
        (REPEATED, "all 2 'a'"),
        (MIXED, "the unnamed members"),
        (Struct(outer=REPEATED), "all 2 'a'"),
        ([Struct.of(MIXED)], "the unnamed members"),
    ],
)
def test_to_dict_says_what_it_cannot_hold(value, what):
    with pytest.raises(LossyView) as caught:
        to_dict(value)
    assert str(caught.value) == (
        "a dict cannot hold %s of this struct; use items(), to_pairs(), or "
        "to_dict(..., repeated='list')" % what
    )
    assert isinstance(caught.value, BinrpcError)
    assert isinstance(caught.value, ValueError)


def test_to_dict_refuses_another_word():
    with pytest.raises(ValueError, match="'frist'"):
        to_dict(Struct(), "frist")


@pytest.mark.parametrize("repeated", ["first", "last", "list"])
def test_to_dict_compares_each_name_a_few_times(monkeypatch, repeated):
    monkeypatch.setattr(Name, "compared", 0)
    count = 3000
    pairs = [(Name(f"m{number}"), number) for number in range(count)]
    found = to_dict(Struct(pairs + pairs), repeated)
    assert list(found) == [name for name, _number in pairs]
    assert found["m7"] == ([7, 7] if repeated == "list" else 7)
    assert Name.compared <= 5 * count
