# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Parameters come out as the methods want them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kamailio_binrpc.core.catalogue.binding import AsIs, bind
from kamailio_binrpc.core.catalogue.lookup import methods
from kamailio_binrpc.core.encoder import Encoder
from kamailio_binrpc.core.errors import EncodeError

EVERY = list(methods())


@pytest.mark.parametrize(
    "method, args, kwargs, sent",
    [
        # Numbers where the method reads strings, and the other way round.
        ("htable.get", ["t", 5], {}, ["t", "5"]),
        ("htable.get", ["t", -1], {}, ["t", "-1"]),
        ("htable.sets", ["t", "k", 1.5], {}, ["t", "k", "1.5"]),
        ("htable.seti", ["t", "k", "5"], {}, ["t", "k", 5]),
        ("htable.seti", ["t", "k", " -7 "], {}, ["t", "k", -7]),
        ("htable.seti", ["t", "k", 3.0], {}, ["t", "k", 3]),
        ("htable.seti", ["t", "k", True], {}, ["t", "k", 1]),
        ("pl.push_load", [1], {}, [1.0]),
        ("pl.push_load", ["0.25"], {}, [0.25]),
        ("uac.reg_disable", ["l_uuid", "85030"], {}, ["l_uuid", "85030"]),
        ("uac.reg_disable", ["l_uuid", 85030], {}, ["l_uuid", "85030"]),
        # By name, in any order.
        (
            "dispatcher.set_state",
            [],
            {"uri": "sip:a", "state": "I", "group": "2"},
            ["I", 2, "sip:a"],
        ),
        ("htable.setxi", ["t", "k"], {"expire": 60, "value": 1}, ["t", "k", 1, 60]),
        # Left out.
        ("dispatcher.list", [], {}, []),
        ("dispatcher.list", [None], {}, []),
        ("dispatcher.list", [], {"mode": None}, []),
        ("dispatcher.add", [1, "sip:a"], {"attrs": "x=1"}, [1, "sip:a", 0, 0, "x=1"]),
        ("dispatcher.add", [1, "sip:a"], {"priority": 5}, [1, "sip:a", 0, 5]),
        (
            "ul.add",
            ["location", "a", "sip:b"],
            {"expires": 0, "q": -1},
            ["location", "a", "sip:b", 0, -1.0, ".", 0, 0, -1, ".", "."],
        ),
        # Typed by another one.
        ("pv.shvSet", ["v", "int", "5"], {}, ["v", "int", 5]),
        ("pv.shvSet", ["v", "str", 5], {}, ["v", "str", "5"]),
        ("pv.shvSet", [], {"value": 5, "type": "str", "name": "v"}, ["v", "str", "5"]),
        # Either.
        ("cfg.set", ["core", "debug", 3], {}, ["core", "debug", 3]),
        ("cfg.set", ["core", "debug", "3"], {}, ["core", "debug", "3"]),
        # Repeated.
        ("core.printi", ["1", 2], {}, [1, 2]),
        ("core.printi", [], {}, []),
        ("core.printi", [], {"value": [1, "2"]}, [1, 2]),
        ("stats.fetch", ["core:", "tm:", 5], {}, ["core:", "tm:", "5"]),
        # Asked to be left alone.
        ("htable.get", ["t", AsIs(5)], {}, ["t", 5]),
        ("no.such", ["5", 5, AsIs(1.5)], {}, ["5", 5, 1.5]),
    ],
)
def test_bind(method, args, kwargs, sent):
    bound = bind(method, args, kwargs)
    assert [(type(value), value) for value in bound] == [(type(value), value) for value in sent]


@pytest.mark.parametrize(
    "method, args, kwargs, parts",
    [
        ("htable.get", ["t"], {}, ["htable.get", "key", "htable.get table key"]),
        ("htable.get", [], {"key": "k"}, ["htable.get", "table"]),
        ("htable.get", ["t", None], {}, ["htable.get", "key"]),
        ("htable.get", ["t", "a", "b"], {}, ["htable.get", "3", "too many", "quotes"]),
        ("htable.get", ["t"], {"table": "t", "key": "k"}, ["table", "twice"]),
        ("htable.get", ["t"], {"kee": "k"}, ["no parameter kee", "table key"]),
        ("htable.get", ["t", b"k"], {}, ["parameter 2", "key", "text", "b'k'"]),
        ("htable.get", ["t", ["k"]], {}, ["parameter 2", "key", "text"]),
        ("dispatcher.set_state", ["A", "x", "all"], {}, ["parameter 2", "group", "whole", "'x'"]),
        ("dispatcher.set_state", ["A", "1_0", "all"], {}, ["group", "whole"]),
        ("dispatcher.set_state", ["A", 1.5, "all"], {}, ["group", "whole", "1.5"]),
        ("dispatcher.set_state", ["A", 2**32, "all"], {}, ["group", "32 bits"]),
        ("dispatcher.set_state", ["A", float("inf"), "all"], {}, ["group", "whole"]),
        ("dispatcher.set_state", ["A", float("nan"), "all"], {}, ["group", "whole"]),
        ("pl.push_load", ["much"], {}, ["load", "number", "'much'"]),
        ("pl.push_load", ["nan"], {}, ["load", "number"]),
        ("pl.push_load", [1e300], {}, ["load", "number"]),
        ("cfg.set", ["a", "b", {"c": 1}], {}, ["parameter 3", "value"]),
        ("pv.shvSet", ["v", "int", "five"], {}, ["parameter 3", "value", "whole"]),
        ("no.such", [], {"a": 1}, ["no.such", "order"]),
    ],
)
def test_bind_refuses_and_says_why(method, args, kwargs, parts):
    with pytest.raises(EncodeError) as caught:
        bind(method, args, kwargs)
    for part in parts:
        assert part in str(caught.value)


def test_an_optional_parameter_without_filling_cannot_be_jumped_over():
    with pytest.raises(EncodeError) as caught:
        bind("pkg.stats", [], {"value": 1})
    assert "by" in str(caught.value)
    assert "before" in str(caught.value)


# Made once, of a few characters: each of several kinds and widths, digits that int() takes too.
NUMBERS = st.integers(-(2**40), 2**40) | st.sampled_from([-(2**31) - 1, -(2**31), 2**32 - 1, 2**32])
VALUES = st.one_of(
    st.just("1"),  # every type takes it, so that those behind it are looked at
    NUMBERS,
    st.floats(),
    st.text("09٣.-+_ \t\n\x01\x7f:;aZéß€\ufffd😀", max_size=5),
    NUMBERS.map(str),
    st.integers(-9, 9).map(str),
    st.booleans(),
    st.binary(max_size=2),
)
CHOOSY = [method for method in EVERY if {p.type for p in method.params} & {"int", "float"}]
MOST = max(len(method.params) for method in EVERY) + 1
COUNTS = st.sampled_from([0, 0, 0, 1, -1, -2])  # of arguments more than parameters


@given(st.sampled_from(CHOOSY) | st.sampled_from(EVERY), st.tuples(*[VALUES] * MOST), COUNTS)
def test_whatever_bind_returns_can_be_sent_and_has_the_type(method, values, more):
    args = values[: max(0, len(method.params) + more)]
    try:
        bound = bind(method.name, args)
    except EncodeError as error:
        assert method.name in str(error)
        return
    for param, sent in zip(method.params, bound):
        if not param.typed_by and param.type != "any":
            assert type(sent).__name__ == param.type
    if not any(param.type == "any" for param in method.params):
        Encoder().add_all(bound)
