# Copyright: The kamailio-binrpc authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tasks through a relay, over ssh: each interpreter with each transport, become, and secrets."""

from __future__ import annotations

import base64
import os
import shlex
import shutil
import stat
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from kamailio_binrpc.core.relay.programs import able
from kamailio_binrpc.lab import HashTables, LabServer
from tests.collection.conftest import BIN
from tests.support.sshd import Sshd, find_sshd

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

TOOLS = ["sh", "cat", "base64", "tr", "timeout", "dd", "od", "head"]
INTERPRETERS = ["python3", "python2", "perl", "socat", "nc", "bash"]
LISTEN = {
    "unixs": "unixs:%s/stream",
    "unixd": "unixd:%s/datagram",
    "udp": "udp:127.0.0.1:0",
    "tcp": "tcp:127.0.0.1:0",
}
SUDO = """#!{python}
import os, sys
given = sys.argv[1:]
sys.stderr.write(given[given.index("-p") + 1])
sys.stderr.flush()
line = b""
while not line.endswith(b"\\n"):
    line += os.read(0, 1)
if line != b"open sesame\\n":
    sys.exit("Sorry, try again.")
os.environ["KAMAILIO_TEST_SUDO"] = "yes"
command = given[given.index("-u") + 2:]
os.execvp(command[0], command)
"""
"""Asks for a password as sudo does, and runs the command as the same user."""

SECRET = "a-marker-that-occurs-nowhere-else"


def program(name: str) -> str | None:
    if name == "python3":
        return sys.executable
    if name == "python2":
        found = sorted(Path.home().glob(".pyenv/versions/2.7*/bin/python2.7"))
        return str(found[0]) if found else shutil.which("python2.7")
    return shutil.which(name)


def folder_of(path: Path, *names: str) -> str:
    """Make a folder for PATH with which only these interpreters are found."""
    path.mkdir()
    for name in [*TOOLS, *names]:
        target = program(name)
        if target is None:
            continue
        if name.startswith("python"):
            (path / name).write_text('#!/bin/sh\nexec "%s" "$@"\n' % target)
            (path / name).chmod(0o755)
        else:
            (path / name).symlink_to(target)
    return str(path)


@pytest.fixture
def lab() -> Iterator[dict[str, str]]:
    with tempfile.TemporaryDirectory(prefix="relay-") as folder:
        listen = [text % folder if "%s" in text else text for text in LISTEN.values()]
        server = LabServer(listen, modules=[HashTables({"t": {}})])
        with server.running_in_thread():
            yield dict(zip(LISTEN, server.addresses, strict=True))


@pytest.fixture
def hosts(tmp_path: Path) -> Iterator[dict[str, dict[str, Any]]]:
    """Hosts of one ssh server that differ in the programs that they find."""
    if find_sshd() is None:
        pytest.skip("there is no sshd")
    names = [*(each for each in INTERPRETERS if program(each)), "none"]
    settings = []
    for number, name in enumerate(names, 1):
        own = [] if name == "none" else [name]
        path = folder_of(tmp_path / name, *own)
        settings += [f"Match LocalAddress 127.0.0.{number}", f"SetEnv PATH={path} HOME={tmp_path}"]
    keys = tmp_path / "keys"
    keys.mkdir()
    with Sshd(keys, len(names), *settings) as server:
        yield {
            name: {
                "ansible_connection": "ssh",
                "ansible_host": f"127.0.0.{number}",
                "ansible_port": server.port,
                "ansible_ssh_private_key_file": str(keys / "user_key"),
                "ansible_ssh_common_args": shlex.join(server.options()[:2] + server.options()[6:]),
                "ansible_control_path_dir": str(tmp_path / "cp"),
            }
            for number, name in enumerate(names, 1)
        }


def test_each_interpreter_serves_each_transport_or_says_why_not(
    hosts: dict[str, Any], lab: dict[str, str], play_tasks: Callable[..., Any]
) -> None:
    tasks = {}
    for kind, address in lab.items():
        where = {"endpoint": address, "run_on": "relay"}
        item = {"table": "t", "key": "{{ inventory_hostname }}", "value": kind}
        tasks[f"{kind} ask"] = {"kamailio.ctl.kamailio_rpc": where | {"method": "core.version"}}
        for word in ("change", "again"):
            tasks[f"{kind} {word}"] = {"kamailio.ctl.kamailio_htable_item": where | item}
    found = play_tasks(hosts, tasks, {})()
    for name, results in found.items():
        for kind in lab:
            asked, changed, again = (results[f"{kind} {w}"] for w in ("ask", "change", "again"))
            if name == "none" or not able(kind, [name]):
                assert [each["failed"] for each in (asked, changed, again)] == [True] * 3
                assert "none of these programs" in changed["msg"], (name, kind)
                assert asked["executed"] == "no"
                assert not changed["changed"]
            else:
                assert "kamailio" in asked["value"], (name, kind)
                assert (changed["changed"], again["changed"]) == (True, False), (name, kind)


