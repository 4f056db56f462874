# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

"""docs/design.md and the core's map of its layers describe the tree as it is."""

from __future__ import annotations

import ast
import functools
import re
import sys

from tests.checks.tool import ROOT

sys.path.insert(0, str(ROOT / "tools"))

from import_graph import CORE, core_map, is_type_checking, layers

PAGE = ROOT / "docs" / "design.md"
TOP = {"binrpc", "docs", "extensions", "plugins", "sdk", "tests", "tools"}


def paths(markdown):
    """List the paths in a page's code spans."""
    spans = re.findall(r"`([\w.-]+(?:/[\w.-]*)+)`", markdown)
    return [span for span in spans if span.partition("/")[0] in TOP]


def place(path):
    return CORE.parent / path if path.startswith("binrpc/") else ROOT / path


def imports_of(source, package):
    """Yield the core's modules that a file below ``package`` imports at run time, wherever."""
    pending = list(ast.parse(source).body)
    while pending:
        node = pending.pop()
        if isinstance(node, ast.If) and is_type_checking(node.test):
            pending += node.orelse
            continue
        if isinstance(node, ast.ImportFrom) and node.level:
            base = package[: len(package) - node.level + 1]
            names = [node.module] if node.module else [alias.name for alias in node.names]
            yield from ((*base, *name.split("."))[0] for name in names)
        pending += ast.iter_child_nodes(node)


@functools.cache
def modules():
    """Map the core's modules and packages to what they import of each other."""
    found = {}
    for path in CORE.rglob("*.py"):
        parts = path.relative_to(CORE).parts
        if parts != ("__init__.py",):
            names = found.setdefault(parts[0].removesuffix(".py"), set())
            names.update(imports_of(path.read_text("utf-8"), parts[:-1]))
    return found


def test_paths_exist():
    found = paths(PAGE.read_text("utf-8"))
    assert len(found) > 30
    assert [path for path in found if not place(path).exists()] == []


def test_the_map_names_every_module():
    named = [name for line in layers(core_map()) for name in line]
    assert sorted(named) == sorted(modules())


def test_modules_import_downwards():
    level = {name: depth for depth, line in enumerate(layers(core_map())) for name in line}
    upwards = [
        (name, imported)
        for name, others in modules().items()
        for imported in others - {name}
        if name in level and imported in level and level[imported] < level[name]
    ]
    assert len(level) > 30
    assert upwards == []


def test_the_map_is_read_whole():
    text = core_map()
    block = text.partition("::\n")[2].partition("\n\n``docs")[0]
    assert len(layers(text)) == len(block.strip().splitlines())


def test_imports_are_found_wherever_they_are():
    source = (
        "from . import a\nfrom .b.c import d\nimport e\nif TYPE_CHECKING:\n    from . import f\n"
        "def g():\n    from ..h import i\n    from .j import k\n"
    )
    assert sorted(imports_of(source, ("lab",))) == ["h", "lab", "lab", "lab"]
    assert sorted(imports_of("from . import a\nfrom .b.c import d\n", ())) == ["a", "b"]


def test_paths_are_found_in_code_spans():
    page = "`binrpc/a.py`, `sdk/b`, `binrpc/lab/modules/` but `and/or`, plugins/c, `name`"
    assert paths(page) == ["binrpc/a.py", "sdk/b", "binrpc/lab/modules/"]
