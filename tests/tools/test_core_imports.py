# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

"""The imports of the core: it runs on managed nodes, once per task and host."""

from __future__ import annotations

import ast
import subprocess
import sys

from tests.checks.tool import ROOT

sys.path.insert(0, str(ROOT / "tools"))

from import_graph import is_type_checking

SDK = ROOT / "sdk"
CORE = SDK / "kamailio_binrpc" / "core"

# Each of these costs a managed node tens of milliseconds per task.
HEAVY = {"asyncio", "dataclasses", "json", "logging", "pydantic", "tenacity", "typing"}


def imports(tree, *, at_run_time=False):
    """Yield (module, is inside a function) for each absolute import."""
    pending = [(node, False) for node in tree.body]
    while pending:
        node, inside = pending.pop()
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, inside
        elif isinstance(node, ast.ImportFrom):
            if not node.level:
                yield node.module, inside
        elif at_run_time and isinstance(node, ast.If) and is_type_checking(node.test):
            pending += [(child, inside) for child in node.orelse]
        else:
            inside = inside or isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
            pending += [(child, inside) for child in ast.iter_child_nodes(node)]


def test_only_the_standard_library():
    paths = sorted(CORE.rglob("*.py"))
    foreign = {
        (path.relative_to(CORE).as_posix(), module)
        for path in paths
        for module, _inside in imports(ast.parse(path.read_text()))
        if module.split(".")[0] not in sys.stdlib_module_names
    }
    assert len(paths) > 200
    assert foreign == {("decoding.py", "kamailio_binrpc._speedups")}


def modules_after(code):
    """List the modules loaded in a bare interpreter after running code."""
    program = f"import sys; sys.path.insert(0, {str(SDK)!r}); {code}; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", program], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return set(done.stdout.split())


def test_the_client_imports_nothing_heavy():
    loaded = modules_after("import kamailio_binrpc.core.client") - modules_after("pass")
    assert "kamailio_binrpc.core.client" in loaded
    assert not loaded & HEAVY


def test_the_search_sees_nested_and_conditional_imports():
    tree = ast.parse(
        "import a\nif TYPE_CHECKING:\n    import b\ndef f():\n    from c.d import e\n"
        "from . import g\n"
    )
    assert sorted(imports(tree)) == [("a", False), ("b", False), ("c.d", True)]
    assert sorted(imports(tree, at_run_time=True)) == [("a", False), ("c.d", True)]
