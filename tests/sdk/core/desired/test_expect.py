# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

from __future__ import annotations

import pytest

from kamailio_binrpc.core.desired.expect import (
    MISSING,
    accepts,
    at_path,
    check_fault_pattern,
    difference,
    merged,
    parameter,
    steps,
)
from kamailio_binrpc.core.errors import EncodeError
from kamailio_binrpc.core.faults import Fault, NotFound, ReplyTooLarge, StructTooLarge

RECORDS = [
    {"SET": {"ID": 1, "DEST": ["a", "b"]}},
    {"SET": {"ID": 2, "DEST": []}},
    {"SET": {"ID": "sip:[::1]:5060"}},
]


@pytest.mark.parametrize(
    "want, got",
    [
        (5, 5),
        (5, 5.0),
        (5.5, 5.5),
        (4294967295, -1),
        (-1, 4294967295),
        (-(2**31), 2**31),
        (True, 1),
        ("5", "5"),
        ({}, {"a": 1}),
        ({"a": {"b": 1}}, {"a": {"b": 1, "c": 2}, "d": 3}),
        ([1, {"a": 1}], [1, {"a": 1, "b": 2}]),
        ([], []),
        ({"type": "int", "value": "5"}, 5),
        ({"type": "str", "value": 5}, "5"),
        ({"type": "bytes", "value": "ff"}, "\udcff"),
        # As results show it: escapes in wanted texts, bytes in what the server sent.
        ("caf\\xe9", "caf\udce9"),
        ("\\x5cxe9", "\\xe9"),
        ({"a": ["\\xff"]}, {"a": ["\udcff"]}),
        ({"a": {"type": "int", "value": "5"}}, {"a": 5}),
        # Members that happen to have these names, as in the replies of pv.shvGet.
        ({"type": "int", "value": 5}, {"name": "x", "type": "int", "value": 5}),
    ],
)
def test_matches(want, got):
    assert difference(want, got) == ""


@pytest.mark.parametrize(
    "want, got, words",
    [
        (5, "5", "expected int 5, got str '5'"),
        ("5", 5, "expected str '5', got int 5"),
        (5, 6, "expected int 5, got int 6"),
        (-1, 4294967294, "expected int -1"),
        (5, None, "got nothing"),
        (2**32, 0, "expected int 4294967296"),
        (-(2**31) - 1, 2**31 - 1, "expected int -2147483649"),
        ("a", "b", "expected str 'a', got str 'b'"),
        ({"a": {"b": 1}}, {"a": {"b": "1"}}, "a.b: expected int 1, got str '1'"),
        ({"a": 1}, {}, "a is not in the reply"),
        ({"a": 1}, [], "expected mapping {'a': 1}, got list []"),
        ([1, 2], [1], "expected 2 items, got 1"),
        ([1, 2], [1, 3], "1: expected int 2, got int 3"),
        ({"a": [[1]]}, {"a": [[2]]}, "a.0.0: expected int 1, got int 2"),
        (5, MISSING, "path is not in the reply"),
        ({"type": "int", "value": 5}, "5", "expected int 5, got str '5'"),
        ({"type": "int", "value": 5}, {"type": "int", "value": 6}, "value: expected int 5"),
    ],
)
def test_differs(want, got, words):
    assert words in difference(want, got, "path" if got is MISSING else "")


def test_a_forced_type_that_does_not_fit():
    with pytest.raises(EncodeError):
        difference({"type": "int", "value": "x"}, 5)


@pytest.mark.parametrize(
    "path, found",
    [
        ("0.SET.ID", 1),
        ("0.SET.DEST.1", "b"),
        ("[SET.ID=2].SET.DEST", []),
        ("[SET.ID=sip:[::1]:5060].SET.ID", "sip:[::1]:5060"),
        ("[SET.ID=3].SET", MISSING),
        ("0.SET.DEST.2", MISSING),
        ("0.SET.DEST.-1", MISSING),
        ("0.OTHER", MISSING),
        ("0.SET.ID.more", MISSING),
        ("SET", MISSING),
    ],
)
def test_paths(path, found):
    assert at_path(RECORDS, path) == found


