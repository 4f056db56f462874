# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""The shared configuration file."""

from __future__ import annotations

import pytest

from kamailio_binrpc.core.config import Config, ConfigError, find_config, load_config

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
