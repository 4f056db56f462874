# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

from __future__ import annotations

import pytest

from kamailio_binrpc.core.desired.options import Option, Options, no_blanks, received
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
        ({"names": [None]}, "names has an item that is null; leave it out"),
        ({"row": {"name": None}}, "row.name is null; give it"),
        ({"rows": [{"name": "x", "size": None}]}, "rows[0].size is null; leave it out"),
        ({"text": ""}, "text is refused; it is empty; leave it out, or give a value"),
        ({"any": ""}, "any is refused; it is empty"),
        ({"any": {}}, "any is refused; it is empty"),
        ({"names": []}, "names is refused; it is empty"),
        ({"names": ["x", ""]}, "names is ['x', '']; an item is empty"),
        ({"rows": [{"name": ""}]}, "rows[0].name is refused; it is empty"),
        ({"number": 2**31}, "number is 2147483648; write a number from -2147483648 to 2147483647"),
        ({"share": float("nan")}, "share is nan; write a finite number"),
        ({"share": float("inf")}, "share is inf; write a finite number"),
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
    options = Options({"pin": Option("int", secret=True, high=9)})
    with pytest.raises(ValueError, match="pin is not shown; write a whole number") as caught:
        options.check({"pin": "4711"})
    assert caught.value.__suppress_context__
    with pytest.raises(ValueError, match="pin is refused; write a number from -2147483648 to 9"):
        options.check({"pin": 4711})


# --- what counts as given


def test_null_counts_as_not_given_for_every_condition():
    for names in ("a", "b", "c", "d"):
        nulls = dict.fromkeys(names)
        assert received(CONDITIONS.fields, nulls) == {}
    pair = {"a": Option(), "b": Option()}
    both = {"a": None, "b": None}
    one = {"a": None, "b": "x"}
    for condition in (
        {"mutually_exclusive": [("a", "b")]},
        {"required_by": {"a": ["b"]}},
        {"required_together": [("a", "b")]},
        {"only_if": [("b", "y", ["a"])]},
    ):
        assert Options(pair, **condition).check(both) == both
    assert Options(pair, mutually_exclusive=[("a", "b")]).check(one) == one
    for condition in (
        {"required_one_of": [("a", "b")]},
        {"required_if": [("b", None, ["a"])]},
    ):
        with pytest.raises(ValueError, match="give"):
            Options(pair, **condition).check(both)


@pytest.mark.parametrize(
    "option, text",
    [
        (Option(required=True), "x is null; give it"),
        (Option(default="d"), "x is null; leave it out, or give a value"),
        (Option("raw", null=False), "x is null; leave it out, or give a value"),
    ],
)
def test_null_is_refused_where_leaving_out_means_something_else(option, text):
    with pytest.raises(ValueError, match=text):
        received({"x": option}, {"x": None})


def test_what_is_not_an_option_stays_for_whoever_checks_types():
    given = {"y": None, "rows": [5, {"name": "x", "size": 3}], "row": 5, "map": {"a": None}}
    assert received(FIELDS, given) == given
    assert received({"rows": FIELDS["rows"]}, {"rows": [{"name": "x", "z": None}]}) == {
        "rows": [{"name": "x", "z": None}]
    }
    maybe = {"row": Option("dict", options={"a": Option(), "b": Option()})}
    assert received(maybe, {"row": {"a": None, "b": "x"}}) == {"row": {"b": "x"}}


@pytest.mark.parametrize(
    "given, text",
    [
        ({"text": []}, r"text is \[\]; write text, in quotes"),
        ({"text": {}}, "text is {}; write text, in quotes"),
        ({"text": False}, "text is False; write text, in quotes"),
        ({"names": [[]]}, r"names\[0\] is \[\]; write text, in quotes"),
        ({"names": ""}, "names is empty; write a list"),
        ({"rows": [{"name": []}]}, r"rows\[0\].name is \[\]; write text, in quotes"),
    ],
)
def test_what_a_conversion_would_hide(given, text):
    with pytest.raises(ValueError, match=text):
        received(FIELDS, given)