@pytest.mark.parametrize("path", [".", "a.", ".a", "a..b", "[a]", "a[b=1]", "[=1]", "[a=1"])
def test_what_is_not_a_path(path):
    with pytest.raises(EncodeError):
        steps(path)


def test_a_path_is_read_in_one_pass():
    # An expression that tries every way to part it would not come to an end.
    for end in ("[", "", "[a", "..", "[b=c"):
        with pytest.raises(EncodeError):
            steps("[a=b]." * 2000 + end)
    assert steps(".".join(["[a=b]", "c"] * 2000)) == [("a", "b"), "c"] * 2000


@pytest.mark.parametrize(
    "path, found",
    [
        ("[a=]", [("a", "")]),
        ("[a=]].b", [("a", "]"), "b"]),
        ("[a.b=c.d].e]", [("a.b", "c.d"), "e]"]),
        ("[a=b=c]", [("a", "b=c")]),
        ("[a=[::1]:5].x", [("a", "[::1]:5"), "x"]),
    ],
)
def test_odd_paths(path, found):
    assert steps(path) == found


@pytest.mark.parametrize("step", ["\u00b2", "9" * 5000, "-0", "+0", " 0"])
def test_what_is_no_position(step):
    assert at_path([1, 2], step) is MISSING


@pytest.mark.parametrize(
    "got, want, result",
    [
        ({"a": 1, "b": 2}, {"b": 3}, {"a": 1, "b": 3}),
        ({"a": {"b": 1}}, {"a": {"c": 2}}, {"a": {"b": 1, "c": 2}}),
        (None, {"a": {"type": "int", "value": "1"}}, {"a": 1}),
        (4, 5, 5),
        ({}, {"a": ["\\xff", {"b": "\\xff"}]}, {"a": ["\udcff", {"b": "\udcff"}]}),
    ],
)
def test_predictions(got, want, result):
    assert merged(got, want) == result
    assert difference(want, merged(got, want)) == ""


@pytest.mark.parametrize(
    "wanted, fault, matches",
    [
        (404, Fault(404, "x"), True),
        ("404", Fault(404, "x"), True),
        ("-1", Fault(-1, "x"), True),
        (404, Fault(500, "404"), False),
        ("not_found", NotFound(500, "x"), True),
        ("busy", NotFound(500, "busy"), False),
        ("reply_too_large", StructTooLarge(500, "x"), True),
        ("struct_too_large", ReplyTooLarge(500, "x"), False),
        ("No Such", Fault(500, "there is no such key"), True),
        ("no such", Fault(500, "other"), False),
        (" ", Fault(500, "other"), False),
    ],
)
def test_faults(wanted, fault, matches):
    assert accepts([wanted], fault) is matches
    assert accepts(["nothing of the kind", wanted], fault) is matches


@pytest.mark.parametrize("item", [404, "404", "busy", "no such"])
def test_fault_patterns(item):
    check_fault_pattern(item)


@pytest.mark.parametrize("item", [None, True, 1.5, "", "  ", ["x"]])
def test_what_describes_no_fault(item):
    with pytest.raises(EncodeError, match="neither the code"):
        check_fault_pattern(item)


@pytest.mark.parametrize("item", ["not_fond", "unknown_fault", " not_fond "])
def test_a_kind_that_does_not_exist(item):
    with pytest.raises(EncodeError, match="there is no kind of fault"):
        check_fault_pattern(item)
    for good in ("not_found", " busy ", "No such key", "mod_hash_size is 0", "Not_found", "gone"):
        check_fault_pattern(good)


def test_parameters():
    assert parameter({"type": "escaped", "value": "caf\\xe9"}) == "caf\udce9"
    assert parameter({"type": "int", "value": "5"}) == 5
    assert parameter("caf\\xe9") == "caf\\xe9"
