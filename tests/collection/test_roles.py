# Copyright: The kamailio-binrpc authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The roles, on hosts with systemd and a network of their own."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.collection.conftest import ROOT, run_ansible

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


def test_both_roles_describe_the_same_restarts() -> None:
    """They may only differ in the reasons for a restart."""
    found = {}
    for role in ("ctl_server", "kamailio_ctl"):
        text = ROOT.joinpath("roles", role, "meta", "argument_specs.yml").read_text("utf-8")
        options = yaml.safe_load(text.replace(f"{role}_", ""))["argument_specs"]["main"]["options"]
        restart = options["restart"]
        values = [line for line in restart.pop("description") if line.startswith("V(")]
        found[role] = [restart, values, options["restart_window"], options["drain_timeout"]]
        assert re.findall(r"V\((\w+)\)", str(values)) == restart["choices"]
    assert found["ctl_server"] == found["kamailio_ctl"]


def includes_of(tasks: list[dict[str, Any]]) -> Iterator[Any]:
    for task in tasks:
        if "ansible.builtin.include_tasks" in task:
            yield task["ansible.builtin.include_tasks"]
        for part in ("block", "rescue", "always"):
            yield from includes_of(task.get(part, []))


@pytest.mark.parametrize("role", ["ctl_server", "kamailio_ctl"])
def test_no_task_is_left_out_with_a_tag(role: str) -> None:
    """Tasks of a file that is included while a play runs have the tags that the include applies."""
    for path in sorted(ROOT.joinpath("roles", role, "tasks").glob("*.yml")):
        for include in includes_of(yaml.safe_load(path.read_text("utf-8"))):
            assert isinstance(include, dict), (path.name, include)
            assert include["apply"]["tags"], (path.name, include)


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


# One host for each case.
CHECKS = """
- hosts: all
  gather_facts: false
  connection: local
  tasks:
    - ansible.builtin.set_fact:
        pkg_mgr: "{{ manager | default('apt') }}"
        distribution_release: bookworm
        service_mgr: systemd
        cacheable: true
    - block:
        - ansible.builtin.include_role:
            name: "kamailio.ctl.{{ role | default('kamailio_ctl') }}"
            tasks_from: "{{ tasks | default('check') }}"
      rescue:
        - ansible.builtin.copy:
            content: "{{ ansible_failed_result | to_json }}"
            dest: "{{ inventory_hostname }}.json"
            mode: "0600"
"""
TCP = ["tcp:127.0.0.1:2049"]
EXPOSED = {"kamailio_ctl_expose": True, "kamailio_ctl_binrpc": ["udp:192.0.2.1:2049"]}
OTHERS = [{"service": "kamailio", "include": "/a.cfg", "addresses": ["unixs:/run/a/ctl"]}]


def instance(**options: Any) -> dict[str, Any]:
    return {"role": "ctl_server", "ctl_server_instances": [{"name": "lab", **options}]}


