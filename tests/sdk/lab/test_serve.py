# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``kamrpc serve``: its configuration file, messages, logs and traces."""

from __future__ import annotations

import contextlib
import json
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from kamailio_binrpc.cli.main import main
from kamailio_binrpc.core.client import Client
from kamailio_binrpc.core.faults import Busy, Fault
from kamailio_binrpc.core.lab.settings import SettingsError, load_settings
from kamailio_binrpc.lab import Recording

CONFIG = {
    "version": "5.8",
    "fidelity": "sane",
    "mode": "0640",
    "rpc_exec_delta": 600,
    "failures": ["busy method=core.prints count=1"],
    "modules": {
        "pv": {"variables": {"maintenance": 1, "who": "me"}},
        "htable": {"tables": {"t": {"key": "value"}}},
        "dispatcher": {"sets": {"1": [{"uri": "sip:192.0.2.1:5060", "priority": 3}]}},
    },
}
INI = """
[server]
binrpc = udp:127.0.0.1:0
    tcp:127.0.0.1:0
version = 5.8
mode = 0640
autoconversion = yes
failures = drop method=core.* probability=10%

[module pv]
variables = {"maintenance": 1}
"""


@contextlib.contextmanager
def serving(*words):
    """Run it in a process of its own; the addresses, then what it has printed."""
    command = [sys.executable, "-m", "kamailio_binrpc.cli.main", "serve", *map(str, words)]
    with subprocess.Popen(command, stdout=-1, stderr=-1, text=True) as process:
        addresses, printed = [], []
        try:
            for line in process.stdout:
                addresses.append(line.removeprefix("listening on ").strip())
                if len(addresses) == sum(word in ("--binrpc", "--fifo") for word in words):
                    break
            yield addresses, printed
        finally:
            process.send_signal(signal.SIGTERM)
            printed += process.communicate(timeout=20)
        assert process.returncode == 0, printed


def test_a_json_file(tmp_path):
    (tmp_path / "lab.json").write_text(json.dumps(CONFIG))
    path = tmp_path / "ctl"
    with serving("--config", tmp_path / "lab.json", "--binrpc", f"unix:{path}") as (
        addresses,
        _other,
    ):
        assert path.stat().st_mode & 0o777 == 0o640
        with Client(addresses[0]) as client:
            assert client.call("core.version")[0].startswith("kamailio 5.8.")
            assert client.call("pv.shvGet", "who")[0]["value"] == "me"
            assert client.call("htable.get", "t", "key")[0]["item"]["value"] == "value"
            sets = client.call("dispatcher.list")[0]["RECORDS"].get_all("SET")
            assert [each["ID"] for each in sets] == [1]
            with pytest.raises(Busy):
                client.call("core.prints", "x")
            assert client.call("core.prints", "x") == ["x"]
            assert client.call("core.echo_delta", "x") == ["x"]
            with pytest.raises(Fault, match="Command Executed Too Fast"):
                client.call("core.echo_delta", "x")
    assert not path.exists()


def test_an_ini_file_says_the_same(tmp_path):
    (tmp_path / "lab.ini").write_text(INI)
    settings = load_settings(str(tmp_path / "lab.ini"))
    (module,) = settings.pop("modules")
    (failure,) = settings.pop("failures")
    assert module.variables == {"maintenance": 1}
    assert (failure.kind, failure.probability) == ("drop", 0.1)
    assert settings == {
        "binrpc": ["udp:127.0.0.1:0", "tcp:127.0.0.1:0"],
        "version": "5.8",
        "mode": 0o640,
        "autoconversion": True,
    }


def test_the_command_line_has_the_last_word(tmp_path):
    (tmp_path / "lab.json").write_text('{"binrpc": ["udp:1"], "version": "master"}')
    words = ["--config", tmp_path / "lab.json", "--binrpc", "udp:127.0.0.1:0"]
    with serving(*words, "--kamailio-version", "5.6.3") as (addresses, _other):
        with Client(addresses[0]) as client:
            assert client.call("core.version")[0].startswith("kamailio 5.6.3")


@pytest.mark.parametrize(
    "text, message",
    [
        ('{"colour": 1}', "unknown option 'colour'; there are binrpc, fifo"),
        ('{"binrpc": 5}', "binrpc: a list of texts, not 5"),
        ('{"binrpc": ["udp:x"], "binrpc": []}', "'binrpc' is there twice"),
        ('{"mode": 600}', 'mode: an octal text such as "0660", not 600'),
        ('{"mode": "rw"}', 'mode: an octal text such as "0660", not "rw"'),
        ('{"fidelity": "low"}', 'fidelity: faithful or sane, not "low"'),
        ('{"binrpc_buffer_size": "big"}', 'binrpc_buffer_size: a whole number, not "big"'),
        ('{"autoconversion": "maybe"}', 'autoconversion: true or false, not "maybe"'),
        ('{"failures": ["explode"]}', "failures: explode: unknown failure 'explode'"),
        ('{"replay": "/no/such/file"}', "replay: /no/such/file: "),
        ('{"log_format": "xml"}', 'log_format: text or json, not "xml"'),
        ('{"modules": {"nope": {}}}', "modules: no module 'nope'; there are "),
        ('{"modules": {"pv": []}}', "modules: pv: an object, not []"),
        ('{"modules": {"pv": {"x": 1}}}', "modules: pv: unknown setting 'x'; there are variab"),
        ('{"modules": {"dispatcher": {"sets": 5}}}', "dispatcher: sets: an object, not 5"),
        ('{"modules": {"dispatcher": {"sets": {"1": [{"url": "x"}]}}}}', "unknown member 'url'"),
        ('{"modules": {"dispatcher": {"sets": {"1": [{}]}}}}', "dispatcher: 'uri' is missing"),
        ('{"modules": {"pv": {"variables": {"x": []}}}}', "x: a whole number or a text, not []"),
        ('{"modules": {"permissions": {"addresses": [5]}}}', "addresses[0]: an object, not 5"),
        ('{"modules": {"permissions": {"addresses": [{}]}}}', "permissions: 'ip_addr' is missing"),
        ('{"modules": {"mqueue": {"queues": {"q": [["a"]]}}}}', 'q[0]: a list of 2, not ["a"]'),
        ('{"modules": {"uac": {"active": true}}}', "uac: active: a whole number, not true"),
        ('{"modules": {"dialog": {"dialogs": [{"state": "x"}]}}}', "dialog: data that do not fit"),
        ('{"version": "five"}', "version 'five': a release such as 5.6.3"),
        ('{"binrpc": ["unix:/x:y:z"]}', "unix:/x:y:z"),
        ("{", "Expecting property name"),
        ("[server]\nx", "contains parsing errors"),
        ("[other]\n", "section [other]: there are [server] and [module NAME]"),
    ],
)
def test_a_wrong_file(tmp_path, capsys, text, message):
    (tmp_path / "config").write_text(text)
    assert main(["serve", "--config", str(tmp_path / "config")]) == 2
    error = capsys.readouterr().err
    assert message in error
    assert error.startswith("kamrpc: ")
    assert "Traceback" not in error


