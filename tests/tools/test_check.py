# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""The comparisons and demands of `make check`."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.checks.tool import ROOT

sys.path.insert(0, str(ROOT / "tools"))

import check


@pytest.fixture
def repository(tmp_path):
    """Run git in a repository of its own, whose branch main has one commit."""

    def git(*words):
        who = ["-c", "user.name=x", "-c", "user.email=x@example.org"]
        subprocess.run(["git", *who, *words], cwd=tmp_path, check=True, capture_output=True)

    git("init", "-q", "-b", "main")
    for name in ("plugins/a.py", "plugins/b.py", "README.md"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x")
    git("add", ".")
    git("commit", "-q", "-m", "one")
    return git


def commit_of(root, name):
    return check.git("rev-parse", name, root=root).strip()


def test_work_is_compared_with_the_commit_where_main_was_left(repository, tmp_path):
    start = commit_of(tmp_path, "HEAD")
    assert check.base_commit(tmp_path) == start
    repository("checkout", "-q", "-b", "topic")
    (tmp_path / "plugins" / "a.py").write_text("y")
    repository("commit", "-q", "-a", "-m", "two")
    (tmp_path / "plugins" / "new file.py").write_text("z")
    (tmp_path / "README.md").unlink()
    assert check.base_commit(tmp_path) == start
    changed = check.changed_files(start, tmp_path)
    assert changed == ["README.md", "plugins/a.py", "plugins/new file.py"]


def test_a_tree_without_history_has_nothing_to_compare_with(tmp_path):
    assert check.base_commit(tmp_path) is None


@pytest.mark.parametrize(
    "changed",
    [
        [],
        ["README.md", "tests/unit/conftest.py"],
        ["plugins/a.py", "changelogs/fragments/a.yml"],
        ["roles/a/tasks/main.yml", "changelogs/fragments/a.yml"],
    ],
)
def test_changes_that_need_no_further_fragment(changed):
    assert check.missing_fragment(changed) == ""


@pytest.mark.parametrize("path", ["plugins/a.py", "roles/a/tasks/main.yml"])
def test_a_missing_fragment_is_named_with_the_file_that_needs_it(path):
    said = check.missing_fragment(["README.md", "changelogs/config.yaml", path, "roles/z"])
    assert said.startswith(f"{path} and 1 more changed, but nothing in changelogs/fragments/.")
    assert check.missing_fragment([path]).startswith(f"{path} changed")


def test_tests_near_a_change_are_those_of_the_mirror_and_those_that_changed():
    changed = ["README.md", "plugins/module_utils/binrpc/packet.py", "tests/sdk/core/test_views.py"]
    assert check.near(changed) == ["tests/sdk/core/test_packet.py", "tests/sdk/core/test_views.py"]
    # They are run anyway.
    assert check.near(["plugins/plugin_utils/_action.py", "tests/tools/test_check.py"]) == []
    assert check.near(["tests/sdk/core/test_deleted.py"]) == []


@pytest.mark.parametrize("code", [0, 3])
def test_a_program_that_fails_speaks(code):
    said = check.run(sys.executable, "-c", f"print('why'); raise SystemExit({code})")
    assert bool(said) is bool(code)
    assert ("why" in said and f"exited {code}" in said) is bool(code)
