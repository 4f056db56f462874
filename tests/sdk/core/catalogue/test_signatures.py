# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Types that only the server tells."""

from __future__ import annotations

import pytest

from kamailio_binrpc.core.catalogue.signatures import (
    converted,
    is_doubtful,
    needs_signature,
    settled,
    types_in,
    warning,
)
from kamailio_binrpc.core.values import Struct


@pytest.mark.parametrize(
    "answer, count, types",
    [
        (["string int"], 1, ["int"]),
        (["string, int, string"], 2, ["int", "str"]),
        (["int", "string", "double"], 2, ["str", "float"]),
        ([Struct.of("array", "string", "i4")], 2, ["str", "int"]),
        (
            [Struct.of(Struct.of("int", "string"), Struct.of("int", "string", "int"))],
            2,
            ["str", "int"],
        ),
        (["int string", "int string int"], 2, ["str", "int"]),
        (["VOID Boolean"], 1, ["int"]),
        # What tells nothing about this call.
        ([], 1, None),
        (["undef"], 1, None),
        (["string int"], 2, None),
        (["string struct"], 1, None),
        (["Sets a value"], 2, None),
        ([5], 1, None),
        ([Struct([("a", 1)])], 1, None),
        ([""], 1, None),
    ],
)
def test_types_of_an_answer(answer, count, types):
    assert types_in(answer, count) == types


def test_what_is_open():
    assert [is_doubtful(each) for each in ("5", " -7 ", "1.5", ".5", 5, 1.5)] == [True] * 6
    assert [is_doubtful(each) for each in ("", "x", "0x10", "5a", True, b"5", None)] == [False] * 7


def test_only_methods_that_are_unknown_need_a_signature():
    assert needs_signature("my.method", ["x", 5], set())
    assert not needs_signature("my.method", ["x", 5], {1})
    assert not needs_signature("my.method", ["x", "y"], set())
    assert not needs_signature("my.method", [], set())
    assert not needs_signature("htable.seti", ["t", "k", "5"], set())


@pytest.mark.parametrize(
    "value, kind, sent",
    [
        *[("5", "int", 5), (" 5 ", "int", 5), ("5", "str", "5"), (5, "str", "5"), (5, "int", 5)],
        *[(5, "float", 5.0), ("1.5", "float", 1.5), (1.5, "str", "1.5"), ("1.5", "int", "1.5")],
        *[("x", "int", "x"), (True, "str", True), (1.5, "int", 1.5)],
    ],
)
def test_values_become_what_is_read(value, kind, sent):
    assert repr(converted(value, kind)) == repr(sent)


def test_a_warning_names_places_and_shows_no_value():
    text = warning("my.method", ["x", 53171, "53172", 1.5, 53173], [4], "Do this.")
    assert text == (
        "The method my.method is not in the catalogue, and the server does not tell which types it "
        "reads; sent: parameter 2 as a whole number, parameter 3 as a text, parameter 4 as a "
        "number with a fraction. Do this."
    )
    assert warning("my.method", ["x", 5], [1], "Do this.") == ""


def test_values_become_what_the_server_reads():
    answer = [Struct.of("string", "string", "int", "double")]
    values, words = [7, 5, 2], ["007", "5", "2"]
    assert settled(answer, values, words, set()) == ["007", 5, 2.0]
    assert settled(answer, values, words, {0, 2}) == [7, 5, 2]
    assert settled(answer, values[:2], words[:2], set()) is None
    assert settled([], values, words, set()) is None
