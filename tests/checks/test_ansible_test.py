# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

from __future__ import annotations

import sys

import pytest

from tests.checks.tool import ROOT, run

TOOL = ROOT / "tools" / "ansible_test.py"

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1200)]


@pytest.mark.parametrize("core", ["oldest", "newest"])
def test_sanity(core):
    output = run(sys.executable, TOOL, "sanity", core)
    assert 'Running sanity test "validate-modules"' in output


@pytest.mark.skipif(not (ROOT / "tests" / "unit").is_dir(), reason="no tests/unit")
@pytest.mark.parametrize("core", ["oldest", "newest"])
def test_units(core):
    run(sys.executable, TOOL, "units", core)
