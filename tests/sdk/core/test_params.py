# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

"""Parameters whose type is written down."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kamailio_binrpc.core.errors import EncodeError
from kamailio_binrpc.core.params import TYPES, force, from_mapping, from_text

from .strategies import thorough

FORCED = [
    ("str", "5", "5"),
    ("str", " a ", " a "),
    ("str", 5, "5"),
    ("str", 1.5, "1.5"),
    ("str", True, "true"),
    ("str", False, "false"),
    ("int", "5", 5),
    ("int", " -5 ", -5),
    ("int", "+5", 5),
    ("int", "007", 7),
    ("int", 5, 5),
    ("int", 5.0, 5),
    ("int", True, 1),
    ("float", "1.5", 1.5),
    ("float", "5", 5.0),
    ("float", 5, 5.0),
    ("float", "1e5", 100000.0),
    ("bool", True, 1),
    ("bool", False, 0),
    ("bool", " Yes ", 1),
    ("bool", "off", 0),
    ("bool", "1", 1),
    ("bool", "0", 0),
    ("bool", 2, 1),
    ("bool", 0.0, 0),
    ("bytes", "0a0B", b"\x0a\x0b"),
    ("bytes", "0a 0b", b"\x0a\x0b"),
    ("bytes", "", b""),
]
REFUSED = [
    ("str", None),
    ("str", [1]),
    ("str", {"a": 1}),
    ("int", ""),
    ("int", "5.0"),
    ("int", "0x10"),
    ("int", "five"),
    ("int", 1.5),
    ("int", None),
    ("int", math.inf),
    ("int", math.nan),
    ("int", [5]),
    ("float", "a"),
    ("float", None),
    ("float", 10**400),
    ("bool", "maybe"),
    ("bool", ""),
    ("bool", 0.5),
    ("bool", None),
    ("bool", math.inf),
    ("bytes", "abc"),
    ("bytes", "zz"),
    ("bytes", 5),
]


@pytest.mark.parametrize("kind, value, expected", FORCED)
def test_force(kind, value, expected):
    result = force(kind, value)
    assert result == expected
    assert result.__class__ is expected.__class__
    assert from_mapping({"type": kind, "value": value}) == expected


@pytest.mark.parametrize("kind, value", REFUSED)
def test_force_refuses(kind, value):
    with pytest.raises(EncodeError) as caught:
        force(kind, value)
    assert str(caught.value) == "%r does not read as %s" % (value, kind)


@pytest.mark.parametrize("text", ["9" * 5000, "i:" + "9" * 5000, "b:" + "z" * 5000])
def test_a_text_without_end_is_refused_in_a_few_words(text):
    with pytest.raises(EncodeError, match="does not read as") as caught:
        from_text(text)
    assert len(str(caught.value)) < 200


def test_unknown_types_are_named_with_the_known_ones():
    with pytest.raises(EncodeError, match="unknown parameter type 'real'; there are str, int"):
        force("real", 1.5)
    assert {kind for kind, _value, _expected in FORCED} == set(TYPES)


@pytest.mark.parametrize("value", [5, "a", 1.5, None, [1], True, b"a"])
def test_what_is_no_mapping_stays(value):
    assert from_mapping(value) is value


@pytest.mark.parametrize(
    "value, keys",
    [
        ({}, ""),
        ({"type": "int"}, "type"),
        ({"b": 1, "a": 2}, "a, b"),
        ({5: 1}, "5"),
        ({"type": "int", "value": 5, "more": 1}, "more, type, value"),
    ],
)
def test_other_mappings_are_refused(value, keys):
    with pytest.raises(EncodeError) as caught:
        from_mapping(value)
    assert str(caught.value).startswith("a mapping with the keys %s; no method takes" % keys)
    assert '{"type": "int", "value": "5"}' in str(caught.value)


@pytest.mark.parametrize(
    "text, value",
    [
        ("5", 5),
        ("-5", -5),
        ("+5", 5),
        ("1.5", 1.5),
        ("-.5", -0.5),
        ("5.", "5."),
        ("", ""),
        ("a", "a"),
        ("0x10", "0x10"),
        ("1e5", "1e5"),
        ("inf", "inf"),
        ("nan", "nan"),
        (" 5", " 5"),
        ("5\n", "5\n"),
        ("1_0", "1_0"),
        ("\u0663", "\u0663"),  # a digit, but not of ASCII
        ("85030A", "85030A"),
        ("s:5", "5"),
        ("s:", ""),
        ("s:s:5", "s:5"),
        ("i:5", 5),
        ("d:5", 5.0),
        ("b:0a", b"\x0a"),
        ("sip:a@b", "sip:a@b"),
        ("S:5", "S:5"),
        (":5", ":5"),
    ],
)
def test_words_of_a_command_line(text, value):
    result = from_text(text)
    assert result == value
    assert result.__class__ is value.__class__


@pytest.mark.parametrize("text", ["i:a", "i:", "d:x", "b:5", "i:1.5"])
def test_a_prefix_must_fit(text):
    with pytest.raises(EncodeError, match="does not read as"):
        from_text(text)


@thorough
@given(st.one_of(st.text(max_size=20), st.sampled_from(["9" * 5000, "i:" + "9" * 5000, "9" * 400])))
def test_any_word_is_a_value_or_refused(text):
    try:
        result = from_text(text)
    except EncodeError:
        return
    assert isinstance(result, (str, int, float, bytes))
    assert from_text("s:" + text) == text
