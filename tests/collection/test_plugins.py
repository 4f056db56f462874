# Copyright: The kamailio-binrpc authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Lookup, inventory, filters and tests in a playbook, against Kamailio and the lab server."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from kamailio_binrpc.lab import Dispatcher, Dmq, HashTables, LabServer
from tests.collection.conftest import ROOT, Run

HERE = Path(__file__).parent
SETS = {1: ["sip:127.0.0.1:5081", "sip:127.0.0.2:5082"], 2: ["sip:127.0.0.3:5083"]}

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


@pytest.fixture(params=["kamailio", "lab master"])
def address(request: pytest.FixtureRequest) -> Iterator[str]:
    if request.param == "kamailio":
        yield request.getfixturevalue("make_kamailio")().endpoints["tcp"]
        return
    modules = [HashTables({"t": {}}), Dispatcher(SETS), Dmq(["sip:127.0.0.9:5060"])]
    lab = LabServer(
        binrpc="tcp:127.0.0.1:0", modules=modules, version=request.param.partition(" ")[2]
    )
    with lab.running_in_thread():
        yield lab.addresses[0]


def test_in_a_playbook(address: str, play: Callable[..., Run], tmp_path: Path) -> None:
    plays(address, play, tmp_path)


@pytest.mark.parametrize("address", ["kamailio"], indirect=True)
def test_on_the_oldest_ansible_core(address: str, play: Callable[..., Run], tmp_path: Path) -> None:
    sys.path.insert(0, str(ROOT / "tools"))
    import ansible_test
    import venvs

    bin_dir = venvs.ensure("ansible-oldest", ansible_test.controller("oldest"), "ansible-oldest")
    plays(address, play, tmp_path, bin_dir=bin_dir)


def plays(address: str, play: Callable[..., Run], folder: Path, **options: Path) -> None:
    config = folder / "config.ini"
    config.write_text(f"[endpoints]\nserver = {address}\n")
    inventory = folder / "lab.kamailio.yml"
    inventory.write_text(
        "plugin: kamailio.ctl.kamailio\n"
        f"config: {config}\n"
        "servers: [server]\n"
        "gather: [dispatcher, dmq]\n"
        "compose:\n  ansible_connection: \"'local'\"\n"
    )
    play(
        HERE / "plugins.yml",
        *("--inventory", str(inventory)),
        ctl_endpoint=address,
        config_file=str(config),
        **options,
    )


class AnyDestinations(Dispatcher):
    """Lists whatever it is given, unlike Kamailio, which would not load it."""

    def _load(self, rows: Any) -> None:
        self._sets = {}
        for number, destination in rows:
            self._sets.setdefault(number, []).append(destination)


def test_names_of_a_hostile_server_run_nothing(play: Callable[..., Run], tmp_path: Path) -> None:
    marker, log, ssh = (tmp_path / name for name in ("marker", "log", "ssh"))
    ssh.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" >>{log}\nexit 255\n')
    ssh.chmod(0o755)
    hosts = [f"-oProxyCommand=touch${{IFS}}{marker}", f"$(touch${{IFS}}{marker})", "192.0.2.8"]
    hosts += [f"{{{{ lookup('pipe', 'touch {marker}') }}}}", "all", "192.0.2.9;touch"]
    modules = [AnyDestinations({1: [f"sip:{host}" for host in hosts]})]
    inventory = tmp_path / "hostile.kamailio.yml"
    playbook = tmp_path / "play.yml"
    playbook.write_text(
        "- hosts: all\n  gather_facts: false\n  ignore_unreachable: true\n  tasks:\n"
        "    - ansible.builtin.raw: 'true'\n"
        "    - ansible.builtin.debug:\n        var: kamailio_destinations\n"
    )
    with LabServer(binrpc="tcp:127.0.0.1:0", modules=modules).running_in_thread() as lab:
        inventory.write_text(
            "plugin: kamailio.ctl.kamailio\nendpoints: []\n"
            f"servers: ['{lab.addresses[0]}']\ngather: [dispatcher]\n"
        )
        done = play(playbook, "--inventory", str(inventory), ansible_ssh_executable=str(ssh))
    assert not marker.exists()
    arguments = log.read_text().splitlines()
    assert "192.0.2.8" in arguments
    assert not [text for text in arguments if "touch" in text]
    assert set(done.recap) == {"server", "192.0.2.8", "192.0.2.9"}
    assert "does not become a host" in done.output