def test_a_secret_of_the_wrong_type_is_not_shown():
    with pytest.raises(ValueError, match="pin is not text; write text, in quotes"):
        received({"pin": Option(secret=True)}, {"pin": ["4711"]})


def test_a_default_counts_as_not_given():
    options = Options(
        {"a": Option(), "switch": Option("bool", default=False), "mode": Option(default="m")},
        mutually_exclusive=[("a", "switch")],
        required_by={"mode": ["a"]},
    )
    assert options.check({"a": "x", "switch": False, "mode": "m"})["a"] == "x"
    options.check({"mode": "m"})
    with pytest.raises(ValueError, match="a and switch exclude each other"):
        options.check({"a": "x", "switch": True})
    with pytest.raises(ValueError, match="mode is given; give a as well"):
        options.check({"mode": "n"})
    assert options.given({"a": None, "switch": True, "mode": "m", "other": 1}) == {"switch": True}


# --- further conditions


def test_an_option_that_would_have_no_effect():
    options = Options(
        {"state": Option(default="present"), "value": Option()},
        only_if=[("state", "present", ["value"])],
    )
    assert options.check({"value": "x"})["value"] == "x"
    assert options.check({"state": "absent", "value": None})["value"] is None
    with pytest.raises(ValueError, match="value has no effect with state: absent; leave it out"):
        options.check({"state": "absent", "value": "x"})


def test_an_option_that_has_an_effect_with_several_values():
    options = Options(
        {"state": Option(), "least": Option("int")}, only_if=[("state", ("a", "b"), ["least"])]
    )
    assert options.check({"state": "b", "least": 1})["least"] == 1
    with pytest.raises(ValueError, match="least has no effect with state: c"):
        options.check({"state": "c", "least": 1})


def test_rules():
    options = Options({"a": Option()}, rules=[lambda params: "no" if params["a"] == "x" else ""])
    assert options.check({}) == {"a": None}
    with pytest.raises(ValueError, match=r"^no\Z"):
        options.check({"a": "x"})


@pytest.mark.parametrize(
    "option, good, bad",
    [
        (Option("int", low=1), [1, 2**31 - 1], [0, -1, 2**31]),
        (Option("int", low=-5, high=3), [-5, 0, 3], [-6, 4]),
        (Option("float", above=0), [0.1, 5], [0, -1, float("nan"), float("inf")]),
        (Option("float", low=0), [0.5], [-0.5]),
        (Option("list", elements="int", low=0), [[0, 1]], [[0, -1]]),
        (Option(wrong=no_blanks), ["sip:a", "caf\udce9"], [" a", "a ", "a b", "a\n", "\x00"]),
        (Option(empty="nothing"), [""], []),
        (Option("list", elements="str", empty="nothing"), [[], [""]], []),
        (Option("raw", empty="nothing"), ["", [], {}], []),
    ],
)
def test_values_and_ranges(option, good, bad):
    options = Options({"x": option})
    for value in good:
        assert options.check({"x": value})["x"] == value
    for value in bad:
        with pytest.raises(ValueError, match=r"^x is "):
            options.check({"x": value})


def test_a_default_may_be_what_cannot_be_asked_for():
    assert Options({"x": Option("int", default=-1, low=0)}).check({}) == {"x": -1}


def test_settle_checks_what_has_its_types_already():
    CONDITIONS.settle({"a": "y", "b": None, "c": None, "d": None, "others": ""})
    with pytest.raises(ValueError, match="exclude each other"):
        CONDITIONS.settle({"a": "1", "b": "1", "c": "1", "d": "1"})


def test_options_beside_others():
    more = CONDITIONS.beside({"a": Option("int"), "e": Option("int", default=3)})
    assert more.check({"d": "1", "b": "1", "c": "1"})["e"] == 3
    assert more.fields["a"].type == "str"
    with pytest.raises(ValueError, match="exclude each other"):
        more.check({"a": "1", "d": "1", "b": "1", "c": "1"})


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
