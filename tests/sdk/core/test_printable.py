# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

"""Text that is safe to show."""

from __future__ import annotations

import sys
import unicodedata

import pytest

from kamailio_binrpc.core.printable import one_line, printable


@pytest.mark.parametrize(
    "text, shown",
    [
        ("a\x1b]0;x\x07", "a\\x1b]0;x\\x07"),
        ("\x00\x08\r\x7f\x85\x9b", "\\x00\\x08\\x0d\\x7f\\x85\\x9b"),
        ("\udce9", "\\xe9"),
        ("\u202e\u2066\u200f\u200b\u2028", "\\u202e\\u2066\\u200f\\u200b\\u2028"),
        ("\U000e0001", "\\U000e0001"),
        ("Zo\u00eb \u6771\u4eac\u3000\u00a0 ok\n\t", "Zo\u00eb \u6771\u4eac\u3000\u00a0 ok\n\t"),
        (5, "5"),
    ],
)
def test_printable(text, shown):
    assert printable(text) == shown


def test_no_character_of_another_kind_is_left():
    everything = "".join(map(chr, range(sys.maxunicode + 1)))
    kinds = {unicodedata.category(char) for char in set(printable(everything)) - {"\n", "\t"}}
    assert not kinds & {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
    assert "Zs" in kinds


def test_one_line():
    assert one_line("a\nb\t\x1b\r") == "a\\nb\\t\\x1b\\x0d"
