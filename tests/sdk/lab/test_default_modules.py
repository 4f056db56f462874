# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""The modules that every lab server has, in each version."""

from __future__ import annotations

import json

import pytest

from kamailio_binrpc import Fault, Struct
from kamailio_binrpc.lab import Configuration, Dispatcher, HashTables
from tests.sdk.lab.modules.support import lab

READERS = [
    *("cfg.get core", "cfg.list", "cnt.grps_list", "corex.debug", "dbg.get_mod_level tm"),
    *("dialplan.dump 1", "dispatcher.list", "dlg.list", "dmq.list_nodes", "domain.dump"),
    *("drouting.reload", "htable.dump t", "htable.listTables", "lcr.dump_gws", "lcr.dump_rules"),
    *("mqueue.get_sizes", "mtree.list", "mtree.summary", "pdt.list", "permissions.addressDump"),
    *("permissions.subnetDump", "permissions.domainDump", "permissions.trustedDump", "pike.top"),
    *("pkg.stats", "pl.list", "pv.shvGet", "rl.get_pipes", "rtpengine.show all", "rtpproxy.list"),
    *("secfilter.print", "shm.stats", "sipdump.enable", "siptrace.status check", "sl.stats"),
    *("stats.fetch all", "tls.info", "tls.reload", "tm.stats", "uac.reg_dump", "ul.dump"),
    *("userblocklist.dump_blocklist", "cfgutils.get_gflags", "nathelper.enable_ping 1"),
]


@pytest.mark.parametrize("call", READERS)
def test_a_fresh_server_answers_something_useful(call):
    engine, _clock = lab()
    method, *params = call.split()
    typed = [int(each) if each.isdigit() else each for each in params]
    reply = engine.call(method, *typed)
    if method != "nathelper.enable_ping":
        assert reply
        assert not all(isinstance(each, Struct) and not len(each) for each in reply)


def test_no_method_fails_on_any_kind_of_parameters():
    engine, _clock = lab()
    for name in engine.registry.names():
        for params in ((), (1,), ("x",), ("x", "y"), (1, "x", 2.5), ("x", "y", "z", 1)):
            try:
                engine.call(name, *params)
            except Fault as error:
                assert "Internal error" not in error.text, (name, params, error)


@pytest.mark.parametrize("version", ["5.6.3", "5.7", "5.8", "6.0", "6.1", "master"])
def test_every_version_starts(version):
    engine, _clock = lab(version=version)
    assert engine.call("dispatcher.list")
    assert engine.call("uac.reg_dump")
    assert engine.call("rtpengine.show", "all")


def test_state_can_be_given_as_plain_data():
    given = json.loads(
        """{"htable": {"tables": {"t": {"a": 1, "l": ["x", "y"]}, "e": {}},
                       "options": {"e": {"autoexpire": 60, "size": 5}}},
            "dispatcher": {"sets": {"7": ["sip:192.0.2.1",
                                          {"uri": "sip:192.0.2.2", "flags": 1}]}},
            "cfg_rpc": {"groups": {"core": {"debug": 3},
                               "own": {"text": "x", "number": [5, "five"]}}}}"""
    )
    engine, _clock = lab(
        HashTables(**given["htable"]),
        Dispatcher(**given["dispatcher"]),
        Configuration(**given["cfg_rpc"]),
    )
    assert engine.call("htable.get", "t", "l[1]")[0]["item"]["value"] == "y"
    assert engine.call("htable.get", "t", "l::size")[0]["item"]["value"] == 2
    assert [table["size"] for table in engine.call("htable.listTables")] == [32, 16]
    assert engine.call("dispatcher.list")[0]["RECORDS"]["SET"]["ID"] == 7
    assert engine.call("cfg.get", "core", "debug") == [3]
    assert engine.call("corex.debug")[0]["debug"] == 3
    assert engine.call("cfg.help", "own", "number") == ["five", "(parameter type is integer)"]


def test_python_and_rpc_see_the_same_state():
    engine, _clock = lab(HashTables({"t": {}}))
    modules = engine.state.modules
    modules["htable"].tables["t"]["k"] = 5
    assert engine.call("htable.get", "t", "k")[0]["item"]["value"] == 5
    engine.call("htable.sets", "t", "k", "v")
    assert dict(modules["htable"].tables["t"]) == {"k": "v"}
    engine.call("cfg.seti", "lab", "max_calls", 7)
    assert modules["cfg_rpc"]["lab"]["max_calls"] == 7
    engine.call("dispatcher.set_state", "ip", 1, "all")
    assert {each.state for each in modules["dispatcher"].sets[1]} == {"IP"}


@pytest.mark.parametrize(
    "method, first",
    [
        ("pl.rm_pipe", "5.7"),
        ("pl.reset_pipe", "5.7"),
        ("htable.dmqsync", "5.8"),
        ("htable.dmqresync", "5.8"),
        ("tls.kill", "5.8"),
        ("uac.reg_register", "6.0"),
        ("dmq.add", "master"),
        ("dmq.change_status", "master"),
    ],
)
def test_methods_come_with_a_version(method, first):
    versions = ["5.6.3", "5.7", "5.8", "6.0", "6.1", "master"]
    has = [method in lab(version=version)[0].registry for version in versions]
    assert has == [index >= versions.index(first) for index in range(len(versions))]


@pytest.mark.parametrize(
    "call, name, before, after, since",
    [
        ("sl.stats", "404", int, float, "5.7"),
        ("mtree.summary", "reload_count", int, float, "5.7"),
        ("core.shmmem", "total", int, float, "5.7"),
        ("uac.reg_dump", "expires", int, float, "6.0"),
    ],
)
def test_numbers_change_their_type(call, name, before, after, since):
    def kind(version):
        reply = lab(version=version)[0].call(call)[0]
        return type((reply.get("item") or reply)[name])

    assert kind("5.6.3") is before
    assert kind(since) is after
