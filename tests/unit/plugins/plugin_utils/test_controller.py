# Copyright: The kamailio-binrpc authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.kamailio.ctl.plugins.module_utils.binrpc.config import ConfigError
from ansible_collections.kamailio.ctl.plugins.module_utils.binrpc.errors import CallTimeout
from ansible_collections.kamailio.ctl.plugins.plugin_utils._controller import (
    Options,
    explained,
    refuse_unknown,
)

CONFIG = """
[defaults]
endpoint = edge1
timeout = 7.5
connect_wait = 3
[endpoints]
edge1 = udp:192.0.2.1
edge2 = udp:192.0.2.2
[groups]
edge = edge1 edge2
"""


@pytest.fixture
def options(tmp_path, monkeypatch):
    """Make Options of a configuration file and of these options of a plugin."""
    monkeypatch.delenv("KAMRPC_CONFIG", raising=False)
    path = tmp_path / "config.ini"

    def options(text=CONFIG, **given):
        path.write_text(text)
        return Options(dict({"config": str(path)}, **given).get)

    return options


# --- errors


@pytest.mark.parametrize(
    "error, context, expected",
    [
        (ValueError("cannot be"), "", "cannot be"),
        (ValueError("cannot be"), "edge1", "edge1: cannot be"),
        # It says so once.
        (ValueError("edge1: cannot be"), "edge1", "edge1: cannot be"),
        (
            CallTimeout("no answer", executed=None),
            "edge1",
            "edge1: no answer. Whether the server has run the method is unknown",
        ),
        (ValueError("caf\udce9"), "", "caf\\xe9"),
    ],
)
def test_errors_become_texts_that_ansible_can_show(error, context, expected):
    assert explained(error, context) == expected


# --- options


@pytest.mark.parametrize(
    "given, times",
    [
        ({}, (7.5, 3.0)),
        ({"timeout": 1, "connect_wait": 0}, (1.0, 0.0)),
        ({"timeout": None, "connect_wait": None}, (7.5, 3.0)),
    ],
)
def test_the_plugins_own_options_win(options, given, times):
    found = options(**given)
    assert (found.timeout, found.connect_wait) == times


def test_times_that_nothing_says(options):
    found = options(text="")
    assert (found.timeout, found.connect_wait) == (5.0, 0.0)


@pytest.mark.parametrize(
    "text, given, expected",
    [
        (CONFIG, {}, "udp:192.0.2.1"),
        (CONFIG, {"endpoint": "edge2"}, "udp:192.0.2.2"),
        (CONFIG, {"endpoint": "tcp:h:1"}, "tcp:h:1"),
        ("", {}, "unix:/run/kamailio/kamailio_ctl"),
    ],
)
def test_the_endpoint(options, text, given, expected):
    assert options(text, **given).endpoint() == expected


def test_an_empty_endpoint_is_not_the_default_one(options):
    with pytest.raises(ValueError, match="endpoint is empty; leave it out"):
        options("", endpoint="").endpoint()


def test_unknown_options_are_named():
    refuse_unknown({"a": 1}, ["a", "b"])
    with pytest.raises(ValueError, match=r"there is no option server; did you mean servers\?"):
        refuse_unknown(["server", "a"], ["a", "servers"])
    with pytest.raises(ValueError, match="there is no option x, y; see ansible-doc"):
        refuse_unknown("xy", ["servers"])


def test_names_and_groups(options):
    both = {"edge1": "udp:192.0.2.1", "edge2": "udp:192.0.2.2"}
    assert options().select(["edge"]) == both
    with pytest.raises(ConfigError, match="nowhere"):
        options().select(["nowhere"])


def test_a_wrong_file(options):
    with pytest.raises(ConfigError, match="unknown section"):
        options(text="[colours]\n")
