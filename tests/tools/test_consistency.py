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


SOURCES = sorted(
    path
    for folder in ("plugins", "sdk/kamailio_binrpc", "extensions")
    for path in (ROOT / folder).rglob("*.py")
    if "core" not in path.parts  # a link to plugins/module_utils/binrpc
)


@pytest.mark.parametrize(
    "pattern, places",
    [
        (r'"<null string>"', ["plugins/module_utils/binrpc/values.py"]),
        # Letters of a destination's flags. The lab has the server's side of them.
        (r"\"P\"", ["plugins/module_utils/binrpc/dispatcher.py", "lab/modules/dispatcher.py"]),
    ],
)
def test_what_is_known_in_one_place(pattern, places):
    found = [path.as_posix() for path in SOURCES if re.search(pattern, path.read_text())]
    assert len(found) == len(places), found
    assert all(any(path.endswith(place) for path in found) for place in places), found
