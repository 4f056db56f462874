# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Each source file has a test file in the same place of the tree of tests, or a stated reason."""

from __future__ import annotations

import sys
from pathlib import PurePosixPath

import pytest

from tests.checks.tool import ROOT

sys.path.insert(0, str(ROOT / "tools"))

import mirror

SOURCES = mirror.sources()
WITHOUT = [path for path in SOURCES if not (ROOT / mirror.own_test(path)).is_file()]


@pytest.mark.parametrize(
    "source, test",
    [
        ("plugins/module_utils/binrpc/packet.py", "tests/sdk/core/test_packet.py"),
        ("plugins/module_utils/binrpc/desired/uac.py", "tests/sdk/core/desired/test_uac.py"),
        ("plugins/module_utils/binrpc/lab/server.py", "tests/sdk/lab/test_server.py"),
        ("plugins/plugin_utils/_action.py", "tests/unit/plugins/plugin_utils/test_action.py"),
        ("plugins/filter/kamailio.py", "tests/unit/plugins/filter/test_kamailio.py"),
        ("sdk/kamailio_binrpc/cli/watch.py", "tests/sdk/cli/test_watch.py"),
        ("README.md", None),
    ],
)
def test_where_tests_are(source, test):
    assert mirror.own_test(source) == test
    assert mirror.find_tests(source)[:1] == ([test] if test else [])


@pytest.mark.parametrize(
    "source, test",
    [
        ("plugins/module_utils/binrpc/lab/modules/htable.py", "tests/sdk/lab"),
        ("plugins/module_utils/binrpc/catalogue/modules/htable.py", "tests/sdk/lab"),
        ("plugins/module_utils/binrpc/catalogue/modules/htable.py", "tests/sdk/typed"),
        ("sdk/kamailio_binrpc/typed/asynchronous/htable.py", "tests/sdk/typed"),
    ],
)
def test_catalogue_lab_and_typed_layer_are_compared_when_one_changes(source, test):
    assert f"{test}/test_agrees_with_catalogue.py" in mirror.find_tests(source)


def test_there_are_sources():
    assert len(SOURCES) > 250
    assert len(WITHOUT) < len(SOURCES)


def test_a_file_without_tests_of_its_own_has_a_reason():
    missing = [
        f"write {mirror.own_test(source)}, or add {source} to SHARED in tools/mirror.py"
        for source in WITHOUT
        if not mirror.shared_by(source)
    ]
    assert missing == []


@pytest.mark.parametrize("entry", mirror.SHARED, ids=lambda entry: entry.sources)
def test_each_reason_is_needed_and_names_tests_that_exist(entry):
    assert any(entry in mirror.shared_by(source) for source in WITHOUT), "it excuses no file"
    missing = [test for test in entry.tests if not (ROOT / test).is_file()]
    assert not missing


def test_further_tests_exist():
    for pattern, test in mirror.BESIDES.items():
        assert any(PurePosixPath(source).match(pattern) for source in SOURCES), pattern
        assert (ROOT / test).is_file(), test
