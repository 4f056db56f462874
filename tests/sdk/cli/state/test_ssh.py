# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Plans and changes of servers behind ssh and commands."""

from __future__ import annotations

import shutil

import pytest

from kamailio_binrpc.cli import exit_codes
from kamailio_binrpc.core import ssh
from kamailio_binrpc.core.ssh import Masters
from tests.support.ssh import FakeSsh


@pytest.fixture
def fake(tmp_path, monkeypatch):
    found = FakeSsh(tmp_path / "ssh", "python3")
    monkeypatch.setenv("PATH", found.path)
    masters = Masters()  # which knows of no connection of other tests
    monkeypatch.setattr(ssh, "masters", masters)
    yield found
    masters.close()


def test_over_ssh(run, fleet, fake):
    endpoint = ("-t", "60", "-s", f"ssh://h{fleet.path}/one")
    assert run("plan", *endpoint, "wanted.yml")[0] == exit_codes.DIFFERENCES
    status, data, _err = run("apply", "--yes", *endpoint, "wanted.yml")
    assert status == 0
    assert [each["outcome"] for each in data["servers"]] == ["changed"]
    assert run("plan", *endpoint, "wanted.yml")[0] == 0
    # Many connections were made, and from the second on they share a master.
    assert ["-G", "--", "h"] in fake.calls
    assert any("ControlMaster=auto" in call for call in fake.calls)


def test_through_a_command(run, fleet, kamrpc, tmp_path, monkeypatch):
    file = tmp_path / "commands.ini"
    file.write_text(f"[endpoint pod]\ncommand = {shutil.which('env')}\nsocket = {fleet.path}/one\n")
    file.chmod(0o600)
    monkeypatch.setenv("KAMRPC_CONFIG", str(file))
    endpoint = ("-t", "60", "-s", "pod")
    status, data, _err = run("plan", *endpoint, "wanted.yml")
    assert status == exit_codes.DIFFERENCES
    assert [each["name"] for each in data["servers"]] == ["pod"]
    status, _out, err = kamrpc("apply", "--yes", *endpoint, "wanted.yml")
    assert status == exit_codes.USAGE
    assert "pod is reached through a command" in err
    assert fleet.written("one") == []
