# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""The right word for a mistyped one."""

from __future__ import annotations

import pytest

from kamailio_binrpc.core.suggest import suggestion

NAMES = ["edge07", "edge08", "media", "core.version"]


@pytest.mark.parametrize(
    "word, text",
    [
        ("edge7", "did you mean edge07?"),
        ("EDGE-07", "did you mean edge07?"),
        ("core.versoin", "did you mean core.version?"),
        ("edge0", "did you mean edge08 or edge07?"),
        ("x", ""),
        ("", ""),
    ],
)
def test_names_that_are_close(word, text):
    assert suggestion(word, NAMES) == text


def test_nothing_is_close_to_no_names():
    assert suggestion("edge7", []) == ""