REFUSALS: list[tuple[str, dict[str, Any]]] = [
    ("", {}),
    ("kamailio_ctl_clients names no one", EXPOSED),
    ("", {**EXPOSED, "kamailio_ctl_clients": ["192.0.2.0/24", "2001:db8::1"]}),
    ("", {**EXPOSED, "kamailio_ctl_firewall": "none"}),
    ("kamailio_ctl_clients lists IP addresses", {"kamailio_ctl_clients": ["proxy2"]}),
    ("kamailio_ctl_version is a text such as", {"kamailio_ctl_version": "six"}),
    (
        "systemd does not run this host",
        {"kamailio_ctl_service_manager": "systemd", "__kamailio_ctl_booted": {"stat": {}}},
    ),
    ("Other hosts could reach udp:192.0.2.1:2049", {"kamailio_ctl_fifo": ["udp:192.0.2.1:2049"]}),
    ("Every user and every program of this host", {"kamailio_ctl_binrpc": TCP}),
    ("", {"kamailio_ctl_binrpc": TCP, "kamailio_ctl_allow_everyone": "true"}),
    ("kamailio_ctl_mode is an octal text", {"kamailio_ctl_mode": "660"}),
    ("kamailio_ctl_mode is an octal text", {"kamailio_ctl_mode": 432}),
    ("lets every user of the host control", {"kamailio_ctl_mode": "0666"}),
    ("Give both kamailio_ctl_user and kamailio_ctl_group", {"kamailio_ctl_group": ""}),
    ("kamailio_ctl_binrpc needs one address", {"kamailio_ctl_binrpc": []}),
    ("kamailio_ctl_binrpc is a list", {"kamailio_ctl_binrpc": "unix:/run/kamailio/ctl"}),
    ("kamailio_ctl_operators is a list", {"kamailio_ctl_operators": "olga"}),
    ("_buffer_size is a whole number from 1 to", {"kamailio_ctl_binrpc_buffer_size": 0}),
    ("_buffer_size is a whole number from 1 to", {"kamailio_ctl_binrpc_buffer_size": 99999999999}),
    ("_max_body_size is a whole number from", {"kamailio_ctl_binrpc_max_body_size": "large"}),
    ("kamailio_ctl_drain_timeout is a number of seconds", {"kamailio_ctl_drain_timeout": "-5"}),
    ("kamailio_ctl_restart_window is a text", {"kamailio_ctl_restart_window": "2-4"}),
    ("kamailio_ctl_restart_window is a text", {"kamailio_ctl_restart_window": "22:00-24:00"}),
    ("", {"kamailio_ctl_restart_window": "23:00-04:59"}),
    ("consists of small letters", {"kamailio_ctl_instance": "../edge"}),
    (
        "set kamailio_ctl_install to false",
        {"manager": "zypper", "kamailio_ctl_binary": "/none", "tasks": "install"},
    ),
    ("", {"manager": "zypper", "kamailio_ctl_binary": "/bin/true", "tasks": "install"}),
    ("already has /a.cfg", {"kamailio_ctl_include": "/a.cfg", "tasks": "check_others"}),
    ("unixs:/run/a/ctl", {"kamailio_ctl_binrpc": ["unix:/run/a/ctl"], "tasks": "check_others"}),
    ("", {"kamailio_ctl_instance": "edge", "tasks": "check_others"}),
    ("", instance(binrpc=TCP, binrpc_max_body_size=64)),
    ("binrpc of an instance in ctl_server_instances is a list", instance(binrpc=TCP[0])),
    ("binrpc_max_body_size of an instance", instance(binrpc_max_body_size=99999999999)),
    ("two have the same one", instance(binrpc=TCP * 2)),
    ("ctl_server_restart_window is a text", {"role": "ctl_server", "ctl_server_restart_window": 4}),
    ("ctl_server_drain_timeout is a", {"role": "ctl_server", "ctl_server_drain_timeout": "long"}),
    ("Other hosts could reach", instance(binrpc=["tcp:2049"], expose="no")),
]


def test_what_is_wrong_is_said_before_anything_is_done(collections: Path, tmp_path: Path) -> None:
    (tmp_path / "play.yml").write_text(CHECKS, encoding="utf-8")
    hosts = {f"case{number}": variables for number, (_text, variables) in enumerate(REFUSALS)}
    general = {
        "ansible_python_interpreter": sys.executable,
        "__kamailio_ctl_others": OTHERS,
        "__kamailio_ctl_booted": {"stat": {"isdir": True}},
    }
    inventory = {"all": {"hosts": hosts, "vars": general}}
    (tmp_path / "inventory.json").write_text(json.dumps(inventory), encoding="utf-8")
    run_ansible(tmp_path, collections, "-i", "inventory.json", "play.yml")
    for number, (message, variables) in enumerate(REFUSALS):
        file = tmp_path / f"case{number}.json"
        said = file.read_text("utf-8") if file.exists() else ""
        assert bool(said) == bool(message), (variables, said)
        assert message in said, (variables, said)
