# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""The shared configuration file."""

from __future__ import annotations

import os

import pytest

from kamailio_binrpc.core.client import Client
from kamailio_binrpc.core.config import Config, ConfigError, find_config, load_config
from kamailio_binrpc.core.fleet import Fleet
from kamailio_binrpc.core.remote import Command

TEXT = """\
[defaults]
endpoint = edge1
timeout = 3

[endpoints]
edge1 = udp:127.0.0.1:2049
edge2 = tcp:[::1]:2049  # the second one
media = unix:/run/a\\:b

[groups]
edge = edge1, edge2
all = edge media edge1
"""


@pytest.fixture
def path(tmp_path):
    file = tmp_path / "config.ini"
    file.write_text(TEXT)
    return str(file)


def test_reads_endpoints_groups_and_defaults(path):
    config = load_config(path)
    assert config.endpoints["edge2"] == "tcp:[::1]:2049"
    assert list(config.select(["all"])) == ["edge1", "edge2", "media"]
    assert config.select(["edge", "tcp:127.0.0.1:9"]) == {
        "edge1": "udp:127.0.0.1:2049",
        "edge2": "tcp:[::1]:2049",
        "tcp:127.0.0.1:9": "tcp:127.0.0.1:9",
    }
    assert config.defaults == {"endpoint": "edge1", "timeout": 3.0}
    assert config.address("edge1") == "udp:127.0.0.1:2049"
    assert config.address("udp:127.0.0.1:1") == "udp:127.0.0.1:1"


def test_unknown_names_are_named(path):
    with pytest.raises(ConfigError, match="no endpoint or group edge9; did you mean edge"):
        load_config(path).select(["edge9"])


@pytest.mark.parametrize(
    "text, message",
    [
        ("[endpoints]\na = udp:h:99999\n", "endpoint a: .*above 65535"),
        ("[groups]\ng = h\n", "group g: there is no endpoint or group h"),
        ("[groups]\ng = h\nh = g\n", "group g contains itself"),
        ("[endpoints]\na = udp:h\n[groups]\na = a\n", "a is both"),
        ("[endpoint]\n", r"unknown section \[endpoint\]"),
        ("[defaults]\ntimeout = soon\n", "timeout = soon is not a number"),
        ("[defaults]\nport = 1\n", "has no port"),
        ("what", "no section headers"),
    ],
)
def test_errors_name_the_place(tmp_path, text, message):
    file = tmp_path / "c.ini"
    file.write_text(text)
    with pytest.raises(ConfigError, match=message) as caught:
        load_config(str(file))
    assert str(file) in str(caught.value)


def test_where_it_is_looked_for(tmp_path, monkeypatch, path):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "none"))
    monkeypatch.delenv("KAMRPC_CONFIG", raising=False)
    (tmp_path / "kamrpc").mkdir()
    (tmp_path / "kamrpc" / "config.ini").write_text(TEXT)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert find_config() == str(tmp_path / "kamrpc" / "config.ini")
    monkeypatch.setenv("KAMRPC_CONFIG", path)
    assert find_config() == path
    monkeypatch.setenv("KAMRPC_CONFIG", "")
    assert find_config() is None
    assert load_config().endpoints == {}


def test_a_named_file_must_exist(tmp_path):
    with pytest.raises(ConfigError, match="No such file"):
        load_config(str(tmp_path / "absent.ini"))


def test_config_can_be_built_in_code():
    config = Config({"a": "udp:127.0.0.1:1"}, {"g": ["a"]})
    assert config.select(["g"]) == {"a": "udp:127.0.0.1:1"}


def test_guards_hold_for_members_of_groups_and_the_stricter_wins(tmp_path):
    path = tmp_path / "guards.ini"
    path.write_text(
        "[endpoints]\na = udp:10.0.0.1:2049\nb = udp:10.0.0.2:2049\nc = unix:/c\n"
        "[groups]\nab = a b\n[guards]\nab = confirm\na = read_only\n"
    )
    config = load_config(str(path))
    assert config.guards == {"ab": "confirm", "a": "read_only"}
    assert [config.guard(name) for name in "abc"] == ["read_only", "confirm", ""]
    assert config.guard("udp:10.0.0.2:2049") == "confirm"


