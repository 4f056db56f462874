# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""kamrpc at sockets behind ssh and commands, with a program in the place of ssh."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys

import pytest

from kamailio_binrpc.cli import exit_codes
from kamailio_binrpc.core import ssh
from kamailio_binrpc.core.fleet import PROCESSES
from kamailio_binrpc.core.lab.server import LabServer
from kamailio_binrpc.core.ssh import Masters
from tests.support.ssh import FakeSsh

pytestmark = pytest.mark.usefixtures("surroundings")


@pytest.fixture
def fake(tmp_path, monkeypatch):
    found = FakeSsh(tmp_path / "ssh", "perl" if shutil.which("perl") else "python3")
    monkeypatch.setenv("PATH", found.path)
    masters = Masters()  # which knows of no connection of other tests
    monkeypatch.setattr(ssh, "masters", masters)
    yield found
    masters.close()


@pytest.fixture
def path(tmp_path):
    with LabServer(f"unix:{tmp_path}/ctl").running_in_thread():
        yield f"{tmp_path}/ctl"


@pytest.fixture
def config(tmp_path, monkeypatch, path):
    """One hundred endpoints over ssh, and one through a command."""
    names = [f"e{number:03}" for number in range(100)]
    lines = ["[endpoints]", *(f"{name} = ssh://{name}.example{path}" for name in names)]
    lines += ["[endpoint pod]", f"command = {shutil.which('env')} LANG=C", f"socket = {path}"]
    lines += ["[groups]", "edge = " + " ".join(names), "[guards]", "pod = read_only"]
    file = tmp_path / "config.ini"
    file.write_text("\n".join(lines) + "\n")
    file.chmod(0o600)
    monkeypatch.setenv("KAMRPC_CONFIG", str(file))
    return file


def test_call(kamrpc, fake, path):
    status, out, _err = kamrpc("call", "-t", "60", "-s", f"ssh://ops@h{path}", "core.echo", "a b")
    assert (status, out) == (0, "a b\n")
    (call,) = fake.calls
    assert call[call.index("-l") + 1] == "ops"


def test_what_ssh_said_is_shown(kamrpc, fake):
    fake.fail("ops@h: Permission denied (publickey).\n")
    status, _out, err = kamrpc("call", "-t", "60", "-s", "ssh://ops@h/k", "core.echo")
    assert status == exit_codes.CONNECT
    assert "ssh ended with status 255: ops@h: Permission denied (publickey)" in err
    assert "ssh -l ops -- h" in err


def test_a_host_that_would_be_an_option(kamrpc, fake):
    status, _out, err = kamrpc("call", "-s", "ssh://-oProxyCommand=x/k", "core.echo")
    assert status == exit_codes.USAGE
    assert "is not a host name" in err
    assert fake.calls == []


def test_a_command_of_the_configuration(kamrpc, config):
    status, out, _err = kamrpc("call", "-t", "60", "-s", "pod", "core.echo", "x")
    assert (status, out) == (0, "x\n")
    status, _out, err = kamrpc("call", "-s", "pod", "core.kill", "15")
    assert status == exit_codes.REFUSED
    assert "pod" in err


def test_no_address_brings_a_command(kamrpc, config):
    for text in ("command:pod", "command:/bin/sh", "command://x"):
        status, _out, err = kamrpc("call", "-t", "1", "-s", text, "core.echo")
        assert status in (exit_codes.USAGE, exit_codes.CONNECT), err


def test_the_configuration_is_shown(kamrpc, config, path):
    _status, out, _err = kamrpc("config", "show", "-o", "json")
    shown = json.loads(out)["endpoints"]
    assert shown["e007"] == f"ssh://e007.example{path}"
    assert shown["pod"] == {"command": [shutil.which("env"), "LANG=C"], "socket": path}
    _status, out, _err = kamrpc("config", "inventory")
    assert json.loads(out)["_meta"]["hostvars"]["pod"] == {}


@pytest.mark.slow
def test_a_fleet_of_one_hundred(kamrpc, fake, config):
    status, out, err = kamrpc("fleet", "-t", "120", "--all", "--json", "core.echo", "x")
    assert status == 0, err
    found = json.loads(out)
    assert len(found) == 101
    assert all(each["reply"] == ["x"] for each in found.values())
    hosts = [call[call.index("--") + 1] for call in fake.calls]
    assert sorted(hosts) == [f"e{number:03}.example" for number in range(100)]
    assert PROCESSES < 100


def test_failures_of_a_fleet_are_grouped(kamrpc, fake, config):
    fake.fail("u@h: Permission denied (publickey).\n")
    status, _out, err = kamrpc("fleet", "-t", "60", *("-g", "e001", "-g", "e002"), "core.echo")
    assert status == exit_codes.CONNECT
    assert "2 failed: TunnelError: Permission denied (publickey)\n  e001, e002\n" in err


@pytest.mark.parametrize(
    "change, step, word",
    [
        ("", "", ""),
        ("fails", "login", "Permission denied"),
        ("relay", "relay", "no program"),
        ("socket", "socket", "No such file"),
        ("program", "program", "ssh is not there"),
    ],
)
def test_doctor_says_which_step_fails(
    kamrpc, fake, path, tmp_path, monkeypatch, change, step, word
):
    if change == "fails":
        fake.fail("u@h: Permission denied (publickey).\n")
    elif change == "relay":
        for each in (tmp_path / "ssh" / "far").iterdir():
            if each.name != "sh":
                each.unlink()
    elif change == "socket":
        path += "x"
    elif change == "program":
        monkeypatch.setenv("PATH", str(tmp_path))
    status, out, _err = kamrpc("doctor", "--json", "-t", "60", f"ssh://h{path}")
    findings = json.loads(out)["findings"]
    if not change:
        assert [each["check"] for each in findings] == [
            *("program", "login", "relay", "socket", "protocol", "server", "latency")
        ]
        assert {each["state"] for each in findings} == {"ok"}
        assert status == 0
        return
    assert status == exit_codes.CONNECT
    assert [each["check"] for each in findings if each["state"] == "failed"] == [step]
    assert findings[-1]["check"] == step
    assert word in findings[-1]["text"]
    assert findings[-1]["remedy"]


def test_doctor_of_a_command_that_speaks_binrpc(kamrpc, tmp_path, monkeypatch):
    file = tmp_path / "config.ini"
    file.write_text("[endpoint a]\ncommand = /nonesuch\n[endpoint b]\ncommand = false\n")
    file.chmod(0o600)
    monkeypatch.setenv("KAMRPC_CONFIG", str(file))
    status, out, _err = kamrpc("doctor", "-t", "60", "a")
    assert status == exit_codes.CONNECT
    assert "/nonesuch is not there" in out
    status, out, _err = kamrpc("doctor", "-t", "60", "b")
    assert status == exit_codes.CONNECT
    assert "cannot connect to command:b: false " in out
    assert "Nothing is wrong" not in out


def test_shell(fake, path):
    """It keeps one connection, and asks for names over another."""
    done = subprocess.run(
        [*(sys.executable, "-m", "kamailio_binrpc.cli.main", "shell"), "-s", f"ssh://h{path}"],
        input="core.echo a\ncore.echo b\n",
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == "a\nb\n", done.stderr
    assert done.returncode == 0
    assert 1 <= len(fake.calls) <= 4
