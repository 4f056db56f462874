# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

"""The newest ansible-core, on the Python that runs it; ``make sanity`` takes every Python."""

from __future__ import annotations

import sys

import pytest

from tests.checks.tool import ROOT, run

TOOL = ROOT / "tools" / "ansible_test.py"

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1200)]


def test_sanity_with_the_newest():
    python = "%d.%d" % sys.version_info[:2]
    output = run(sys.executable, TOOL, "sanity", "newest", "--", "--python", python)
    assert 'Running sanity test "validate-modules"' in output
    assert f'Running sanity test "import" on Python {python}' in output
