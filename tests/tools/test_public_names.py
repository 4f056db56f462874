# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

"""Users import from ``kamailio_binrpc`` and its doors, never from ``core``; names have a page."""

from __future__ import annotations

import ast
import importlib
import inspect
import re
from pathlib import Path

import pytest

import kamailio_binrpc

ROOT = Path(__file__).resolve().parents[2]
SDK = ROOT / "sdk" / "kamailio_binrpc"
LIBRARY = "".join(
    path.read_text("utf-8") for path in (ROOT / "docs" / "site" / "library").glob("*.rst")
)
DOORS = ("changes", "desired", "dispatcher", "facts", "lab", "methods", "params", "state")
NAMES = [
    *(("kamailio_binrpc", name) for name in kamailio_binrpc.__all__ if name != "__version__"),
    *(
        (f"kamailio_binrpc.{door}", name)
        for door in DOORS
        for name in importlib.import_module(f"kamailio_binrpc.{door}").__all__
    ),
]
FOR_USERS = [
    ROOT / "README.md",
    SDK / "pytest_plugin.py",
    *(path for path in (ROOT / "docs").rglob("*") if path.suffix in {".md", ".rst"}),
    *(path for folder in ("examples", "demo") for path in (ROOT / folder).rglob("*.py")),
    *(ROOT / "roles").glob("*/README.md"),
]
# They say how the tree is built, to those who change it.
FOR_AUTHORS = {ROOT / "docs" / "design.md", ROOT / "docs" / "protocol.md"}


def is_documented(module, name):
    thing = getattr(importlib.import_module(module), name)
    homes = {module, getattr(thing, "__module__", module)}
    whole = any(f"automodule:: {home}\n   :members:" in LIBRARY for home in homes)
    alone = any(f":: {home}.{name}\n" in LIBRARY for home in (module, "kamailio_binrpc"))
    return whole or alone


def test_all_public_names_are_there_and_documented():
    missing = [f"{module}.{name}" for module, name in NAMES if not is_documented(module, name)]
    assert len(NAMES) > 150
    assert missing == [], "these are on no page of docs/site/library"


def is_there(name):
    module, _dot, attribute = name.rpartition(".")
    try:
        importlib.import_module(name)
    except ModuleNotFoundError:
        return hasattr(importlib.import_module(module), attribute)
    return True


def test_what_a_page_names_is_there():
    names = re.findall(r":: (kamailio_binrpc[\w.]*)$", LIBRARY, re.MULTILINE)
    assert len(names) > 150
    assert [name for name in names if not is_there(name)] == []


def test_users_are_shown_no_internal_import():
    found = [
        f"{path.relative_to(ROOT)}: {line}"
        for path in FOR_USERS
        if path not in FOR_AUTHORS
        for line in re.findall(r".*kamailio_binrpc\.core.*", path.read_text("utf-8"))
    ]
    assert found == [], "import from kamailio_binrpc or one of its doors"


def imported_for_type_checkers(path):
    """The names below ``if TYPE_CHECKING:``."""
    return {
        alias.name
        for block in ast.parse(path.read_text("utf-8")).body
        if isinstance(block, ast.If)
        for node in ast.walk(block)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }


@pytest.mark.parametrize("file", ["__init__.py", "lab.py"])
def test_type_checkers_see_the_names_that_load_when_used(file):
    module = "kamailio_binrpc" if file == "__init__.py" else "kamailio_binrpc.lab"
    names = set(importlib.import_module(module).__all__) - {"__version__"}
    assert imported_for_type_checkers(SDK / file) == names


def test_every_error_of_the_library_is_public():
    public = [getattr(importlib.import_module(module), name) for module, name in NAMES]
    missing = set()
    for path in sorted([*(SDK / "core").rglob("*.py"), *(SDK / "typed").glob("*.py")]):
        place = path.relative_to(SDK).with_suffix("")
        if path.name == "__init__.py":
            continue
        module = importlib.import_module(".".join(("kamailio_binrpc", *place.parts)))
        for name, thing in inspect.getmembers(module, inspect.isclass):
            own = thing.__module__ == module.__name__ and not name.startswith("_")
            if own and issubclass(thing, Exception) and thing not in public:
                missing.add(f"{module.__name__}.{name}")
    # Those are caught where they are raised for.
    assert missing <= {
        "kamailio_binrpc.core.desired.call.Failure",
        "kamailio_binrpc.core.desired.engine.Failure",
        "kamailio_binrpc.core.desired.engine.NotYet",
        "kamailio_binrpc.core.lab.module_settings.ModuleSettingsError",
        "kamailio_binrpc.core.lab.reader.ReadError",
        "kamailio_binrpc.core.relay.client.NoRelay",
        "kamailio_binrpc.core.relay.client.TooMany",
        "kamailio_binrpc.core.state.run.Failure",
        "kamailio_binrpc.core.state.run.Refused",
    }
