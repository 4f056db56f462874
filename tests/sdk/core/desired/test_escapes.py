# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

from __future__ import annotations

import itertools

import pytest

from kamailio_binrpc.core.desired.escapes import for_people, quoted, raw, shown, visible


def test_escapes_can_be_undone():
    pieces = ["\\", "x", "5c", "ff", "\udcff", "\u00e9", "\\xff", "\\x5c"]
    seen = {}
    for parts in itertools.product(pieces, repeat=4):
        text = "".join(parts)
        shown = visible(text)
        shown.encode("utf-8")
        assert raw(shown) == text
        assert seen.setdefault(shown, text) == text


def test_containers_are_escaped_with_their_keys():
    assert visible({"a\udcff": ["\udc80", ("\udc80",), 5, None]}) == {
        "a\\xff": ["\\x80", ("\udc80",), 5, None]
    }


@pytest.mark.parametrize(
    "value, text",
    [
        (5, "5"),
        ("it's", '"it\'s"'),
        ("a\\b", r"'a\\b'"),
        ("\udcffa\n\udc80", "'\udcffa\\n\udc80'"),
    ],
)
def test_quoted_texts_keep_their_bytes(value, text):
    assert quoted(value) == text


HOSTILE = "a\x1b[2J\u202e\x9b\udce9"
SHOWN = r"a\x1b[2J\u202e\x9b\xe9"


def test_texts_for_people_are_safe_to_show():
    assert for_people(HOSTILE) == SHOWN


def test_results_are_safe_to_show_where_people_read_and_data_elsewhere():
    one = {"msg": HOSTILE, "warnings": [HOSTILE], "value": HOSTILE}
    result = {**one, "diff": {"before": {HOSTILE: [HOSTILE]}, "after": HOSTILE}, "results": [one]}
    data = visible(HOSTILE)
    expected = {"msg": SHOWN, "warnings": [SHOWN], "value": data}
    assert shown(result) == {
        **expected,
        "diff": {"before": {SHOWN: [SHOWN]}, "after": SHOWN},
        "results": [expected],
    }
    assert data == "a\x1b[2J\u202e\x9b\\xe9"