def test_where_there_is_no_relay_auto_ships_the_module(
    hosts: dict[str, Any], lab: dict[str, str], play_tasks: Callable[..., Any]
) -> None:
    host = hosts["none"] | {"ansible_python_interpreter": sys.executable}
    tasks = {"ask": {"kamailio.ctl.kamailio_rpc": {"method": "core.version"}}}
    found = play_tasks({"none": host}, tasks, {"endpoint": lab["unixs"]})()
    assert "kamailio" in found["none"]["ask"]["value"]


@pytest.mark.parametrize("pipelining", ["0", "1"])
def test_become_with_a_password(
    pipelining: str,
    hosts: dict[str, Any],
    lab: dict[str, str],
    play_tasks: Callable[..., Any],
    tmp_path: Path,
) -> None:
    sudo = tmp_path / "fake-sudo"
    sudo.write_text(SUDO.format(python=sys.executable))
    sudo.chmod(sudo.stat().st_mode | stat.S_IXUSR)
    become = {
        "ansible_become": True,
        "ansible_become_user": "other",
        "ansible_become_exe": str(sudo),
    }
    local = {"ansible_connection": "local"}
    inventory = {
        "ssh": hosts["perl"] | become | {"ansible_become_password": "open sesame"},
        "local": local | become | {"ansible_become_password": "open sesame"},
        "wrong": hosts["perl"] | become | {"ansible_become_password": "shut"},
    }
    item = {"table": "t", "key": "{{ inventory_hostname }}", "value": "x"}
    tasks = {
        "ask": {"kamailio.ctl.kamailio_rpc": {"method": "core.version"}},
        "change": {"kamailio.ctl.kamailio_htable_item": item},
        "again": {"kamailio.ctl.kamailio_htable_item": item},
    }
    where = {"endpoint": lab["unixs"], "run_on": "relay"}
    setting = {"ANSIBLE_PIPELINING": pipelining}
    found = play_tasks(inventory, tasks, where, environment=setting)()
    for name in ("ssh", "local"):
        assert "kamailio" in found[name]["ask"]["value"]
        assert found[name]["change"]["changed"]
        assert not found[name]["again"]["changed"]
    assert all(found["wrong"][name]["failed"] for name in tasks)
    assert "password" in found["wrong"]["change"]["msg"]


def test_no_secret_is_shown_at_vvvv(
    hosts: dict[str, Any], lab: dict[str, str], collections: Path, tmp_path: Path
) -> None:
    """Neither as it is nor in Base64, which ssh would show as a part of what it carries."""
    import json

    where = {"endpoint": lab["unixs"], "run_on": "relay"}
    rpc = "kamailio.ctl.kamailio_rpc"
    tasks = [
        {rpc: where | {"method": "autheph.add_secret", "params": [SECRET]}, "ignore_errors": True},
        {
            rpc: where | {"method": "htable.sets", "params": ["t", "password", SECRET]},
            "no_log": True,
        },
        {rpc: where | {"method": "htable.get", "params": ["t", "password"]}, "no_log": True},
    ]
    plays = [{"hosts": "all", "gather_facts": False, "tasks": tasks}]
    (tmp_path / "play.yml").write_text(json.dumps(plays))
    (tmp_path / "hosts.json").write_text(json.dumps({"all": {"hosts": {"h": hosts["perl"]}}}))
    log = tmp_path / "log"
    environment = os.environ | {
        "ANSIBLE_COLLECTIONS_PATH": str(collections),
        "ANSIBLE_HOME": str(tmp_path / "home"),
        "ANSIBLE_LOG_PATH": str(log),
        "ANSIBLE_LOG_VERBOSITY": "4",
    }
    command = [str(BIN / "ansible-playbook"), "-vvvv", "-i", "hosts.json", "play.yml"]
    done = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    output = done.stdout + done.stderr + log.read_text()
    assert done.returncode == 0, output
    assert "ok=3" in done.stdout
    coded = [base64.b64encode(b"x" * pad + SECRET.encode())[4:-4].decode() for pad in range(3)]
    for text in (SECRET, SECRET.encode().hex(), *coded):
        assert text not in output
