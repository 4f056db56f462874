# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""A furnished server, and lines for the end of the test run."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.real.calls import EXTRA_CONFIG, Scene, furnished
from tests.support.kamailio import Kamailio, find_kamailio

SUMMARY = "summary line"


@pytest.fixture(scope="session")
def scene(request: pytest.FixtureRequest) -> Iterator[Scene]:
    """A server of its own, with something to be read everywhere; no test writes to it."""
    if find_kamailio() is None:
        request.getfixturevalue("kamailio")  # skips or fails
    with Kamailio(extra_config=EXTRA_CONFIG) as server, furnished(server) as furniture:
        yield furniture


@pytest.fixture
def tell(record_property: Callable[[str, object], None]) -> Callable[[str], None]:
    """Print a line at the end of the run, whatever is done with the test's own output."""

    def add(line: str) -> None:
        record_property(SUMMARY, line)

    return add


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    lines = [
        str(value)
        for reports in terminalreporter.stats.values()
        for report in reports
        if getattr(report, "when", "") == "call"
        for name, value in report.user_properties
        if name == SUMMARY
    ]
    if lines:
        terminalreporter.section("real Kamailio")
        for line in lines:
            terminalreporter.write_line(line)
