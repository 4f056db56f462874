# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

"""Make docs/empty-values.md: null, "", [] and {} given to every option of every module.

Each is tried against a lab server, in check mode, through the action plugin of the module. With
--check nothing is written, and a page that differs is an error.
"""

from __future__ import annotations

import argparse
import copy
import importlib
import sys
import tempfile
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from unittest.mock import Mock

import tree

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    Base = dict[str, Any]
    Names = tuple[str, ...]

NAME = Path(__file__).relative_to(tree.ROOT)
PAGE = tree.ROOT / "docs" / "empty-values.md"
MODULES = sorted(path.stem for path in (tree.ROOT / "plugins" / "modules").glob("*.py"))
VALUES: dict[str, Any] = {"null": None, '""': "", "[]": [], "{}": {}}
REFUSED, NOT_GIVEN = "refused", "not given"
DESTINATION = {"uri": "sip:192.0.2.11:5060", "flags": 8, "priority": 1, "attrs": "a=b"}
PROBE = {"method": "core.version", "params": [], "mutates": "never", "path": "x"}
CALL = {"method": "core.version", "params": ["x"], "mutates": "always", "ignore_faults": ["x"]}
CALL["probe"] = {**PROBE, "expect": 1, "ignore_faults": ["x"]}
FAULT = {"method": "x", "probe": {**PROBE, "fault": "no"}}
REGISTRATION = {
    "l_uuid": "trunk-9",
    "state": "present",
    "enabled": True,
    **dict.fromkeys(("l_username", "l_domain", "r_username", "r_domain", "realm"), "x"),
    "auth_username": "x",
    "auth_proxy": "sip:192.0.2.1",
    "auth_password": "not-a-secret",
    "expires": 60,
    "reg_delay": 1,
    "socket": "udp:192.0.2.1:5060",
    "contact_addr": "192.0.2.1:5060",
    "contact_user": "x",
}

# Options that belong together. An option is tried in the first of its module that has it.
BASES: dict[str, list[Base]] = {
    "kamailio_cfg": [
        {"group": "core", "name": "debug", "value": 2},
        {"variables": {"core": {"debug": 2}}},
    ],
    "kamailio_cfg_info": [{"group": "core"}],
    "kamailio_ctl_facts": [{"gather_subset": ["min"]}],
    "kamailio_ctl_info": [{"gather_subset": ["min"]}],
    "kamailio_debug_level": [{"level": 1, "module": "tm", "activate": True}],
    "kamailio_dialog": [
        {
            "state": "absent",
            "match": {"key": "ruri", "operator": "sw", "value": "sip:x"},
            "require_matches_max": 1,
            "wait_timeout": 0,
        },
        {"state": "drained", "profile": "p", "profile_value": "x", "wait_timeout": 0, "poll": 1},
    ],
    "kamailio_dialog_info": [{"match": {"key": "ruri", "operator": "sw", "value": "sip:x"}}],
    "kamailio_dispatcher_destination": [
        {
            "set_id": 1,
            "state": "present",
            "at_least_active": 0,
            "allow_unresolved": True,
            **DESTINATION,
        },
        {"set_id": 1, "destinations": [DESTINATION], "mode": "merged", "allow_empty": False},
    ],
    "kamailio_dispatcher_info": [{"set_id": 1}],
    "kamailio_dispatcher_state": [
        {
            "set_id": 1,
            "uri": DESTINATION["uri"],
            "state": "inactive",
            "probing": True,
            "require_matches_min": 1,
            "require_matches_max": 1,
            "at_least_active": 0,
        },
        {"set_id": 1, "duid": "gw1", "state": "inactive"},
        {"set_id": 1, "all": True, "state": "inactive"},
    ],
    "kamailio_htable": [
        {"table": "t", "items": {"a": 1}, "absent": ["b"], "mode": "merged", "allow_empty": False},
    ],
    "kamailio_htable_info": [{"table": "t"}],
    "kamailio_htable_item": [
        {
            "table": "t",
            "key": "k",
            "value": 1,
            "expire": 5,
            "expire_tolerance": 1,
            "state": "present",
        },
    ],
    "kamailio_permissions_info": [{"gather_subset": ["trusted"], "group_id": 1}],
    "kamailio_pipelimit": [{"name": "p1", "algorithm": "RED", "limit": 7, "state": "present"}],
    "kamailio_pipelimit_info": [{"name": "p1"}],
    "kamailio_reload": [
        {"what": "dialplan", "dialplans": [1]},
        {"what": "dispatcher", "keep_states": True},
        {"what": "htable", "table": "t"},
        {"what": "mtree", "tree": "x"},
    ],
    "kamailio_rpc": [{**CALL, "reveal": False}, FAULT, {"calls": [CALL]}, {"calls": [FAULT]}],
    "kamailio_rtpengine_node": [
        {"url": "all", "state": "disabled", "must_answer": True, "at_least_active": 0},
    ],
    "kamailio_shv": [{"name": "maintenance", "value": 1}],
    "kamailio_state": [
        {
            "document": {"version": 1, "pv": {"shv": {"maintenance": 1}}},
            "state": "applied",
            "confirm": 5,
            "allow_irreversible": True,
            "undo_timeout": 5,
            "journals": "/nowhere",
        },
        {"state": "confirmed", "id": ["x"], "run_on": "host"},
    ],
    "kamailio_stats_info": [{"names": ["core:"]}],
    "kamailio_toggle": [{"what": "siptrace", "enabled": True}],
    "kamailio_uac_info": [{"l_uuid": "trunk-1"}],
    "kamailio_uac_registration": [
        REGISTRATION,
        {"l_uuid": "trunk-1", "auth_ha1": "0" * 32},
    ],
    "kamailio_usrloc_info": [{"table": "location", "aor": "alice"}],
    "kamailio_usrloc_contact": [
        {
            "table": "location",
            "aor": "x",
            "contact": "sip:x",
            "state": "present",
            "expires": 60,
            "q": 0.5,
            "path": "sip:x",
            "flags": 1,
            "cflags": 1,
            "methods": 1,
            "received": "sip:x",
            "socket": "udp:192.0.2.1:5060",
        },
    ],
    "kamailio_wait_for": [
        {
            "method": "core.version",
            "params": [],
            "mutates": "never",
            "path": "x",
            "expect": 1,
            "wait_timeout": 0,
            "poll": 1,
        },
        {"method": "core.uptime", "path": "uptime", "min": 0, "max": 1, "wait_timeout": 0},
        {"method": "core.version", "fault": 500, "wait_timeout": 0},
    ],
}


