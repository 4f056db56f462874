# Copyright: The kamailio-binrpc authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The role kamailio_ctl with a real Kamailio, and a small service manager instead of a host."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.collection.conftest import ROOT
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


# Refuses every packet to a closed port, which a system does not do as fast as it can by itself.
NETWORK = """\
ip link set lo up
echo 0 > /proc/sys/net/ipv4/icmp_ratemask
"""
DISK = "mount -t tmpfs -o size=64k,mode=0755 tmpfs "


@contextlib.contextmanager
def namespace(kind: str, script: str) -> Iterator[int]:
    """Yield a process in a namespace of its own, in which the script has run."""
    command = ["unshare", kind, "sh", "-euc", f"{script}\necho ready\nexec cat"]
    process = subprocess.Popen(command, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    with process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
            yield process.pid
        finally:
            process.kill()


@LONG
def test_a_full_disk_leaves_the_server_as_it_was(folder: Path, collections: Path) -> None:
    (folder / "disk").mkdir()
    with (
        namespace("--mount", f"{DISK}{folder}/disk") as process,
        Host(folder, collections) as host,
    ):
        host.prefix = ["nsenter", "--mount", f"--target={process}", f"--wd={folder}"]
        config = folder / "disk" / "kamailio.cfg"
        copy = ["cp", str(folder / "kamailio.cfg"), str(config)]
        subprocess.run([*host.prefix, *copy], check=True)
        host.variables["kamailio_ctl_config"] = str(config)
        unit = host.manager.units / "kamailio.service"
        unit.write_text(unit.read_text().replace(f"{folder}/kamailio.cfg", str(config)))
        host.play("kamailio_ctl_full_disk.yml")


@LONG
def test_with_the_roles_own_settings_nothing_but_sip_is_open(
    folder: Path, collections: Path
) -> None:
    """Every port of tcp and udp is tried from another network."""
    scan = ROOT / "extensions" / "molecule" / "kamailio_ctl" / "files" / "scan.py"
    with (
        namespace("--net", NETWORK) as server,
        namespace("--net", NETWORK) as other,
        Host(folder, collections) as host,
    ):
        inside = ["nsenter", "--net", f"--target={server}"]
        beside = ["nsenter", "--net", f"--target={other}"]
        for command in (
            [*inside, "ip", "link", "add", "inner", "type", "veth", "peer", "outer"],
            [*inside, "ip", "link", "set", "outer", "netns", str(other)],
            [*inside, "ip", "address", "add", "192.0.2.1/24", "dev", "inner"],
            [*inside, "ip", "link", "set", "inner", "up"],
            [*beside, "ip", "address", "add", "192.0.2.2/24", "dev", "outer"],
            [*beside, "ip", "link", "set", "outer", "up"],
        ):
            subprocess.run(command, check=True)
        config = folder / "kamailio.cfg"
        config.write_text(config.read_text().replace("listen=udp:127.0.0.1:SIP_PORT\n", ""))
        host.prefix = inside
        host.play("kamailio_ctl_start.yml")
        found = {
            protocol: subprocess.run(
                [*beside, sys.executable, scan, "192.0.2.1", protocol],
                check=True,
                capture_output=True,
                text=True,
            ).stdout
            for protocol in ("tcp", "udp")
        }
    assert found == {"tcp": "5060", "udp": "5060"}


@LONG
def test_two_servers_keep_apart(folder: Path, collections: Path) -> None:
    with Host(folder, collections) as host:
        host.play("kamailio_ctl_instances.yml")


def test_check_mode_shows_what_would_be_written(folder: Path, collections: Path) -> None:
    with Host(folder, collections) as host:
        options = ("--check", "--diff", "--skip-tags", "kamailio_ctl_install")
        said = host.play("kamailio_ctl_checks.yml", *options)
    assert f'+modparam("ctl", "binrpc", "unix:{folder}/ctl")' in said
