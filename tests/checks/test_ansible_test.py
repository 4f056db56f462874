# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

"""The newest ansible-core, on every Python that is here."""

from __future__ import annotations

import sys

import pytest

from tests.checks.tool import ROOT, run

TOOL = ROOT / "tools" / "ansible_test.py"

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1200)]


def test_sanity_with_the_newest():
    output = run(sys.executable, TOOL, "sanity", "newest")
    assert 'Running sanity test "validate-modules"' in output