class Cell:
    """One value for one option.

    :ivar path: the option, behind those that it is in.
    :ivar options: all options of the task.
    """

    def __init__(self, module: str, path: Names, value: str, base: Base) -> None:
        self.module = module
        self.path = path
        self.value = value
        self.options = replaced(base, path, VALUES[value])
        self.without = replaced(base, path, Missing)

    def __str__(self) -> str:
        return f"{self.module}: {'.'.join(self.path)}: {self.value}"


class Missing:
    """In the place of a value: leave the option out."""


def replaced(base: Any, path: Names, value: Any) -> Any:
    """Return options with another value at a path; it is in the first item of each list."""
    found = copy.deepcopy(base)
    inner = found
    for name in path[:-1]:
        inner = inner[name]
        inner = inner[0] if isinstance(inner, list) else inner
    if value is Missing:
        inner.pop(path[-1], None)
    else:
        inner[path[-1]] = value
    return found


def has(base: Any, path: Names) -> bool:
    """Does a base have this option?"""
    for name in path:
        base = base[0] if isinstance(base, list) else base
        if not isinstance(base, dict) or name not in base:
            return False
        base = base[name]
    return True


def paths(fields: Mapping[str, Any], outer: Names = ()) -> Iterator[tuple[Names, Any]]:
    """Yield the path of every option, and the Option."""
    for name, option in fields.items():
        yield (*outer, name), option
        if option.options is not None:
            yield from paths(option.options, (*outer, name))


def load(folder: str, name: str) -> Any:
    """Import a module of the collection."""
    tree.make_importable()
    return importlib.import_module(f"ansible_collections.kamailio.ctl.plugins.{folder}.{name}")


class Trial:
    """Runs tasks against a lab server of their own."""

    def __init__(self, config_file: str) -> None:
        server = load("module_utils", "binrpc.lab.server")
        self.lab = server.LabServer("tcp:127.0.0.1:0")
        # It stands still: two tasks are compared, and answers like core.uptime are not to differ.
        now = self.lab.state.clock() + 100
        self.lab.state.clock = lambda: now
        self.shared = load("module_utils", "_task").SHARED
        self._config_file = config_file

    def bases(self, module: str, path: Names) -> list[Base]:
        """Return complete options of tasks; the first one that has the option is used."""
        own = BASES[module]
        if path[0] not in self.shared or any(has(base, path) for base in own):
            return own
        many = {
            "endpoints": self.lab.addresses,
            "config_file": self._config_file,
            "forks": 1,
            "serial": ["1"],
            "max_fail_percentage": 0,
            "deadline": 5,
        }
        one = {"timeout": 5, "connect_wait": 0, "retries": 0}
        return [own[0] | one | {"busy_timeout": 1, "warn_lost": True} | many]

    def complete(self, options: Base, path: Names) -> Base:
        """Return options with the server to call, and the place to do it."""
        where = {"endpoint": self.lab.addresses[0], "run_on": "controller"}
        return {name: value for name, value in where.items() if (name,) != path[:1]} | options

    def cells(self, module: str) -> Iterator[tuple[Cell, Any]]:
        """Yield each cell of a module with its Option."""
        options = load("modules", module).TASK.options
        for path, option in paths(options.fields):
            candidates = [
                base
                for base in self.bases(module, path)
                if has(base, path) or path[0] in ("endpoint", "run_on")
            ]
            if not candidates:
                raise ValueError(
                    f"{module}: {NAME} tries no value of the option {'.'.join(path)}; add it with "
                    "a value to the module's BASES there"
                )
            for value in VALUES:
                cell = Cell(module, path, value, candidates[0])
                cell.options = self.complete(cell.options, path)
                cell.without = self.complete(cell.without, ())
                yield cell, option

    def run(self, module: str, options: Base) -> tuple[dict[str, Any], bool]:
        """Run a task in check mode; return its result, and whether it called the server."""
        action = load("action", module).ActionModule(
            SimpleNamespace(
                action=f"kamailio.ctl.{module}",
                args=copy.deepcopy(options),
                async_val=0,
                check_mode=True,
                diff=False,
                delegate_to=None,
            ),
            SimpleNamespace(
                transport="local", become=None, _shell=SimpleNamespace(tmpdir="/nowhere")
            ),
            SimpleNamespace(remote_addr="here"),
            None,
            None,
            None,
        )
        action._display = SimpleNamespace(verbosity=0)
        # Where it would run on the host, its options were accepted.
        action._execute_module = Mock(return_value={"called": True})
        action._remove_tmp_path = Mock()
        self.lab.calls.clear()
        result = action.run(task_vars={})
        called = result.pop("called", False) or self.lab.calls.total > 0
        return result, called

    def outcome(self, cell: Cell, option: Any) -> str:
        """Return what happens to a cell, in words.

        :raises ValueError: it is none of what may happen.
        """
        result, called = self.run(cell.module, cell.options)
        refused = bool(result.get("failed")) and not called
        # With a default, leaving it out may well mean to wait for a long time.
        if cell.value == "null" and not option.required and option.default is None and option.null:
            other, other_called = self.run(cell.module, cell.without)
            said = [(each.get("failed"), each.get("msg")) for each in (result, other)]
            if said[0] != said[1] or called != other_called:
                raise ValueError(f"{cell}: is not as if it was left out: {result}, {other}")
            return NOT_GIVEN
        if refused:
            return REFUSED
        if option.empty is None or cell.value == "null":
            raise ValueError(f"{cell}: is accepted: {result}")
        return str(option.empty)


