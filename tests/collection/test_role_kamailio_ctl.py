# Copyright: The kamailio-binrpc authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The role kamailio_ctl with a real Kamailio, and a small service manager instead of a host."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.collection.role_host import ALL, LONG, RoleHost
from tests.support.kamailio import find_kamailio, find_module_dir, free_port

CONFIG = """\
#!defenv SIP_PORT
listen=udp:127.0.0.1:SIP_PORT
children=1
mpath="{modules}"
loadmodule "corex.so"
request_route {{ exit; }}
"""
OPEN = """\
modparam("ctl", "binrpc", "unix:/run/kamailio/own")
modparam("ctl", "binrpc", "tcp:0.0.0.0:2046")
"""
INCLUDE = 'include_file "kamailio_ctl-edge.cfg"\n'
UNIT = """\
[Service]
Type=forking
Environment='CFGFILE={folder}/{name}.cfg'
EnvironmentFile={folder}/{name}.env
PIDFile={folder}/{name}.pid
ExecStart={binary} -P {folder}/{name}.pid -E -f $CFGFILE -m $SHM_MEMORY -M 4
"""

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(os.geteuid() != 0, reason="the role gives files to root"),
]


class Host(RoleHost):
    """A folder with a Kamailio, whose configuration needs the environment of its unit."""

    def __init__(self, folder: Path, collections: Path) -> None:
        super().__init__(folder, collections)
        binary, modules = find_kamailio(), find_module_dir()
        assert binary and modules
        texts = {"kamailio": "", "original": "", "edge": INCLUDE, "edge_original": INCLUDE}
        for name, end in texts.items():
            text = CONFIG.format(modules=modules) + end
            folder.joinpath(f"{name}.cfg").write_text(text, "utf-8")
        folder.joinpath("open.cfg").write_text(OPEN, "utf-8")
        for service, name in (("kamailio", "kamailio"), ("kamailio@edge", "edge")):
            environment = f"SIP_PORT={free_port()}\nSHM_MEMORY=16\n"
            folder.joinpath(f"{name}.env").write_text(environment, "utf-8")
            unit = UNIT.format(folder=folder, binary=binary, name=name)
            self.manager.units.joinpath(f"{service}.service").write_text(unit, "utf-8")
        self.variables |= {
            "kamailio_ctl_install": False,
            "kamailio_ctl_firewall": "none",
            "kamailio_ctl_binary": binary,
            "kamailio_ctl_config": f"{folder}/kamailio.cfg",
            "kamailio_ctl_binrpc": [f"unix:{folder}/ctl"],
            "kamailio_ctl_user": "",
            "kamailio_ctl_group": "",
            "kamailio_ctl_binrpc_max_body_size": "{{ size | default(64) | int }}",
        }
        self.places = {
            "__kamailio_ctl_systemd": str(folder),
            "__kamailio_ctl_system_record": (
                f"{folder}/records/{{{{ kamailio_ctl_service }}}}.system"
            ),
            "__kamailio_ctl_record": f"{folder}/records/{{{{ kamailio_ctl_service }}}}.json",
            "__kamailio_ctl_dropin": (
                f"{folder}/units/{{{{ kamailio_ctl_service }}}}.service.d/kamailio_ctl.conf"
            ),
        }


def test_the_server_runs_with_what_is_written(folder: Path, collections: Path) -> None:
    with Host(folder, collections) as host:
        host.play("kamailio_ctl.yml", *(() if ALL else ("--skip-tags", "long")))


@LONG
def test_two_servers_keep_apart(folder: Path, collections: Path) -> None:
    with Host(folder, collections) as host:
        host.play("kamailio_ctl_instances.yml")


def test_check_mode_shows_what_would_be_written(folder: Path, collections: Path) -> None:
    with Host(folder, collections) as host:
        options = ("--check", "--diff", "--skip-tags", "kamailio_ctl_install")
        said = host.play("kamailio_ctl_checks.yml", *options)
    assert f'+modparam("ctl", "binrpc", "unix:{folder}/ctl")' in said
