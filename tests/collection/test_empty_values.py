# Copyright: The kamailio-binrpc authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The cells of docs/empty-values.md as tasks of a playbook, and as modules on a host."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.collection.conftest import BIN
from tests.collection.test_fleets import oldest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools"))

import empty_values as tool

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1200)]


@pytest.fixture(scope="module")
def trial(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tool.Trial]:
    config = tmp_path_factory.mktemp("config") / "config.ini"
    config.touch()
    trial = tool.Trial(str(config))
    with trial.lab.running_in_thread():
        yield trial


def cells(trial: tool.Trial) -> Iterator[tuple[tool.Cell, Any]]:
    """Yield the cells of all modules; those of the options that all share, of one module."""
    for module in tool.MODULES:
        for cell, option in trial.cells(module):
            if cell.path[0] not in trial.shared or module == "kamailio_shv":
                yield cell, option


def said(result: dict[str, Any]) -> tuple[bool, str]:
    """Return whether a task failed, and why, without the list of words that has no order."""
    return bool(result.get("failed")), str(result.get("msg")).partition("Valid booleans")[0]


@pytest.mark.parametrize("core", ["newest", "oldest"])
def test_a_playbook_gets_what_the_page_says(trial: tool.Trial, play_tasks: Any, core: str) -> None:
    """Through Ansible, with its own null and its own templates."""
    expected, tasks = {}, {}
    for cell, option in cells(trial):
        # Releases of ansible-core differ in what they make of null.
        if core == "oldest" and cell.value != "null":
            continue
        expected[str(cell)] = trial.outcome(cell, option)
        tasks[str(cell)] = {
            f"kamailio.ctl.{cell.module}": cell.options,
            "check_mode": True,
        }
    bin_dir = BIN if core == "newest" else oldest()
    found = play_tasks({"here": {}}, tasks, {}, bin_dir=bin_dir)()["here"]
    wrong = {
        name: result
        for name, result in found.items()
        if (expected[name] == tool.REFUSED and not result.get("failed"))
        or "Traceback" in json.dumps(result)
        or "MODULE FAILURE" in json.dumps(result)
    }
    assert not wrong
    assert len(found) == len(expected) > (500 if core == "newest" else 125)


def test_a_module_by_itself_refuses_the_same(
    trial: tool.Trial, run_jobs: Callable[[list[Any]], list[dict[str, Any]]]
) -> None:
    """Without its action plugin, as where another program runs the module."""
    chosen = list(cells(trial))
    jobs = [
        [cell.module, {**cell.options, "_ansible_check_mode": True}] for cell, _option in chosen
    ]
    for (cell, option), result in zip(chosen, run_jobs(jobs)):
        action, _called = trial.run(cell.module, cell.options)
        failed, why = said(action)
        assert bool(result.get("failed")) is failed, str(cell)
        # What the server says may change from call to call.
        if trial.outcome(cell, option) == tool.REFUSED:
            assert said(result) == (True, why), str(cell)
