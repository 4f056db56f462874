# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

"""Facts that are written down twice have to agree."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

import kamailio_binrpc

ROOT = Path(__file__).resolve().parents[2]
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))


def galaxy(key):
    return yaml.safe_load((ROOT / "galaxy.yml").read_text())[key]


def test_sdk_and_collection_have_one_version():
    assert galaxy("version") == kamailio_binrpc.__version__


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_locks_are_pinned_by_hash_and_name_no_index(lock):
    text = lock.read_text()
    assert not re.search(r"https?://|--(extra-)?index-url|--find-links", text)
    pinned = re.findall(r"^[a-zA-Z0-9._-]+(?:\[.*\])?==", text, re.MULTILINE)
    assert pinned
    assert len(re.findall(r"^[a-zA-Z0-9]", text, re.MULTILINE)) == len(pinned)
    assert text.count(" \\\n    --hash=sha256:") >= len(pinned)


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_every_lock_has_its_source_and_is_made_by_the_script(lock):
    assert lock.with_suffix(".in").is_file()
    assert f"\nlock {lock.stem} " in (ROOT / "tools" / "lock.sh").read_text()


def test_the_action_group_has_every_module():
    group = yaml.safe_load((ROOT / "meta" / "runtime.yml").read_text())["action_groups"]["kamailio"]
    modules = {path.stem for path in (ROOT / "plugins" / "modules").glob("*.py")}
    assert modules <= set(group)
