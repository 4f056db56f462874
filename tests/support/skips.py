# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

"""Pytest plugin: a skip that is not stated here is a failure. Continuous integration runs with it.

    python -m pytest -p tests.support.skips

What tests need, ``make setup`` installs. A skip is for what cannot be had everywhere.
"""

from __future__ import annotations

from collections.abc import Generator

import pytest

# The beginning of a test's id, and why it may be skipped.
STATED = {
    "tests/typing/test_typing.py::test_every_mistake_is_found_and_nothing_else[run_pyright]": (
        "pyright is fetched from npm"
    ),
    "tests/collection/test_role_kamailio_ctl.py::": (
        "the role gives files to root, and make roles runs what takes long"
    ),
    "tests/collection/test_role_ctl_server.py::": "as above: make roles runs it",
    "tests/collection/test_role_systems.py::test_operators_of_a_shared_group": "as above",
    "tests/collection/test_roles.py::test_every_scenario_passes": (
        "the hosts run systemd in containers, which not every machine allows"
    ),
    "tests/checks/test_old_pythons.py::test_passes_on": "Debian has one Python for each release",
    "tests/sdk/core/test_retry.py::test_retries_need_only_python": "as above: this is Python 3.8",
    "tests/collection/test_bare_host.py::": "as above: this is Python 3.8",
    "tests/collection/test_relay.py::": (
        "a package of an ssh server starts it, so make setup installs none"
    ),
    "tests/collection/test_salt.py::": "Salt needs Python 3.11, which Debian 13 does not have",
    "tests/real/test_views.py::test_jsonrpcs_still_drops_all_but_the_last_value[dst_blocklist.": (
        "the block lists are empty unless a destination has failed before"
    ),
    "tests/sdk/lab/modules/test_presence.py::test_presence": "the module has a package of its own",
    "tests/sdk/lab/modules/test_ims_usrloc_pcscf.py::": "as above: a package of its own",
    "tests/sdk/lab/modules/test_ims_usrloc_scscf.py::": "as above",
    "tests/tools/test_releases.py::test_the_core_passes_on_the_newest_release": (
        "the packages of an unreleased Debian change, and a mirror may lack them for a while"
    ),
    "tests/sdk/speedups/test_choice.py::test_sub_interpreters": (
        "the module is public from Python 3.13 on, and Debian 12 has 3.11"
    ),
}


def refuse(report: pytest.TestReport | pytest.CollectReport) -> None:
    """Turn an unstated skip into a failure."""
    if report.outcome != "skipped" or hasattr(report, "wasxfail"):
        return
    if report.nodeid.startswith(tuple(STATED)):
        return
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
    report.outcome = "failed"
    report.longrepr = f"{reason}\nSTATED in {__file__} does not name this test"


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    refuse(report)
    return report


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    refuse(report)
    return report
