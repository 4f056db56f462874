# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

from __future__ import annotations

import itertools

import pytest

from kamailio_binrpc.core.desired.escapes import quoted, raw, visible


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
