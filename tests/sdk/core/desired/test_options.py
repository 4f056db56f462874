# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

from __future__ import annotations

import pytest

from kamailio_binrpc.core.desired.options import Option, Options
from kamailio_binrpc.core.masking import Secrets

INNER = {"name": Option(required=True), "size": Option("int", default=1)}
FIELDS = {
    "text": Option(),
    "number": Option("int"),
    "share": Option("float"),
    "switch": Option("bool", default=False),
    "names": Option("list", elements="str"),
    "rows": Option("list", elements="dict", options=INNER),
    "row": Option("dict", options=INNER),
    "map": Option("dict", default={}),
    "any": Option("raw"),
    "word": Option(choices=["a", "b"], default="a"),
    "words": Option("list", elements="str", choices=["a", "b"]),
}
DEFAULTS = {**dict.fromkeys(FIELDS), "switch": False, "map": {}, "word": "a"}


def check(**given):
    found = Options(FIELDS).check(given)
    return {name: value for name, value in found.items() if value != DEFAULTS[name]}


def test_defaults():
    assert Options(FIELDS).check({}) == DEFAULTS


@pytest.mark.parametrize(
    "given, found",
    [
        ({"text": "x"}, {"text": "x"}),
        # Keys and names that look like numbers come as such out of YAML.
        ({"text": 42}, {"text": "42"}),
        ({"number": -5}, {"number": -5}),
        ({"share": 1}, {"share": 1.0}),
        ({"share": 0.5}, {"share": 0.5}),
        ({"switch": True}, {"switch": True}),
        ({"names": ("x", 5)}, {"names": ["x", "5"]}),
        ({"rows": [{"name": "x"}]}, {"rows": [{"name": "x", "size": 1}]}),
        ({"row": {"name": "x", "size": 2}}, {"row": {"name": "x", "size": 2}}),
        ({"map": {"a": [1]}}, {"map": {"a": [1]}}),
        ({"any": {"a": [1]}}, {"any": {"a": [1]}}),
        ({"word": "b"}, {"word": "b"}),
        ({"words": ["b", "a"]}, {"words": ["b", "a"]}),
        ({"text": None}, {}),
    ],
)
def test_values(given, found):
    assert check(**given) == found


@pytest.mark.parametrize(
    "given, text",
    [
        ({"number": "5"}, "number is '5'; write a whole number, without quotes"),
        ({"number": True}, "number is True; write a whole number"),
        ({"number": 1.5}, "number is 1.5; write a whole number"),
        ({"share": "1"}, "share is '1'; write a number"),
        ({"share": False}, "share is False; write a number"),
        ({"switch": "no"}, "switch is 'no'; write true or false, without quotes"),
        ({"switch": 0}, "switch is 0; write true or false"),
        ({"switch": None}, "switch is null; leave it out, or give a value"),
        ({"text": True}, "text is True; write text, in quotes"),
        ({"text": 1.5}, "text is 1.5; write text, in quotes"),
        ({"names": "a,b"}, "names is 'a,b'; write a list"),
        ({"names": [None]}, "names[0] is None; write text"),
        ({"rows": [{}]}, "rows[0].name is missing; give it"),
        ({"rows": [5]}, "rows[0] is 5; write a mapping"),
        ({"row": {"name": "x", "sise": 1}}, "no option row.sise; there are name, size"),
        ({"map": [1]}, "map is [1]; write a mapping"),
        ({"word": "c"}, "word is 'c'; write one of a, b"),
        ({"words": ["a", "c"]}, "words is 'c'; write one of a, b"),
        ({"txt": "x", "a": 1}, "there is no option a, txt; there are text, number"),
    ],
)
def test_what_is_refused(given, text):
    with pytest.raises(ValueError) as caught:  # noqa: PT011
        check(**given)
    assert text in str(caught.value)


CONDITIONS = Options(
    {name: Option() for name in ("a", "b", "c", "d")},
    required_if=[("a", "x", ["b", "c"])],
    required_one_of=[("a", "d")],
    required_together=[("b", "c")],
    required_by={"d": ["b"]},
    mutually_exclusive=[("a", "d")],
)


@pytest.mark.parametrize(
    "given, text",
    [
        ({"a": "x"}, "a is x; give b, c as well"),
        ({}, "nothing is given of a, d; give one of them"),
        ({"a": None}, "nothing is given of a, d; give one of them"),
        ({"a": "y", "b": "1"}, "b, c belong together; give all of them"),
        ({"d": "1"}, "d is given; give b as well"),
        ({"a": "1", "d": "1", "b": "1", "c": "1"}, "a and d exclude each other; give one of them"),
    ],
)
def test_conditions(given, text):
    with pytest.raises(ValueError, match=text):
        CONDITIONS.check(given)


@pytest.mark.parametrize(
    "given", [{"a": "y"}, {"a": "x", "b": "1", "c": "1"}, {"d": "1", "b": "1", "c": "1"}]
)
def test_conditions_that_hold(given):
    assert CONDITIONS.check(given) == {**dict.fromkeys("abcd"), **given}


def test_a_secret_is_not_in_the_message():
    options = Options({"pin": Option("int", secret=True)})
    with pytest.raises(ValueError, match="pin is not shown; write a whole number") as caught:
        options.check({"pin": "4711"})
    assert caught.value.__suppress_context__


PIN = {"pin": Option(secret=True)}
NAMED = {"name": Option(), "value": Option(named_by="name")}
KEYS = {"all": Option("dict", named_by="keys")}


@pytest.mark.parametrize(
    "fields, given, found",
    [
        (PIN, {"pin": "sesame"}, True),
        ({"pin": Option(secret=False)}, {"pin": "sesame"}, False),
        ({"pin": Option()}, {"pin": "sesame"}, False),
        (PIN, {"pin": ["x", {"a": "sesame"}]}, True),
        ({"a": Option("list", options=PIN)}, {"a": [{"pin": "sesame"}]}, True),
        ({"a": Option("dict", options=PIN)}, {"a": {"pin": "sesame"}}, True),
        ({"a": Option("dict", options=PIN)}, {"a": "sesame"}, False),
        (NAMED, {"name": "token", "value": "sesame"}, True),
        (NAMED, {"name": "level", "value": "sesame"}, False),
        (NAMED, {"value": "sesame"}, False),
        (KEYS, {"all": {"group": {"token": "sesame"}}}, True),
        (KEYS, {"all": {"token": "sesame"}}, True),
        (KEYS, {"all": {"group": {"level": "sesame"}}}, False),
        (KEYS, {"all": "sesame"}, False),
        (PIN, {}, False),
    ],
)
def test_secrets_in_options(fields, given, found):
    secrets = Secrets()
    Options(fields).remember_secrets(given, secrets)
    assert (secrets.hide("sesame") == "(hidden)") is found


def test_options_that_belong_together_and_nothing_else():
    options = Options({"a": Option(), "b": Option()}, required_together=[("a", "b")])
    assert options.check({"a": "1", "b": "2"}) == {"a": "1", "b": "2"}
    with pytest.raises(ValueError, match="a, b belong together"):
        options.check({"a": "1"})
