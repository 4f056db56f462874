# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

"""Find the tests of a source file: the tree of tests mirrors the tree of sources."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath

import tree

FOLDERS = {
    "plugins/module_utils/binrpc/lab": "tests/sdk/lab",
    "plugins/module_utils/binrpc": "tests/sdk/core",
    "plugins": "tests/unit/plugins",
    "sdk/kamailio_binrpc": "tests/sdk",
    "tools": "tests/tools",
}
"""Where the tests of a folder's files are, the more precise folder first."""


@dataclass(frozen=True)
class Shared:
    """Source files that have no test file of their own, what tests them, and why."""

    sources: str
    tests: tuple[str, ...]
    why: str


SHARED = [
    Shared(
        "plugins/module_utils/binrpc/*fifo_c*.py",
        ("tests/sdk/core/test_fifo_client.py",),
        "both clients of the text protocol make the same call, and run the same tests",
    ),
    Shared(
        "plugins/module_utils/binrpc/turns.py",
        ("tests/sdk/core/test_client.py", "tests/sdk/core/test_fan_out.py"),
        "who decodes when, which is seen in those who read",
    ),
    Shared("__init__.py", (), "names, and what they load lazily: tests/sdk/test_import_budget.py"),
    Shared(
        "plugins/action/*.py",
        ("tests/unit/plugins/plugin_utils/test_action.py",),
        "each names the task of its module, and nothing else",
    ),
    Shared(
        "plugins/doc_fragments/*.py",
        ("tests/unit/plugins/doc_fragments/test_documentation.py",),
        "documentation of options, compared with the options",
    ),
    Shared(
        "plugins/modules/*.py",
        (
            "tests/unit/plugins/modules/test_state_modules.py",
            "tests/unit/plugins/doc_fragments/test_documentation.py",
        ),
        "documentation and a task, which is tested where it is written",
    ),
    Shared(
        "plugins/modules/kamailio_ctl_info.py",
        ("tests/unit/plugins/modules/test_kamailio_ctl_facts.py",),
        "its twin",
    ),
    Shared(
        "plugins/module_utils/binrpc/catalogue/modules/*.py",
        (
            "tests/sdk/lab/test_agrees_with_catalogue.py",
            "tests/sdk/typed/test_agrees_with_catalogue.py",
            "tests/real/test_catalogue.py",
        ),
        "data, compared with the lab, the typed layer and a real Kamailio",
    ),
    Shared(
        "plugins/module_utils/binrpc/decoding.py",
        ("tests/sdk/speedups/test_choice.py",),
        "a choice of one of two decoders",
    ),
    Shared("plugins/module_utils/binrpc/wire.py", (), "constants"),
    Shared(
        "plugins/module_utils/binrpc/lab/*.py",
        (
            "tests/sdk/lab/test_engine.py",
            "tests/sdk/lab/test_server.py",
            "tests/sdk/lab/test_fifo.py",
            "tests/sdk/lab/test_against_real.py",
        ),
        "parts of one engine, compared as a whole with a real Kamailio",
    ),
    Shared(
        "plugins/module_utils/binrpc/lab/modules/ctl.py",
        ("tests/sdk/lab/test_against_real.py",),
        "connections of the server itself",
    ),
    Shared(
        "plugins/module_utils/binrpc/lab/modules/lab.py",
        ("tests/sdk/lab/test_failures.py",),
        "methods about the server itself",
    ),
    Shared(
        "plugins/module_utils/binrpc/lab/modules/pv.py",
        ("tests/sdk/lab/test_against_real.py",),
        "its variables are the data of the comparison",
    ),
    Shared(
        "plugins/module_utils/binrpc/lab/modules/system.py",
        ("tests/sdk/lab/test_against_real.py",),
        "names of the methods of the comparison",
    ),
    Shared("sdk/kamailio_binrpc/_version.py", ("tests/tools/test_consistency.py",), "a constant"),
    Shared(
        "sdk/kamailio_binrpc/*.py",
        ("tests/tools/test_public_names.py",),
        "public names of what the core has",
    ),
    Shared(
        "sdk/kamailio_binrpc/cli/*.py",
        ("tests/sdk/cli/test_kamrpc.py", "tests/sdk/cli/test_forms.py"),
        "commands are tried as they are typed",
    ),
    Shared(
        "sdk/kamailio_binrpc/cli/state/*.py",
        ("tests/sdk/cli/state/test_plan.py", "tests/sdk/cli/state/test_apply.py"),
        "commands are tried as they are typed",
    ),
    Shared(
        "sdk/kamailio_binrpc/state/change.py",
        ("tests/sdk/cli/state/test_apply.py", "tests/sdk/cli/state/test_pending.py"),
        "what ties the core and a fleet together, tried through the commands",
    ),
    Shared(
        "sdk/kamailio_binrpc/cli/kamcmd/*.py",
        ("tests/sdk/cli/test_kamcmd_parts.py", "tests/real/test_pykamcmd.py"),
        "one program, compared with kamcmd to the byte",
    ),
    Shared(
        "sdk/kamailio_binrpc/typed/*.py",
        ("tests/sdk/typed/test_operations.py", "tests/sdk/typed/test_models.py"),
        "tried through the operations",
    ),
    Shared(
        "sdk/kamailio_binrpc/typed/asynchronous/*.py",
        ("tests/sdk/typed/test_operations.py", "tests/sdk/typed/test_agrees_with_catalogue.py"),
        "one table of operations tries all of them",
    ),
    Shared(
        "sdk/kamailio_binrpc/typed/blocking/*.py",
        ("tests/tools/test_typed.py",),
        "generated from those beside them",
    ),
    Shared(
        "sdk/kamailio_binrpc/typed/models/*.py",
        ("tests/sdk/typed/test_models.py",),
        "one table of replies tries all of them",
    ),
]
"""Patterns are of a whole path, or of its end."""

