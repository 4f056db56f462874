# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.checks.tool import ROOT

sys.path.insert(0, str(ROOT / "tools"))

import mutants
import venvs

SOURCE = """
from x import TYPE_CHECKING
if TYPE_CHECKING:
    import y
def f(a):
    if a < 1:
        return "%d" % a
    if a < 1:
        return True
    return a is None
"""


@pytest.mark.slow
def test_mutants_of_a_file(tmp_path):
    bin_dir = venvs.ensure("mutation", venvs.this_python(), "mutation", ("yattag",))
    source = tmp_path / "source.py"
    source.write_text(SOURCE)
    done = subprocess.run(
        [bin_dir / "python", mutants.__file__, source], capture_output=True, text=True, check=True
    )
    found = [json.loads(line) for line in done.stdout.splitlines()]
    names = [each["name"] for each in found]
    assert len(names) == len(set(names))
    assert {
        *("if a < 1: -> if a <= 1:", "if a < 1: -> if a <= 1: (2)", "if a < 1: -> if a >= 1:"),
        *("if a < 1: -> if a < 2:", "if a < 1: -> if not a < 1:", "return True -> return False"),
        *('return "%d" % a -> return "%d" - a', "return a is None -> return a is not None"),
    } <= set(names)
    assert not any("TYPE_CHECKING" in name or " == " in name for name in names)
    assert [each["line"] for each in found] == sorted(each["line"] for each in found)
    assert all(each["text"] != SOURCE for each in found)
    for each in found:
        compile(each["text"], "mutant", "exec")


def test_a_mutant_is_named_by_its_lines():
    assert mutants.difference("a\n  b = 1\nc", "a\n  b = 2\nc") == "b = 1 -> b = 2"
