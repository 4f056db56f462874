# Copyright: The kamailio-binrpc authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Lookup, inventory, filters and tests in a playbook, against Kamailio and the lab server."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kamailio_binrpc.lab import Dispatcher, Dmq, HashTables, LabServer
from tests.collection.conftest import ROOT, Run

HERE = Path(__file__).parent
SETS = {1: ["sip:127.0.0.1:5081", "sip:127.0.0.2:5082"], 2: ["sip:127.0.0.3:5083"]}

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


@pytest.fixture(params=["kamailio", "lab 5.6", "lab master"])
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