BESIDES = {
    "plugins/module_utils/_task.py": "tests/unit/plugins/doc_fragments/test_documentation.py",
    "plugins/module_utils/binrpc/desired/dispatcher.py": (
        "tests/sdk/core/desired/test_dispatcher_sets.py"
    ),
    "plugins/module_utils/binrpc/lab/modules/*.py": "tests/sdk/lab/test_agrees_with_catalogue.py",
}
"""Tests of source files besides those of their own, by the same patterns."""


def sources() -> list[str]:
    """List the files of the core, the collection and the SDK."""
    found = (path.as_posix() for path in tree.tracked_files())
    return [path for path in found if path.endswith(".py") and path.startswith(("plugins", "sdk"))]


def folder_of(source: str) -> str | None:
    """Return the longest folder of the table that holds the file."""
    return next((folder for folder in FOLDERS if source.startswith(folder + "/")), None)


def own_test(source: str) -> str | None:
    """Return where the file's own tests have to be: plugins/a/_b.py has a/test_b.py."""
    folder = folder_of(source)
    if folder is None:
        return None
    inner = PurePosixPath(source).relative_to(folder)
    name = f"test_{inner.stem.lstrip('_')}.py"
    return str(PurePosixPath(FOLDERS[folder]) / inner.parent / name)


def shared_by(source: str) -> list[Shared]:
    """Return the entries of the table that excuse the file."""
    return [each for each in SHARED if PurePosixPath(source).match(each.sources)]


def find_tests(source: str) -> list[str]:
    """Return the test files of a source file that exist."""
    own = own_test(source)
    found = [own] if own else []
    for each in shared_by(source):
        found += each.tests
    found += [test for pattern, test in BESIDES.items() if PurePosixPath(source).match(pattern)]
    return [test for test in dict.fromkeys(found) if (tree.ROOT / test).exists()]
