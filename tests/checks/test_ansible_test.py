# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

"""The newest ansible-core, on the Python that runs it; ``make sanity`` takes every Python.

Whether each file can be imported on a host alone is for the oldest Python, where that fails first.
What ansible-doc makes of the plugins is for test_artefacts.py, in one process.
"""

from __future__ import annotations

import sys

import pytest

from tests.checks.tool import ROOT, run

TOOL = ROOT / "tools" / "ansible_test.py"

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1200)]


def test_sanity_with_the_newest():
    python = "%d.%d" % sys.version_info[:2]
    options = ["--python", python, "--skip-test=import", "--skip-test=ansible-doc"]
    output = run(sys.executable, TOOL, "sanity", "newest", "--", *options)
    assert 'Running sanity test "validate-modules"' in output
