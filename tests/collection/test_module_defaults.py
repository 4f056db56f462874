# Copyright: The kamailio-binrpc authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every option that modules share, set for all of them at once in module_defaults."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.collection.conftest import BIN
from tests.collection.test_fleets import oldest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))

import empty_values as tool  # noqa: E402

from kamailio_binrpc.lab import LabServer  # noqa: E402

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


ON_HOST = ("kamailio_htable_item", "kamailio_rpc")


def test_the_group_has_every_module() -> None:
    runtime = yaml.safe_load((ROOT / "meta" / "runtime.yml").read_text("utf-8"))
    assert sorted(runtime["action_groups"]["kamailio"]) == tool.MODULES


@pytest.mark.parametrize("core", ["newest", "oldest"])
def test_all_modules_take_all_of_them(play_tasks: Any, tmp_path: Path, core: str) -> None:
    config = tmp_path / "config.ini"
    config.touch()
    tasks = {
        f"{module} {number} {where}": {
            f"kamailio.ctl.{module}": base | {"run_on": where},
            "check_mode": True,
        }
        for module in tool.MODULES
        for number, base in enumerate(tool.BASES[module])
        for where in ("controller", "host")
        if number == 0 or where == "controller"
        # The ways by which options come are the same for all modules of the oldest.
        if core == "newest" or (number == 0 and (where == "controller" or module in ON_HOST))
    }
    with LabServer("tcp:127.0.0.1:0").running_in_thread() as lab:
        # In the order of the doc fragments.
        defaults = {
            "endpoint": "tcp:127.0.0.1:1",  # endpoints count instead
            "timeout": 5,
            "connect_wait": 0,
            "retries": 1,
            "run_on": "controller",
            "endpoints": {"lab": lab.addresses[0]},
            "config_file": str(config),
            "forks": 2,
            "serial": ["100%"],
            "max_fail_percentage": 100,
            "deadline": 60,
            "busy_timeout": 1,
            "warn_lost": False,
        }
        assert set(defaults) == set(tool.load("module_utils", "_task").SHARED)
        bin_dir = BIN if core == "newest" else oldest()
        found = play_tasks({"here": {}}, tasks, defaults, bin_dir=bin_dir)()["here"]
        methods = set(lab.calls.counts)
    for name, result in found.items():
        # Each came to the server, whatever it found there.
        assert [each["name"] for each in result["results"]] == ["lab"], (name, result)
        assert "restarted" not in str(result.get("warnings")), name
    assert len(found) == len(tasks)
    assert len(methods) > 10
