# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

from __future__ import annotations

import shutil
import sys

import pytest

from tests.checks.tool import BIN, ROOT, run

sys.path.insert(0, str(ROOT / "tools"))

import check
import tree

WORKFLOWS = sorted(ROOT.glob(".github/workflows/*.yml"))
SCRIPTS = sorted([*ROOT.glob("tools/*.sh"), ROOT / ".ci" / "run"])


def test_ruff_finds_nothing():
    run(BIN / "ruff", "check", ".")


def test_ruff_would_format_nothing():
    run(BIN / "ruff", "format", "--check", ".")


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_the_sdk_is_strictly_typed():
    run(BIN / "mypy")


@pytest.mark.slow
def test_every_file_states_licence_and_copyright():
    run(BIN / "reuse", "lint")


def test_yaml_is_tidy():
    run(BIN / "yamllint", "--strict", ".")


# tests/tools/test_empty_values.py runs the one that takes long.
@pytest.mark.parametrize("tool", sorted({*check.GENERATORS} - {"tools/empty_values.py"}))
def test_generated_files_are_current(tool):
    run(sys.executable, ROOT / tool, "--check")


def test_the_english_is_plain():
    run(sys.executable, ROOT / "tools" / "english.py")


def test_words_are_spelled_as_usual():
    run(BIN / "codespell")


def test_workflows_have_the_shape_that_the_forge_wants():
    run(BIN / "check-jsonschema", "--builtin-schema", "vendor.github-workflows", *WORKFLOWS)


def test_workflows_give_nothing_away():
    run(BIN / "zizmor", "--offline", "--no-progress", ".github/workflows")


@pytest.mark.slow
def test_the_changelog_fragments_are_valid():
    run(BIN / "antsibull-changelog", "lint")


# A process for each playbook: three minutes of processor time, far more on a busy machine.
@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_the_collection_meets_the_production_profile(tmp_path):
    # Playbooks of the tests name the collection's modules, so it has to be found somewhere.
    tree.copy_collection(tmp_path)
    run(BIN / "ansible-lint", "--strict", "--nocolor", ANSIBLE_COLLECTIONS_PATH=str(tmp_path))


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_the_collection_documentation_is_valid():
    run(BIN / "antsibull-docs", "lint-collection-docs", "--plugin-docs", ".")


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_shellcheck_finds_nothing(script):
    if not shutil.which("shellcheck"):
        pytest.skip("shellcheck is not installed")
    run("shellcheck", script)


def test_sanity_needs_no_exceptions():
    assert not list(ROOT.glob("tests/sanity/ignore-*.txt"))
