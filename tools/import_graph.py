# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

"""Find the imports between the modules of a package, wherever they are in a file."""

from __future__ import annotations

import ast
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

import tree

if TYPE_CHECKING:
    from collections.abc import Iterator

CORE = tree.ROOT / "plugins" / "module_utils" / "binrpc"

Graph = dict[str, set[str]]


def is_type_checking(test: ast.expr) -> bool:
    """Is this the condition of a block for type checkers only?"""
    return getattr(test, "id", getattr(test, "attr", None)) == "TYPE_CHECKING"


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
    pending: list[ast.AST] = [*ast.parse(path.read_text("utf-8")).body]
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
    """Map the name of each module to those of the modules that it imports."""
    graph: Graph = {}
    for name, path in modules.items():
        first = (next(filter(modules.get, each), None) for each in imported(name, path))
        graph[name] = {each for each in first if each is not None and each != name}
    return graph


def reachable(graph: Graph, name: str) -> set[str]:
    """Return everything that a node leads to, directly or by way of others."""
    seen: set[str] = set()
    pending = [*graph[name]]
    while pending:
        each = pending.pop()
        if each not in seen:
            seen.add(each)
            pending += graph[each]
    return seen


def layers(text: str) -> list[list[str]]:
    """Read the map in the core's docstring: the modules of each line, from the top."""
    lines = re.findall(r"^    (\w+(?: \w+)*)  +\S", text, flags=re.MULTILINE)
    return [line.split() for line in lines]


def core_map() -> str:
    """Return the docstring of the core, which has the map of its layers."""
    return ast.get_docstring(ast.parse((CORE / "__init__.py").read_text("utf-8")), clean=True) or ""
