# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""The fixtures that the package gives to pytest, in a pytest of their own."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import entry_points

import pytest

pytest_plugins = ["pytester"]

# By its entry point; where the tests of a source tree run, nothing is installed that has one.
INSTALLED = list(entry_points(group="pytest11", name="kamailio"))
PLUGIN = "kamailio" if INSTALLED else "kamailio_binrpc.pytest_plugin"

TESTS = """
import os

import pytest
from kamailio_binrpc import Client
from kamailio_binrpc.core.errors import CallTimeout
from kamailio_binrpc.core.fifo_client import FifoClient
from kamailio_binrpc.lab import SharedVariables

seen = []

@pytest.mark.parametrize("index", range(4))
def test_every_transport(kamailio_lab, index):
    with Client(kamailio_lab.addresses[index]) as client:
        assert client.call("core.printi", index) == [index]
    assert kamailio_lab.calls.counts == {"core.printi": 1}
    seen.append(kamailio_lab.addresses[0])

def test_each_test_has_its_own():
    assert len(set(seen)) == 4
    assert not any(os.path.exists(address.partition(":")[2]) for address in seen)

def test_the_text_protocol(kamailio_lab):
    for address in kamailio_lab.fifo_addresses[1:]:
        assert FifoClient(address).call("core.version")[0].startswith("kamailio")

def test_the_factory(kamailio_lab_factory):
    one = kamailio_lab_factory(modules=[SharedVariables({"drain": 1})], version="5.8")
    two = kamailio_lab_factory(binrpc="udp:127.0.0.1:0", failures=["drop method=core.*"])
    with Client(one.addresses[0]) as client:
        assert client.call("pv.shvGet", "drain")[0]["value"] == 1
    with Client(two.addresses[0], timeout=0.1) as client, pytest.raises(CallTimeout):
        client.call("core.version")
    assert len(two.addresses) == 1
"""


def test_the_fixtures(pytester, monkeypatch):
    # Other plugins that happen to be installed change what the run prints, or fail it.
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    pytester.makepyfile(TESTS)
    result = pytester.runpytest_subprocess("-q", "-p", PLUGIN)
    result.assert_outcomes(passed=7)


def test_they_are_listed_with_their_help(pytester):
    result = pytester.runpytest_subprocess("--fixtures", "-p", PLUGIN)
    result.stdout.fnmatch_lines(["kamailio_lab_factory*", "*Starts lab servers*"])
    result.stdout.fnmatch_lines(["kamailio_lab -- *", "*A lab server that runs as long as*"])


@pytest.mark.skipif(not INSTALLED, reason="NOT TESTED: the package is not installed here")
def test_the_entry_point_names_the_plugin():
    (found,) = INSTALLED
    assert found.value == "kamailio_binrpc.pytest_plugin"
    assert found.load().kamailio_lab


def test_loading_it_is_cheap():
    code = (
        "import sys, pytest; before = set(sys.modules); import kamailio_binrpc.pytest_plugin; "
        "print(*set(sys.modules) - before)"
    )
    loaded = subprocess.check_output([sys.executable, "-c", code], text=True).split()
    assert "kamailio_binrpc.pytest_plugin" in loaded
    assert not {"asyncio", "kamailio_binrpc.core", "socket"} & set(loaded)
