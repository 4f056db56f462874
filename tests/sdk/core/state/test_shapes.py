# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

from __future__ import annotations

import pytest

from kamailio_binrpc.core.desired.options import Option
from kamailio_binrpc.core.state.shapes import (
    Anything,
    Either,
    Flag,
    Items,
    Map,
    Number,
    Record,
    Scalar,
    Text,
    WishError,
    of_option,
)

TEXT = Text(wrong=lambda text: "remove the blank" if " " in text else "")
RECORD = Record({"one": Number(low=0), "two": Flag()}, required=["one"])

GOOD = [
    (Text(), "a", {"type": "string", "minLength": 1}),
    (Text(empty=True), "", {"type": "string"}),
    (Text(choices=["on", "off"]), "on", {"type": "string", "enum": ["on", "off"]}),
    (Number(low=0, high=9), 9, {"type": "integer", "minimum": 0, "maximum": 9}),
    (Number(whole=False), 0.5, {"type": "number"}),
    (Flag(), False, {"type": "boolean"}),
    (Flag(only=True), True, {"const": True}),
    (Anything("Any."), [None], {"description": "Any."}),
    (Items(Flag()), [True, False], {"type": "array", "items": {"type": "boolean"}}),
    (
        Map(Flag(), key=Text(choices=["a"])),
        {"a": True},
        {
            "type": "object",
            "additionalProperties": {"type": "boolean"},
            "propertyNames": {"enum": ["a"]},
        },
    ),
    (
        RECORD,
        {"one": 1},
        {
            "type": "object",
            "additionalProperties": False,
            "properties": {
                "one": {"type": "integer", "minimum": 0, "maximum": 2**31 - 1},
                "two": {"type": "boolean"},
            },
            "required": ["one"],
        },
    ),
    (
        Either(Flag(), Record({})),
        {},
        {
            "anyOf": [
                {"type": "boolean"},
                {"type": "object", "additionalProperties": False, "properties": {}},
            ]
        },
    ),
]


@pytest.mark.parametrize("shape, value, schema", GOOD)
def test_what_is_right_and_its_schema(shape, value, schema):
    assert shape.check(value, ()) == value
    assert shape.schema() == schema


@pytest.mark.parametrize(
    "shape, value, text",
    [
        (Text(), 5, "x: 5 is not text; quote it"),
        (Text(), "", "x: it is empty; leave it out, or give a text"),
        (TEXT, "a b", "x: 'a b' is refused; remove the blank"),
        (Text(choices=["enabled", "disabled"]), "enable", "did you mean enabled?"),
        (Text(choices=["enabled", "disabled"]), "x", "write one of enabled, disabled"),
        (Text(choices=["enabled", "disabled"]), True, "true is not text; write one of enabled"),
        (Number(), True, "x: true is not a whole number"),
        (Number(), "5", "x: '5' is not a whole number; write one, without quotes"),
        (Number(), 1.0, "x: 1.0 is not a whole number"),
        (Number(), 2**31, "x: 2147483648 is out of range; write -2147483648 to 2147483647"),
        (Number(low=0, whole=False), -1, "write 0 or more"),
        (Number(whole=False), float("nan"), "not finite"),
        (Number(whole=False), float("inf"), "not finite"),
        (Flag(), 1, "1 is neither true nor false"),
        (Flag(only=True), False, "only true has a meaning here"),
        (Items(Flag()), "a", "x: 'a' is not a list"),
        (Items(Text()), ["a", "a"], "x.1: it is given twice"),
        (Items(Text(), same=str.lower), ["a", "A"], "x.1: it is given twice"),
        (Map(Flag()), {"a b": 1}, 'x["a b"]: 1 is neither'),
        (Map(Flag()), {1: True}, "x.1: the key 1 is not text; quote it"),
        (Map(Flag()), {"": True}, "it is empty"),
        (RECORD, {"on": 1}, "x.on: there is no such key; did you mean one?"),
        (RECORD, {"zzz": 1}, "x.zzz: there is no such key; write one of one, two"),
        (RECORD, {}, "x: one is missing; give it"),
        (RECORD, 5, "x: 5 is not a mapping"),
        (Record({"a": Flag(), "b": Flag()}, exclusive=["ab"]), {"a": True, "b": True}, "exclude"),
        (Scalar(), 1.5, "x: 1.5 is neither a whole number nor text"),
        (Scalar(), None, "x: null is neither"),
        (Scalar(), {}, "x: a mapping is neither"),
        (Scalar(), "a\0", "NUL"),
        (Either(Flag(), RECORD), {"two": True}, "one is missing"),
    ],
)
def test_what_is_wrong_is_said_with_the_remedy(shape, value, text):
    with pytest.raises(WishError) as caught:
        shape.check(value, ("x",))
    assert text in str(caught.value)


def test_what_is_long_is_cut():
    with pytest.raises(WishError) as caught:
        Number().check("y" * 1000, ("x",))
    assert len(str(caught.value)) < 200


def test_a_shape_has_the_limits_of_an_option():
    assert of_option(Option("int", low=0)).schema()["minimum"] == 0
    assert of_option(Option(choices=["a"])).schema()["enum"] == ["a"]
    assert of_option(Option("bool")).schema() == {"type": "boolean"}
    assert of_option(Option(empty="unset")).check("", ()) == ""
    number = of_option(Option("float", wrong=lambda value: "no" if value > 1 else ""))
    assert number.check(1, ()) == 1
    with pytest.raises(WishError, match="no"):
        number.check(2, ())
