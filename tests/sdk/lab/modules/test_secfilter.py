# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Lists and counters: texts in 5.6, structs from 5.7 on."""

from __future__ import annotations

import pytest

from kamailio_binrpc import Client
from kamailio_binrpc.core.lab.engine import build
from kamailio_binrpc.lab import LabState, SecFilter
from tests.sdk.lab.modules.support import Pair, Params, fault, lab


def engine(version):
    module = SecFilter({"ua": ["bad", "worse"], "dst": ["1"]}, {"user": ["good"]})
    return build([module], LabState(version))


@pytest.mark.parametrize("version", ["5.7", "6.1", "master"])
def test_structs(version):
    lab = engine(version)
    (reply,) = lab.call("secfilter.print")
    names = ["Destinations", "User-Agent", "Country", "Domain", "IP-Address", "Username"]
    assert reply.keys() == names
    assert reply["Destinations"]["Blacklisted"].items() == [("Value", "1")]
    assert reply["User-Agent"]["Blacklisted"].get_all("Value") == ["bad", "worse"]
    assert reply["User-Agent"]["Whitelisted"].items() == []
    assert reply["Username"]["Whitelisted"]["Value"] == "good"
    (reply,) = lab.call("secfilter.print", "u")
    assert reply.keys() == ["User-Agent", "Username"]
    (reply,) = lab.call("secfilter.stats")
    assert reply.keys() == ["Blacklist", "Whitelist", "Other"]
    assert len(reply["Blacklist"].keys()) == len(reply["Whitelist"].keys()) == 12
    assert reply["Other"].items() == [("Destination", 0), ("SQL-Injection", 0)]


def test_texts():
    lab = engine("5.6")
    assert "    0002 -> worse" in lab.call("secfilter.print", "ua")
    assert "[+] By user-agent    : 0" in lab.call("secfilter.stats")


@pytest.mark.parametrize("version", ["5.6", "5.7", "master"])
def test_what_is_added_is_listed(version):
    lab = engine(version)
    lab.call("secfilter.add_bl", "ip", "192.0.2.1")
    lab.call("secfilter.add_wl", "ip", "192.0.2.2")
    shown = str(lab.call("secfilter.print", "ip"))
    assert shown.index("192.0.2.1") < shown.index("192.0.2.2")


@pytest.mark.parametrize("version, refused", [("5.6", False), ("6.0", True), ("6.1", True)])
def test_reloads_need_time_from_6_0_on(version, refused):
    engine, clock = lab(SecFilter(), version=version)
    assert engine.call("secfilter.reload") == ["Data reloaded"]
    clock.now += 4
    if refused:
        assert fault(engine, "secfilter.reload") == (500, "ongoing reload")
    clock.now += 1
    assert engine.call("secfilter.reload") == ["Data reloaded"]


@pytest.mark.real
def test_secfilter(real: Client) -> None:
    pair = Pair(real, SecFilter({"ua": ["badagent"]}, {"user": ["goodagent"]}))
    kinds = ("ua", "u", "dst", "user", "nope", "country")
    pair.each("secfilter.print", (), *((kind,) for kind in kinds))
    pair.each("secfilter.stats", ())
    rows: tuple[Params, ...] = (("ua", "a"), ("u", "b"), ("user", "c"), ("nope", "d"), ("", ""))
    for name in ("add_bl", "add_wl"):
        pair.each("secfilter." + name, *rows, ("ip", "192.0.2.1"), ("ua",), (), (1, 2))
        pair.same("secfilter.print")
    pair.each("secfilter.add_dst", (), ("x",))
    pair.each("secfilter.stats_reset", ())
    pair.each("secfilter.reload", (), then="secfilter.print")
