# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

"""No file imports itself by way of others, be it at its top or inside a function."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from tests.checks.tool import ROOT

if TYPE_CHECKING:
    from pathlib import Path

sys.path.insert(0, str(ROOT / "tools"))

from import_graph import Graph, imports_of, modules_of, reachable

PACKAGES = {
    "kamailio_binrpc": ROOT / "sdk" / "kamailio_binrpc",
    "ansible_collections.kamailio.ctl.plugins": ROOT / "plugins",
}


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
