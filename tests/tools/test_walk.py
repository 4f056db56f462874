# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""The page about desired state shows what its commands print."""

from __future__ import annotations

import sys

import pytest

from tests.checks.tool import ROOT

sys.path.insert(0, str(ROOT / "tools"))

import walk

PAGE = walk.PAGE.read_text("utf-8")


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_the_page_is_what_its_commands_print():
    with walk.prepared() as found:
        assert found.run(PAGE) == PAGE, "run: python tools/walk.py --write"


def test_the_page_shows_both_ends_of_a_change():
    assert "edge1: changed (5 changes)\n" in PAGE
    assert "edge1: undone: as before" in PAGE
    assert PAGE.count("```console\n") >= 6


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_other_output_is_noticed():
    page = PAGE[PAGE.index("# Desired") : PAGE.index("### One server is ill")]
    with walk.prepared() as found:
        assert found.run(page) == page
        other = page.replace('-> "new"', '-> "old"')
        assert found.run(other) == page


def test_ids_and_moments_are_those_of_the_page():
    assert walk.canned(0) in PAGE
    assert set(walk._MOMENT.findall(PAGE)) == {"2026-12-01 09:30:00"}