def test_a_file_that_is_not_there():
    with pytest.raises(SettingsError, match="/no/such: No such file"):
        load_settings("/no/such")


@pytest.mark.parametrize(
    "words, message",
    [
        (["--binrpc", "tcp:*:0"], "can be reached from other hosts"),
        (["--binrpc", "tcp:*:0"], "--expose"),
        (["--mode", "rw"], "an octal text such as"),
        (["--failure", "explode"], "unknown failure"),
        (["--replay", "/no/such"], "/no/such"),
        (["--kamailio-version", "4"], "a release such as 5.6.3"),
    ],
)
def test_messages(capsys, words, message):
    assert main(["serve", *words]) == 2
    assert message in capsys.readouterr().err


def test_a_path_in_use_and_one_left_behind(tmp_path, capsys):
    path = tmp_path / "ctl"
    with serving("--binrpc", f"unix:{path}"):
        assert main(["serve", "--binrpc", f"unix:{path}"]) == 2
        assert "a running server listens on" in capsys.readouterr().err
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as dead:
        dead.bind(str(path))
    with serving("--binrpc", f"unix:{path}") as (addresses, _other):
        with Client(addresses[0]) as client:
            assert client.call("core.printi", 1) == [1]


def test_logs_in_json():
    with serving("--binrpc", "tcp:127.0.0.1:0", "--log-format", "json") as (addresses, printed):
        with Client(addresses[0]) as client, pytest.raises(Fault):
            client.call("no.such")
    events = [json.loads(line) for line in printed[1].splitlines()]
    kinds = [each["event"] for each in events]
    assert kinds == ["connection opened", "received", "sent", "connection closed"]
    assert events[1]["method"] == "no.such"
    assert events[2]["fault"] == "500 command no.such not found"
    assert events[1]["cookie"] == events[2]["cookie"]
    assert events[1]["peer"].startswith("127.0.0.1:")
    assert all(each["transport"] == "tcp" and each["level"] == "info" for each in events)


def test_logs_in_text():
    with serving("--binrpc", "udp:127.0.0.1:0", "--log-format", "text") as (addresses, printed):
        with Client(addresses[0]) as client:
            client.call("core.prints", "x")
    assert "INFO received transport=udp" in printed[1]
    assert "method=core.prints" in printed[1]


def test_a_trace():
    words = ["--binrpc", "udp:127.0.0.1:0", "--fifo", "tcp:127.0.0.1:0", "--trace"]
    with serving(*words) as (addresses, printed):
        with Client(addresses[0]) as client:
            client.call("core.udp4_raw_info")
            with pytest.raises(Fault):
                client.call("core.prints", 1)
        host, port = addresses[1].split(":")[1:]
        with socket.create_connection((host, int(port))) as sock:
            sock.sendall(b":core.pwd:\n\n")
            assert sock.recv(1000).startswith(b"200 OK\n")
    text = printed[0]
    assert "<- udp 127.0.0.1:" in text
    assert "request, cookie 0x" in text
    assert "    str 'core.udp4_raw_info'\n" in text
    assert "    struct\n      udp4_raw: int 0\n" in text
    assert "fault, cookie 0x" in text
    assert "    int 400\n" in text
    assert "text\n    :core.pwd:\n" in text


def blocks(language):
    text = (Path(__file__).resolve().parents[3] / "docs" / "lab.md").read_text()
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("language", ["json", "ini"])
def test_the_files_in_the_documentation(tmp_path, language):
    (example,) = blocks(language)
    (tmp_path / "file").write_text(example)
    settings = load_settings(str(tmp_path / "file"))
    assert settings["version"] == "5.8"
    assert settings["modules"][0].variables == {"maintenance": 0}


def test_the_program_in_the_documentation():
    exec(compile(blocks("python")[0], "docs/lab.md", "exec"), {})


def test_a_replay(tmp_path):
    recording = Recording("kamailio 1.2.3")
    recording.add("system.listMethods", [], ["my.method"])
    recording.add("my.method", [], [7])
    (tmp_path / "file").write_text(recording.dump())
    with serving("--binrpc", "udp:127.0.0.1:0", "--replay", tmp_path / "file") as (
        addresses,
        _other,
    ):
        with Client(addresses[0]) as client:
            assert client.call("my.method") == [7]
