# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

"""No file imports itself by way of others, be it at its top or inside a function."""

from __future__ import annotations

import ast
import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.tools.test_core_imports import is_type_checking

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = {
    "kamailio_binrpc": ROOT / "sdk" / "kamailio_binrpc",
    "ansible_collections.kamailio.ctl.plugins": ROOT / "plugins",
}

Graph = dict[str, set[str]]


def modules_of(package: str, folder: Path) -> dict[str, Path]:
    """Map the dotted name of each module of a package to its file."""
    found = {}
    for place, _folders, names in os.walk(folder, followlinks=True):
        for path in (Path(place, name) for name in names if name.endswith(".py")):
            parts = path.relative_to(folder).with_suffix("").parts
            found[".".join((package, *parts)).removesuffix(".__init__")] = path
    return found


def imported(name: str, path: Path) -> Iterator[list[str]]:
    """Yield the candidates of each run-time import: a module, and the package it may be in."""
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    pending: list[ast.AST] = [*ast.parse(path.read_text()).body]
    while pending:
        node = pending.pop()
        if isinstance(node, ast.If) and is_type_checking(node.test):
            pending += node.orelse
        elif isinstance(node, ast.Import):
            yield from ([alias.name] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                above = package.split(".")[: len(package.split(".")) - node.level + 1]
                base = ".".join([*above, base]).rstrip(".")
            yield from ([f"{base}.{alias.name}", base] for alias in node.names)
        else:
            pending += ast.iter_child_nodes(node)


def imports_of(modules: dict[str, Path]) -> Graph:
    graph: Graph = {}
    for name, path in modules.items():
        first = (next(filter(modules.get, each), None) for each in imported(name, path))
        graph[name] = {each for each in first if each is not None and each != name}
    return graph


def cycles(graph: Graph) -> list[list[str]]:
    """List the groups of modules in which each reaches each other one."""
    # Those that reach and are reached by the same: a module with itself alone is not a cycle.
    reach = {name: reachable(graph, name) for name in graph}
    groups = {
        tuple(sorted(other for other in reach[name] if name in reach[other]))
        for name in graph
        if name in reach[name]
    }
    return [list(group) for group in sorted(groups)]


def reachable(graph: Graph, name: str) -> set[str]:
    seen: set[str] = set()
    pending = [*graph[name]]
    while pending:
        each = pending.pop()
        if each not in seen:
            seen.add(each)
            pending += graph[each]
    return seen


@pytest.mark.slow
@pytest.mark.parametrize("package", PACKAGES)
def test_no_cycles(package: str) -> None:
    modules = modules_of(package, PACKAGES[package])
    assert len(modules) > 100
    found = cycles(imports_of(modules))
    files = [" and ".join(str(modules[name].relative_to(ROOT)) for name in each) for each in found]
    assert not files, "these files import each other: " + "; ".join(files)


def test_the_search_sees_a_cycle(tmp_path: Path) -> None:
    texts = {
        "__init__.py": "",
        "a.py": "from . import b\nfrom .c import thing\nif TYPE_CHECKING:\n    from . import d",
        "b.py": "def late():\n    from .sub.e import thing",
        "c.py": "import json",
        "d.py": "from . import a",
        "sub/__init__.py": "",
        "sub/e.py": "import p.a",
    }
    for name, text in texts.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    assert cycles(imports_of(modules_of("p", tmp_path))) == [["p.a", "p.b", "p.sub.e"]]
