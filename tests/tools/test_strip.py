# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

"""A stripped file is the same program, with the same lines."""

from __future__ import annotations

import ast
import re
import shutil
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))

import strip  # noqa: E402

SHIPPED = sorted((ROOT / "plugins" / "module_utils").rglob("*.py"))
SOURCE = '''\
# A licence.
# All of it.

"""A module.

# Not a comment.
"""
LIMIT = 5  # seconds
"""Its purpose."""


class Only(Exception):
    """Nothing else."""


def shout(text="# none"):
    """Return it, louder."""
    # Not much.
    loud = """
# still text
"""
    return text + loud
'''
STRIPPED = '''\
# A licence.
# All of it.





LIMIT = 5



class Only(Exception):
    pass


def shout(text="# none"):


    loud = """
# still text
"""
    return text + loud
'''


def test_lines_stay_where_they_are():
    assert strip.stripped(SOURCE) == STRIPPED
    assert strip.stripped("") == ""
    assert strip.stripped("# A licence.\n") == "# A licence.\n"


def program(source):
    """Return all of the code, with the place where each part begins, but for idle texts."""
    module = ast.parse(source)
    for node in ast.walk(module):
        if not isinstance(node, strip.DOCUMENTED):
            continue
        texts = [each for each in node.body if is_text(each)]
        if len(texts) == len(node.body) == 1 and not isinstance(node, ast.Module):
            node.body = [ast.copy_location(ast.Pass(), texts[0])]
        else:
            node.body = [each for each in node.body if each not in texts]
    return re.sub(r", end_\w+=\d+", "", ast.dump(module, include_attributes=True))


def is_text(statement):
    return isinstance(statement, ast.Expr) and isinstance(
        getattr(statement.value, "value", None), str
    )


@pytest.mark.slow
def test_the_code_is_the_same():
    changed, left = [], []
    for path in SHIPPED:
        before = path.read_text("utf-8")
        after = strip.stripped(before)
        name = path.relative_to(ROOT).as_posix()
        header = re.match(r"(#.*\n)*", before)[0]
        if program(before) != program(after) or not after.startswith(header):
            changed.append(name)
        if strip.docstrings(ast.parse(after)) or re.search(r"^ +# ", after, re.MULTILINE):
            left.append(name)
    assert len(SHIPPED) > 100
    assert changed == []
    assert left == []


def test_only_what_is_shipped_is_stripped(tmp_path):
    for folder in ("module_utils", "modules"):
        shutil.copytree(ROOT / "plugins" / folder, tmp_path / "plugins" / folder)
    strip.strip(tmp_path)
    changed = {
        path.relative_to(ROOT / "plugins").parts[0]
        for path in (ROOT / "plugins").rglob("*.py")
        if (copy := tmp_path / path.relative_to(ROOT)).is_file()
        and copy.read_bytes() != path.read_bytes()
    }
    assert changed == {"module_utils"}