@pytest.mark.parametrize(
    "text, message",
    [
        ("[endpoints]\na = unix:/a\n[guards]\na = never\n", "there are read_only and confirm"),
        ("[guards]\nb = confirm\n", "there is no endpoint or group b"),
    ],
)
def test_guards_that_make_no_sense(tmp_path, text, message):
    path = tmp_path / "guards.ini"
    path.write_text(text)
    with pytest.raises(ConfigError, match=message):
        load_config(str(path))


# -- endpoints with a command ------------------------------------------------------------------

COMMANDS = """\
[endpoints]
far = ssh://ops@sip7/k
[endpoint sip-0]
command = kubectl exec -i "sip 0" -c kamailio --
socket = /run/k
[endpoint raw]
command = socat - UNIX:/k
[groups]
pods = sip-0 raw
all = pods far
[guards]
sip-0 = read_only
"""


@pytest.fixture
def commands(tmp_path):
    file = tmp_path / "commands.ini"
    file.write_text(COMMANDS)
    file.chmod(0o600)
    return file


def test_commands(commands):
    config = load_config(str(commands), commands=True)
    argv = ["kubectl", "exec", "-i", "sip 0", "-c", "kamailio", "--"]
    assert config.address("sip-0") == Command(argv, "/run/k", "sip-0")
    assert config.select(["all"]) == {
        "sip-0": Command(argv, "/run/k", "sip-0"),
        "raw": Command(["socat", "-", "UNIX:/k"], None, "raw"),
        "far": "ssh://ops@sip7/k",
    }
    assert config.guard("sip-0") == "read_only"
    assert config.guard("raw") == ""


def test_who_cannot_use_commands_is_told_when_one_is_wanted(commands):
    config = load_config(str(commands))
    assert list(config.endpoints) == ["far"]
    assert config.guard("far") == ""
    for wanted in ("sip-0", "pods", "all"):
        with pytest.raises(ConfigError, match=r"(sip-0|raw) is reached through a command"):
            config.select([wanted])
    with pytest.raises(ConfigError, match="sip-0 is reached through a command"):
        config.address("sip-0")


@pytest.mark.parametrize("mode", [0o622, 0o602, 0o620])
@pytest.mark.parametrize("used", [True, False])
def test_a_file_that_others_write_has_no_commands(commands, mode, used):
    commands.chmod(mode)
    with pytest.raises(ConfigError, match="others may write it: chmod go-w"):
        load_config(str(commands), commands=used)
    commands.write_text(TEXT)
    load_config(str(commands))


def test_nor_has_one_of_another_user(commands, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: commands.stat().st_uid + 1)
    if commands.stat().st_uid:
        with pytest.raises(ConfigError, match="belong to root or to you"):
            load_config(str(commands))
    else:
        load_config(str(commands))


@pytest.mark.parametrize(
    "text, message",
    [
        ("[endpoint a]\nsocket = /k\n", "a program and its arguments"),
        ("[endpoint a]\ncommand = x\nsocket = k\n", "begins with /"),
        ("[endpoint a]\ncommand = 'x\n", "No closing quotation"),
        ("[endpoint a]\ncommand = x\npath = /k\n", "has no path; there are command and socket"),
        ("[endpoint  ]\ncommand = x\n", "unknown section|a name is missing"),
        ("[endpoints]\na = /k\n[endpoint a]\ncommand = x\n", "endpoint a is there twice"),
        ("[endpoint a]\ncommand = x\n[groups]\na = a\n", "a is both"),
    ],
)
def test_commands_that_are_wrong(commands, text, message):
    commands.write_text(text)
    with pytest.raises(ConfigError, match=message) as caught:
        load_config(str(commands), commands=True)
    assert str(commands) in str(caught.value)


def test_clients_and_fleets_of_the_file_use_commands(commands):
    client = Client.from_config("sip-0", str(commands))
    assert str(client.address) == "command:sip-0"
    assert Fleet.from_config("pods", path=str(commands)).names == ["sip-0", "raw"]
