# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

"""The promises about old interpreters, kept by running on them."""

from __future__ import annotations

import re
import sys
import warnings

import pytest

from tests.checks.tool import ROOT, run

OLD_PYTHON = ROOT / "tools" / "old_python.py"
sys.path.insert(0, str(ROOT / "tools"))

import pythons  # noqa: E402

# Measured here, where its tests run on one worker.
ENGINE = "kamailio_binrpc.core.desired"

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


OF_ENGINE = ("tests/sdk/core/desired", "tests/sdk/core/state")
"""Tests of the engine: its laws for several resources at once are in the second."""

NO_REAL = "--ignore=tests/sdk/core/desired/test_real_server.py"
"""Its helpers, which start a Kamailio, do not run on Python 3.8."""


class SecondTry(UserWarning):
    """Tests of an old Python passed only when they were run once more."""


@pytest.mark.filterwarnings(f"default::{__name__}.SecondTry")
@pytest.mark.parametrize(
    "version, lock, tests",
    [
        pytest.param(
            *("3.8", "core38", ["tests/sdk/core", *(f"--ignore={each}" for each in OF_ENGINE)]),
            id="core-on-3.8",
        ),
        pytest.param(
            *("3.8", "core38", [*OF_ENGINE, f"--cover={ENGINE}", NO_REAL]),
            id="engine-on-3.8",
        ),
        # The core runs on what is older and what is newer.
        pytest.param(
            *("3.10", "sdk310", ["tests/sdk", "--ignore=tests/sdk/core"]),
            id="sdk-on-3.10-oldest-dependencies",
        ),
    ],
)
def test_passes_on(pytestconfig, version, lock, tests):
    if not pythons.find(version):
        pytest.skip(f"NOT TESTED: no Python {version} on this machine, which runs {tests[0]}")
    # What is slow, or needs a Kamailio, runs on the newest Python: it waits for other programs. So
    # do most examples of a property: it is code that they try, and no interpreter.
    options = [*tests[1:], "-m", "not slow and not real"]
    # As continuous integration asks for it, and the one test here stands for thousands.
    if reruns := pytestconfig.getoption("reruns", None):
        options += [f"--reruns={reruns}", "-raR"]
    output = run(
        sys.executable, OLD_PYTHON, version, lock, tests[0], *options, KAMAILIO_EXAMPLES="5"
    )
    assert " passed" in output
    if found := re.search(rf"^{ENGINE}: ([\d.]+) % of \d+ branches$", output, re.MULTILINE):
        assert float(found[1]) >= 95, f"{found[0]}: see build/coverage/core38/found.json"
    assert bool(found) == (f"--cover={ENGINE}" in tests)
    if again := re.findall(r"^RERUN .*", output, re.MULTILINE):
        warnings.warn("\n".join(again), SecondTry, stacklevel=1)
