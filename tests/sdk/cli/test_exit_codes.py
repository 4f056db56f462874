# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Exit statuses, and the one for the results of several servers."""

from __future__ import annotations

import re

import pytest

from kamailio_binrpc.cli import exit_codes
from tests.checks.tool import ROOT


@pytest.mark.parametrize(
    "statuses, gravest",
    [
        ([], 0),
        ([0, 0], 0),
        ([0, 9], 9),
        ([9, 6, 0], 6),
        ([5, 6, 0], 8),
        ([12, 6], 12),
        ([13, 12], 13),
        ([10, 13, 12], 10),
        ([11, 10, 13, 12, 9, 6], 11),
    ],
)
def test_a_fleet_exits_with_the_gravest(statuses, gravest):
    assert exit_codes.gravest(statuses) == gravest


def test_the_page_has_the_statuses_of_the_help():
    page = (ROOT / "docs" / "cli" / "kamrpc.md").read_text("utf-8")
    rows = dict(re.findall(r"^\| (\d+) \| (.*) \|$", page, re.MULTILINE))
    helped = dict(re.findall(r"^  (\d+)  (.*)$", exit_codes.HELP, re.MULTILINE))
    assert rows == helped
    numbers = {str(value) for value in vars(exit_codes).values() if type(value) is int}
    assert set(helped) == numbers
