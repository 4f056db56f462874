# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

"""Blank out docstrings and comments in what Ansible sends to managed hosts.

Each task ships the sources of its module. A third of them explains the code, which no host reads.
Lines keep their numbers, so that tracebacks fit the sources, and files keep the comments above
their code: copyright and licence. Only the built artefact is stripped, not what git installs.
"""

from __future__ import annotations

import ast
import io
import tokenize
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


def docstrings(module: ast.Module) -> list[tuple[ast.Expr, bool]]:
    """Return each text that is a statement, and whether a class or function has no other.

    These are docstrings, and the texts below a name that explain it.
    """
    return [
        (statement, len(node.body) == 1 and not isinstance(node, ast.Module))
        for node in ast.walk(module)
        if isinstance(node, DOCUMENTED)
        for statement in node.body
        if isinstance(statement, ast.Expr)
        and isinstance(statement.value, ast.Constant)
        and isinstance(statement.value.value, str)
    ]


def stripped(source: str) -> str:
    """Return a module's source without docstrings and comments, line by line."""
    module = ast.parse(source)
    lines = source.splitlines(keepends=True)
    for text, alone in docstrings(module):
        first, last = text.lineno - 1, (text.end_lineno or text.lineno) - 1
        indentation = lines[first][: text.col_offset]
        lines[first : last + 1] = ["\n"] * (last + 1 - first)
        if alone:
            lines[first] = f"{indentation}pass\n"
    code = min((node.lineno for node in module.body), default=len(lines) + 1)
    for token in tokenize.generate_tokens(io.StringIO("".join(lines)).readline):
        row, column = token.start
        if token.type == tokenize.COMMENT and row >= code:
            lines[row - 1] = lines[row - 1][:column].rstrip() + "\n"
    return "".join(lines)


def strip(collection: Path) -> None:
    """Strip what modules import, in a copy of the collection."""
    for path in sorted((collection / "plugins" / "module_utils").rglob("*.py")):
        path.write_text(stripped(path.read_text("utf-8")), "utf-8")
