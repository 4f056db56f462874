# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Calls that change a server are written down where the configuration asks for it."""

from __future__ import annotations

import json
import stat
import syslog

import pytest

from kamailio_binrpc.cli.exit_codes import CONNECT, FAULT, USAGE
from kamailio_binrpc.core.lab.server import LabServer
from kamailio_binrpc.lab import Dispatcher

pytestmark = pytest.mark.usefixtures("surroundings")


@pytest.fixture
def server(tmp_path, monkeypatch):
    sets = {1: [{"uri": "sip:192.0.2.1"}, {"uri": "sip:192.0.2.2"}]}
    with LabServer("tcp:127.0.0.1:0", modules=[Dispatcher(sets)]).running_in_thread() as lab:
        path = tmp_path / "audit.ini"
        path.write_text(
            f"[defaults]\nendpoint = one\n[endpoints]\none = {lab.addresses[0]}\n"
            f"gone = unix:{tmp_path}/none\n[audit]\nfile = {tmp_path}/log\n"
        )
        monkeypatch.setenv("KAMRPC_CONFIG", str(path))
        monkeypatch.delenv("KAMRPC_ENDPOINT")
        yield lab


@pytest.fixture
def written(tmp_path):
    def read():
        path = tmp_path / "log"
        if not path.exists():
            return []
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        found = [json.loads(line) for line in path.read_text().splitlines()]
        assert all(set(each) >= {"time", "user"} for each in found)
        return [
            (each["endpoint"], each["method"], each["params"], each["outcome"]) for each in found
        ]

    return read


def test_reading_is_not_written_down(kamrpc, server, written):
    assert kamrpc("call", "core.version")[0] == 0
    assert kamrpc("fleet", "-g", "one", "dispatcher.list")[0] == 0
    assert written() == []


def test_every_command_that_changes(kamrpc, server, written, tmp_path):
    assert kamrpc("call", "cfg.seti", "core", "debug", "3")[0] == 0
    assert kamrpc("call", "dispatcher.set_state", "zz", "1", "sip:192.0.2.1")[0] == FAULT
    (tmp_path / "lines").write_text("cfg.seti core debug 4\ncore.version\n")
    assert kamrpc("batch", str(tmp_path / "lines"))[0] == 0
    assert kamrpc("fleet", "-g", "one", "-g", "gone", "cfg.seti", "core", "debug", "2")[0] != 0
    assert kamrpc("drain", "-y", "1", "sip:192.0.2.1")[0] == 0
    found = written()
    assert found[0] == ("one", "cfg.seti", ["core", "debug", 3], "ok")
    assert found[1][1] == "dispatcher.set_state"
    assert found[1][3].startswith("fault 500: ")
    assert found[2] == ("one", "cfg.seti", ["core", "debug", 4], "ok")
    assert sorted(found[3:5]) == [
        ("gone", "cfg.seti", ["core", "debug", 2], "not executed"),
        ("one", "cfg.seti", ["core", "debug", 2], "ok"),
    ]
    assert found[5][1:] == ("dispatcher.set_state", ["D", 1, "sip:192.0.2.1"], "ok")
    assert len(found) == 6


def test_no_connection(kamrpc, server, written):
    assert kamrpc("call", "-s", "gone", "cfg.seti", "core", "debug", "3")[0] == CONNECT
    assert [each[3] for each in written()] == ["not executed"]


def test_secrets_are_hidden(kamrpc, server, tmp_path):
    words = ["trunk9", "l", "d", "u", "r", "realm", "au", "topsecret", ".", "sip:p", "60", "0", "0"]
    kamrpc("call", "uac.reg_add", *words, ".", ".")
    text = (tmp_path / "log").read_text()
    assert "uac.reg_add" in text
    assert "topsecret" not in text


def test_what_cannot_be_written_down_is_not_called(kamrpc, server, tmp_path):
    (tmp_path / "log").mkdir()
    status, _out, err = kamrpc("call", "cfg.seti", "core", "debug", "3")
    assert status == USAGE
    assert "Is a directory; nothing was sent" in err
    assert kamrpc("drain", "-y", "1", "sip:192.0.2.1")[0] == USAGE
    assert server.calls.of("cfg.seti") == []
    assert server.calls.of("dispatcher.set_state") == []
    assert kamrpc("call", "core.version")[0] == 0


@pytest.fixture
def to_syslog(server, tmp_path):
    path = tmp_path / "audit.ini"
    text = path.read_text().partition("[audit]")[0]
    return lambda facility: path.write_text(f"{text}[audit]\nsyslog = {facility}\n")


def test_the_log_of_the_system(kamrpc, to_syslog, monkeypatch):
    to_syslog("local3")
    opened, lines = [], []
    monkeypatch.setattr(syslog, "openlog", lambda *arguments: opened.append(arguments))
    monkeypatch.setattr(syslog, "syslog", lambda level, line: lines.append(json.loads(line)))
    assert kamrpc("call", "cfg.seti", "core", "debug", "3")[0] == 0
    assert opened == [("kamrpc", 0, syslog.LOG_LOCAL3)]
    assert [each["method"] for each in lines] == ["cfg.seti"]


@pytest.mark.parametrize("name", ["debug", "nosuch", "pid", "openlog"])
def test_what_is_no_facility(kamrpc, to_syslog, name):
    to_syslog(name)
    status, _out, err = kamrpc("call", "cfg.seti", "core", "debug", "3")
    assert status == USAGE
    assert f"syslog = {name}: not a facility" in err


@pytest.mark.parametrize("line", ["file =", "files = /x"])
def test_a_wrong_line(kamrpc, server, tmp_path, line):
    path = tmp_path / "audit.ini"
    path.write_text(path.read_text().partition("[audit]")[0] + f"[audit]\n{line}\n")
    status, _out, err = kamrpc("config", "check")
    assert status == USAGE
    assert "there are file = PATH and syslog = FACILITY" in err
