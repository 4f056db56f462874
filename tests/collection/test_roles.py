# Copyright: The kamailio-binrpc authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The roles, on hosts with systemd and a network of their own."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.collection.conftest import ROOT

NOT_TESTED = 77
SCENARIOS = ("ctl_server", "kamailio_ctl")

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1500)]


def test_every_scenario_passes() -> None:
    """As ``make molecule``, less some side effects.

    Skipped where such hosts cannot run, unless MOLECULE_REQUIRED is 1.
    """
    done = subprocess.run(
        [sys.executable, str(ROOT / "tools" / "molecule.py"), "--quick"],
        env=os.environ | {"NO_COLOR": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode == NOT_TESTED and os.environ.get("MOLECULE_REQUIRED") != "1":
        pytest.skip(done.stdout.strip().splitlines()[-1])
    assert done.returncode == 0, done.stdout
    # molecule passes as well when it finds nothing to do.
    for scenario in SCENARIOS:
        for step in ("prepare", "converge", "idempotence", "side_effect", "verify", "cleanup"):
            executed = rf"{scenario}\W+{step}\W+Executed: Successful"
            assert re.search(executed, done.stdout), f"{scenario}: {step}\n{done.stdout}"
    assert re.search(r"default\W+destroy\W+Executed: Successful", done.stdout)


@pytest.mark.parametrize("role", ["ctl_server", "kamailio_ctl"])
def test_each_variable_is_described_with_its_default(role: str) -> None:
    def load(*path: str) -> dict[str, Any]:
        data = yaml.safe_load(ROOT.joinpath("roles", role, *path).read_text("utf-8"))
        assert isinstance(data, dict)
        return data

    options = load("meta", "argument_specs.yml")["argument_specs"]["main"]["options"]
    defaults = load("defaults", "main.yml")
    assert set(options) == set(defaults)
    for name, value in defaults.items():
        if "{{" not in str(value):
            assert options[name].get("default") == value, name


def test_the_packed_server_is_the_same_each_time(tmp_path: Path) -> None:
    pack = ROOT / "roles" / "ctl_server" / "files" / "pack.py"
    core = ROOT / "plugins" / "module_utils" / "binrpc"
    copy = tmp_path / "copy"
    shutil.copytree(core, copy, ignore=shutil.ignore_patterns("__pycache__"))
    for source, target in ((core, "a.pyz"), (copy, "b.pyz")):
        subprocess.run([sys.executable, pack, source, tmp_path / target], check=True)
    assert (tmp_path / "a.pyz").read_bytes() == (tmp_path / "b.pyz").read_bytes()
    settings = f'{{"binrpc": ["unix:{tmp_path}/ctl"]}}'
    command = [sys.executable, "-I", tmp_path / "a.pyz", "--check", "--config", "-"]
    subprocess.run(command, input=settings, text=True, check=True)
