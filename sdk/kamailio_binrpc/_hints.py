# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Names that annotations use, for programs that evaluate them, as typing.get_type_hints does.

The core imports such names for type checkers only: typing alone takes longer to import than a
short program takes to make its call. A program that has loaded typing has paid already, and there
a module gets the names when something public of it is first used.
"""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType
    from typing import Any

_ONLY_AST = 0x400  # ast.PyCF_ONLY_AST, without the import
_TYPED = "kamailio_binrpc.typed."
_complete: set[str] = set()


def complete(name: str) -> None:
    """Give a module what it imports for type checkers, if the program has loaded typing."""
    if "typing" not in sys.modules or name in _complete:
        return
    if sys.hexversion < 0x03090000:  # which cannot evaluate them; only tests of the core come here
        return
    _complete.add(name)
    module = sys.modules.get(name)
    if module is not None:
        for statement in _statements(module):
            _run(statement, module)


def _run(statement: Any, module: ModuleType) -> None:
    namespace = getattr(statement, "level", 0) == 1 and module.__name__.startswith(_TYPED)
    if namespace and "pydantic" not in sys.modules:
        return  # nothing has used it yet
    tree: Any = compile("", module.__name__, "exec", _ONLY_AST)
    tree.body = [statement]
    code = compile(tree, module.__name__, "exec")
    while True:
        found = dict(vars(module))
        try:
            exec(code, found)  # noqa: S102 - a part of our own source
        except ImportError as error:
            # The other module has that name for type checkers only, too.
            if not error.name or error.name in _complete:
                return  # a library that is not installed, or a name that comes a little later
            complete(error.name)
            if error.name not in sys.modules:
                return
        else:
            for each, value in found.items():
                vars(module).setdefault(each, value)
            return


def complete_for(thing: object) -> None:
    """Do so for the modules of a class with its bases, or of a function."""
    if "typing" in sys.modules:
        for each in getattr(thing, "__mro__", (thing,)):
            home = getattr(each, "__module__", None)
            if isinstance(home, str) and home.startswith("kamailio_binrpc."):
                complete(home)


def complete_public(name: str) -> None:
    """Do so for everything public of a module."""
    complete(name)
    module = sys.modules[name]
    for each in vars(module).get("__all__", ()):
        complete_for(vars(module).get(each))


def _statements(module: ModuleType) -> list[Any]:
    """Return what stands below ``if TYPE_CHECKING:`` at the top of a module's source."""
    from linecache import getlines  # which also asks loaders of archives

    lines = "".join(getlines(module.__file__ or "", vars(module))).splitlines()
    kept: list[str] = []
    inside = False
    for line in lines:
        if line.startswith("if TYPE_CHECKING:"):
            inside = True
            kept.append("if True:")
        elif inside and line and not line[0].isspace() and line[0] != ")":
            inside = False
        elif inside:
            kept.append(line)
    tree: Any = compile("\n".join(kept), module.__name__, "exec", _ONLY_AST)
    return [each for block in tree.body for each in block.body]
