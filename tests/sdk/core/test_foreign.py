# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

"""Numbers and JSON of others: read, or refused with a ValueError that says why."""

from __future__ import annotations

import json

import pytest

from kamailio_binrpc.core import foreign
from kamailio_binrpc.core.foreign import parse_json, shortened, whole, whole_or_none


@pytest.mark.parametrize(
    "text, number",
    [("0", 0), ("-7", -7), ("+7", 7), (" 12\n", 12), ("007", 7), ("9" * 40, int("9" * 40))],
)
def test_whole_numbers(text, number):
    assert whole(text) == number
    assert whole_or_none(text) == number


@pytest.mark.parametrize(
    "text", ["", " ", "-", "+-1", "1.0", "1e3", "0x10", "1_0", "\u00b2", "\u0665", "a"]
)
def test_what_is_no_whole_number(text):
    with pytest.raises(ValueError, match="is not a whole number"):
        whole(text)
    assert whole_or_none(text) is None


def test_digits_without_end():
    with pytest.raises(ValueError, match="has 5000 digits; at most 40 are read") as caught:
        whole("9" * 5000)
    assert len(str(caught.value)) < 150
    assert whole_or_none("9" * 5000) is None
    assert whole_or_none(5) is None


def test_other_bases():
    assert whole("0660", 8) == 0o660
    with pytest.raises(ValueError, match="'9' is not a whole number"):
        whole("9", 8)


@pytest.mark.parametrize(
    "text", ["{}", "[1, 2.5, null]", '"a"', "true", '{"a": ["]", "\\\\"]}', "1e3", '\ufeff{"a": 1}']
)
def test_json(text):
    assert parse_json(text) == json.loads(text.lstrip("\ufeff"))
    assert parse_json(text.encode()) == parse_json(text)


@pytest.mark.parametrize(
    "text, why",
    [
        ("[" * 5000, "deeper than 64 at character 65"),
        ('{"a":' * 5000, "deeper than 64"),
        ("[" * 65 + "]" * 65, "deeper than 64"),
        ("9" * 5000, "has 5000 digits"),
        ("[" + "9" * 5000, "has 5000 digits"),
        ("", "Expecting value"),
        ('"abc', "Unterminated string"),
        ("]" * 100, "Expecting value"),
        (b"\xff", "utf-8"),
        (b"\xff\xfe[\0", "utf-8"),
    ],
)
def test_what_is_no_json_or_too_much(text, why):
    with pytest.raises(ValueError, match=why):
        parse_json(text)


def test_limits_can_be_chosen():
    deep = "[" * 100 + "]" * 100
    assert parse_json(deep, max_depth=100)
    with pytest.raises(ValueError, match="at most 199"):
        parse_json(deep, max_depth=100, max_size=199)
    assert parse_json('{"a": 1, "a": 2}', pairs=list) == [("a", 1), ("a", 2)]


@pytest.mark.parametrize("text", ['"' * 9, '"\\' * 5000, '"\\"' * 5001, "[]" * 5000, "\\" * 5000])
def test_each_character_is_read_once(monkeypatch, text):
    import re

    read = []
    finditer = re.finditer

    def counting(pattern, string, flags):
        for found in finditer(pattern, string, flags):
            read.append(len(found.group()))
            yield found

    monkeypatch.setattr(re, "finditer", counting)
    foreign._check_depth(text, 64)
    assert sum(read) <= len(text)


def test_shortened():
    assert shortened("a\n") == repr("a\n")
    assert shortened("x" * 100) == repr("x" * 60) + "..."
