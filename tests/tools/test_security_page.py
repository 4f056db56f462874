# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

"""The tests and guards that docs/security.md names are there, and each row names a test."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
NAMED = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", PAGE)
ANSIBLE_ITSELF = "results of modules and lookups"


@pytest.mark.parametrize("path, name", sorted(set(NAMED)))
def test_the_test_is_there(path, name):
    text = (ROOT / path).read_text(encoding="utf-8")
    assert re.search(rf"^(async )?def {name}\(", text, re.MULTILINE), f"{path} has no {name}"


def test_each_row_names_a_test():
    rows = [line for line in PAGE.splitlines() if re.match(r"\| (?!---|from|input)", line)]
    assert len(rows) > 20
    assert [row for row in rows if "::" not in row and ANSIBLE_ITSELF not in row] == []


@pytest.mark.parametrize(
    "path", sorted(set(re.findall(r"`((?:binrpc|cli|plugin_utils)/[\w/]+\.py)`", PAGE)))
)
def test_the_guard_is_there(path):
    folders = {
        "binrpc": "plugins/module_utils",
        "cli": "sdk/kamailio_binrpc",
        "plugin_utils": "plugins",
    }
    assert (ROOT / folders[path.partition("/")[0]] / path).is_file()