def table(trial: Trial, modules: list[str]) -> dict[str, dict[Names, dict[str, str]]]:
    """Return what happens by module, option and value.

    :raises ValueError: something happens that may not, or bases are wrong.
    """
    found: dict[str, dict[Names, dict[str, str]]] = {}
    for module in modules:
        for base in BASES[module]:
            result, called = trial.run(module, trial.complete(base, ()))
            if not called:
                raise ValueError(f"{module}: {base} is refused: {result}")
        rows = found[module] = {}
        for cell, option in trial.cells(module):
            rows.setdefault(cell.path, {})[cell.value] = trial.outcome(cell, option)
    return found


HEAD = """\
<!--
SPDX-FileCopyrightText: The kamailio-binrpc authors
SPDX-License-Identifier: MIT
-->
<!-- Made by tools/empty_values.py. -->

# Empty values

Templates and variables often give less than one thinks: null, an empty text, an empty list. This
page says what each of them means for every option of every module. *Refused* means that the task
fails before the first call. *Not given* means that the option counts as left out, also for the
options that need it or exclude it. Anything else is what the value means.

Salt's states and the Python library take the same table of options.
"""


def page(found: Mapping[str, Mapping[Names, Mapping[str, str]]], shared: Mapping[str, Any]) -> str:
    """Return the page.

    :raises ValueError: an option that modules share behaves differently in two modules.
    """
    common: dict[Names, Mapping[str, str]] = {}
    sections: dict[str, dict[Names, Mapping[str, str]]] = {}
    for module, rows in found.items():
        own = sections[module] = {}
        for path, row in rows.items():
            described = BASES[module] and any(has(base, path) for base in BASES[module])
            if path[0] not in shared or described:
                own[path] = row
            elif common.setdefault(path, row) != row:
                raise ValueError(f"{path[0]} of {module} differs: {row}, not {common[path]}")
    lines = [HEAD, "## Options of all modules", "", *_rows(common)]
    for module, rows in sections.items():
        lines += ["", f"## {module}", "", *_rows(rows)]
    return "\n".join(lines) + "\n"


def _rows(rows: Mapping[Names, Mapping[str, str]]) -> Iterator[str]:
    yield "| Option | " + " | ".join(f"`{value}`" for value in VALUES) + " |"
    yield "| --- " * (len(VALUES) + 1) + "|"
    for path, row in rows.items():
        yield f"| `{'.'.join(path)}` | " + " | ".join(row[value] for value in VALUES) + " |"


def make() -> str:
    """Try everything, and return the page."""
    with tempfile.NamedTemporaryFile(suffix=".ini") as config:
        trial = Trial(config.name)
        with trial.lab.running_in_thread():
            return page(table(trial, MODULES), trial.shared)


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--check", action="store_true", help="change nothing, exit 1 on drift")
    options = parser.parse_args()
    try:
        text = make()
    except ValueError as error:
        print(error, file=sys.stderr)
        return 1
    if not options.check:
        PAGE.write_text(text, "utf-8")
        return 0
    if PAGE.is_file() and PAGE.read_text("utf-8") == text:
        return 0
    print(f"{PAGE.relative_to(tree.ROOT)} is not up to date; run {NAME}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
