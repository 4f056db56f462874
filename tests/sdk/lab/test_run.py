# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""The lab server where nothing but the core is installed, as the role ``ctl_server`` has it."""

from __future__ import annotations

import io
import json
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from kamailio_binrpc.core.client import Client
from kamailio_binrpc.core.lab.run import main
from kamailio_binrpc.lab import Recording

VENDORED = Path(__file__).resolve().parents[3] / "plugins" / "module_utils"


@pytest.fixture
def write(tmp_path):
    def write(**settings):
        path = tmp_path / "lab.json"
        path.write_text(json.dumps(settings))
        return path

    return write


def test_it_serves_and_tells_the_service_manager(tmp_path, write):
    config = write(binrpc=[f"unix:{tmp_path}/ctl", "tcp:127.0.0.1:0"], fifo=[f"{tmp_path}/fifo"])
    command = [sys.executable, "-I", "-c"]
    command += [
        f"import sys; sys.path.insert(0, {str(VENDORED)!r});"
        "import runpy; runpy.run_module('binrpc.lab.run', run_name='__main__')",
        "--config",
        str(config),
    ]
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(tmp_path / "notify"))
        manager.settimeout(60)
        with subprocess.Popen(
            command, stdout=-1, text=True, env={"NOTIFY_SOCKET": str(tmp_path / "notify")}
        ) as process:
            try:
                assert manager.recv(100) == b"READY=1"
                lines = [process.stdout.readline() for _line in range(3)]
                assert lines[0] == f"listening on unixs:{tmp_path}/ctl\n"
                assert lines[2] == f"listening on fifo:{tmp_path}/fifo\n"
                with Client(f"unix:{tmp_path}/ctl") as client:
                    assert client.call("core.prints", "x") == ["x"]
            finally:
                process.send_signal(signal.SIGTERM)
    assert process.returncode == 0
    assert not (tmp_path / "ctl").exists()


def test_a_check_does_not_serve(tmp_path, write, capsys):
    assert main(["--check", "--config", str(write(binrpc=[f"unix:{tmp_path}/ctl"]))]) == 0
    assert capsys.readouterr() == ("", "")
    assert not (tmp_path / "ctl").exists()


@pytest.mark.parametrize("settings", [{"colour": 1}, {"binrpc": ["tcp:a:b:c"]}, {"version": "4"}])
@pytest.mark.parametrize("options", [[], ["--check"]])
def test_a_wrong_file(write, capsys, settings, options):
    assert main([*options, "--config", str(write(**settings))]) == 2
    assert capsys.readouterr().err.startswith("binrpc.lab: ")


def test_an_address_that_cannot_be_used(write, capsys):
    assert main(["--config", str(write(binrpc=["tcp:*:0"]))]) == 1
    assert "can be reached from other hosts" in capsys.readouterr().err


def test_a_recording_lies_beside_the_file(tmp_path, write, monkeypatch):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    recording = Recording("kamailio 1.2.3")
    recording.add("my.method", [], [7])
    (tmp_path / "kept.json").write_text(recording.dump())
    assert main(["--check", "--config", str(write(replay="kept.json"))]) == 0


def test_everything_on_standard_input(monkeypatch, capsys):
    recording = Recording("kamailio 1.2.3")
    recording.add("my.method", [], [7])
    settings = {"replay": json.loads(recording.dump())}
    for broken, status in ((False, 0), (True, 2)):
        if broken:
            settings["replay"]["version"] = 99
        monkeypatch.setattr("sys.stdin", io.StringIO(json.dumps(settings)))
        assert main(["--check", "--config", "-"]) == status
    assert "-: replay: " in capsys.readouterr().err
