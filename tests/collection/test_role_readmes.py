# Copyright: The kamailio-binrpc authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every example in the roles' READMEs passes the checks that the role itself makes."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.collection.conftest import ROOT, run_ansible

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1500)]

# Variables go through argument_specs and the checks of the role. Tasks around it are only read.
PLAY = """
- hosts: all
  gather_facts: false
  tasks:
    - ansible.builtin.set_fact:
        pkg_mgr: apt
        service_mgr: systemd
        distribution_release: trixie
        cacheable: true
    - ansible.builtin.set_fact:
        __kamailio_ctl_booted: {stat: {isdir: true}}
    - ansible.builtin.validate_argument_spec:
        argument_spec: "{{ (lookup('file', specs) | from_yaml).argument_specs.main.options }}"
        provided_arguments: "{{ example }}"
    - ansible.builtin.include_role:
        name: "kamailio.ctl.{{ role }}"
        tasks_from: check
    - ansible.builtin.debug:
        msg: "{{ inventory_hostname }} passed"
"""


def examples(role: str) -> list[Any]:
    """Return the parsed YAML blocks of a role's README."""
    text = ROOT.joinpath("roles", role, "README.md").read_text("utf-8")
    found = [yaml.safe_load(block) for block in re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)]
    assert len(found) >= 6
    return found


def variables(example: Any, role: str) -> dict[str, Any]:
    """Return what an example gives the role, which is nothing if it is about something else."""
    if isinstance(example, dict):
        return example
    given: dict[str, Any] = {}
    for play in example:
        for entry in play.get("roles", []):
            if isinstance(entry, dict):
                given |= entry.get("vars", {})
        for task in play.get("tasks", []):
            if task.get("ansible.builtin.include_role", {}).get("name", "").endswith("." + role):
                given |= task.get("vars", {})
    # Of a loop.
    return {name: "edge" if value == "{{ item }}" else value for name, value in given.items()}


def test_the_role_takes_each_example(collections: Path, tmp_path: Path) -> None:
    hosts = {}
    for role in ("kamailio_ctl", "ctl_server"):
        for number, example in enumerate(examples(role)):
            given = variables(example, role)
            assert all(name.startswith(f"{role}_") for name in given), given
            hosts[f"{role}{number}"] = {
                **given,
                "example": given,
                "role": role,
                "specs": str(ROOT / "roles" / role / "meta" / "argument_specs.yml"),
                "ansible_connection": "local",
                "ansible_python_interpreter": sys.executable,
            }
    (tmp_path / "hosts.json").write_text(json.dumps({"all": {"hosts": hosts}}))
    (tmp_path / "play.yml").write_text(PLAY, encoding="utf-8")
    printed = run_ansible(tmp_path, collections, "-i", "hosts.json", "play.yml")
    assert [name for name in hosts if f'"{name} passed"' not in printed] == []


def test_each_playbook_and_task_can_be_read(collections: Path, tmp_path: Path) -> None:
    plays: list[Any] = []
    for role in ("kamailio_ctl", "ctl_server"):
        for example in examples(role):
            if isinstance(example, list):
                tasks = [each for each in example if "hosts" not in each]
                plays += [each for each in example if "hosts" in each]
                plays += [{"hosts": "all", "tasks": tasks}] if tasks else []
    assert plays
    (tmp_path / "plays.yml").write_text(yaml.safe_dump(plays), encoding="utf-8")
    run_ansible(tmp_path, collections, "--syntax-check", "plays.yml")
