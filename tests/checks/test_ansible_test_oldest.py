# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

"""The oldest ansible-core, on the oldest Python of a managed host that is here.

What lies between the oldest Python and the newest is left to ``make sanity``, and so is what does
not depend on either, and runs with the newest. This stands in a file of its own, so that another
worker can take it.
"""

from __future__ import annotations

import sys

import pytest

from tests.checks.tool import ROOT, run

sys.path.insert(0, str(ROOT / "tools"))

import pythons

DEPENDENT = ("import", "validate-modules")
TOOL = ROOT / "tools" / "ansible_test.py"

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1200)]


@pytest.fixture(scope="module")
def python():
    return next(iter(pythons.find_all()))


def test_sanity_with_the_oldest(python):
    options = ["--python", python, *(f"--test={name}" for name in DEPENDENT)]
    output = run(sys.executable, TOOL, "sanity", "oldest", "--", *options)
    assert 'Running sanity test "validate-modules"' in output
    assert f'Running sanity test "import" on Python {python}' in output


def test_units_with_the_oldest(python):
    run(sys.executable, TOOL, "units", "oldest", "--", "--python", python)
